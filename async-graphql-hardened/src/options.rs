use crate::{CostLimits, ExpansionLimits, ScanLimits, errors};

/// Limits and rules of an [`Api`](crate::Api). The defaults suit a public API whose pages have up
/// to a hundred rows.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Limits on the text of a query, checked before it is parsed.
    pub scan: ScanLimits,
    /// Limits on what its fragments expand to, checked before validation.
    pub expansion: ExpansionLimits,
    /// Limits on cost and depth, checked before execution.
    pub cost: CostLimits,
    /// How the cost of an operation is computed.
    pub cost_rules: CostRules,
    /// Names of arguments of queries that can hold a secret: a document with a string in one of
    /// them is never stored. Documents with a string in a mutation or in the default of a variable
    /// never are.
    pub secret_arguments: &'static [&'static str],
    /// Codes of errors that are the server's fault. They get the request's id in
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
/// A field costs 1, or the `weight` of its `@cost` directive. A list costs 1 for each item, plus its
/// selection once for each item. The length of a list comes from the arguments `first` or `last` of
/// its field or of the connection that it belongs to, or from the length of a list argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostRules {
    /// A mutation without `@cost`.
    pub mutation: u64,
    /// Items of a list whose length no argument determines.
    pub list: u64,
    /// Items of a page if neither `first` nor `last` is given.
    pub default_page: u64,
    /// Items of the longest page. Longer ones must be rejected where the argument is read.
    pub max_page: u64,
    /// Names of fields whose lists are short whatever the input, such as the errors of a mutation:
    /// they count as [`list`](Self::list) items.
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
