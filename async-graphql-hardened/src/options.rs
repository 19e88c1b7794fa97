use crate::{CostLimits, ExpansionLimits, ScanLimits, errors};

/// Limits and rules of an [`Api`](crate::Api). The defaults suit a public API with pages of up to
/// 100 rows.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Limits on the text of a query, checked before parsing.
    pub scan: ScanLimits,
    /// Limits on the expanded size, checked before validation.
    pub expansion: ExpansionLimits,
    /// Limits on cost and depth, checked before execution.
    pub cost: CostLimits,
    /// How the cost of an operation is computed.
    pub cost_rules: CostRules,
    /// Names of query arguments that can contain a secret: a document with a string in one of them
    /// is never stored. Documents with a string in a mutation or in the default of a variable are
    /// never stored either.
    pub secret_arguments: &'static [&'static str],
    /// Codes of errors that the server caused. These errors get the request ID in
    /// `extensions.requestId`, for clients to report.
    pub server_codes: &'static [&'static str],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scan: ScanLimits::default(),
            expansion: ExpansionLimits::default(),
            cost: CostLimits::default(),
            cost_rules: CostRules::default(),
            secret_arguments: &["token", "input"],
            server_codes: &[errors::INTERNAL],
        }
    }
}

/// How the cost of an operation is computed, in points.
///
/// A field costs 1, or the `weight` of its `@cost` directive. A list costs 1 per item, plus its
/// selections once per item. The length of a list is given by the arguments `first` or `last` of
/// its field or connection, or by the length of a list argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostRules {
    /// The cost of a mutation without `@cost`.
    pub mutation: u64,
    /// The assumed length of a list that no argument determines.
    pub list: u64,
    /// The page size if neither `first` nor `last` is given.
    pub default_page: u64,
    /// The maximum page size. Resolvers must reject larger values.
    pub max_page: u64,
    /// Names of fields with short lists whatever the input, such as the errors of a mutation: they
    /// count as [`list`](Self::list) items.
    pub short_lists: &'static [&'static str],
}

impl Default for CostRules {
    fn default() -> Self {
        Self {
            mutation: 10,
            list: 10,
            default_page: 50,
            max_page: 100,
            short_lists: &[],
        }
    }
}
