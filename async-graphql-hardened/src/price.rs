//! The declared cost of a field and the length of its list.

use crate::CostRules;
use async_graphql::{
    Name, Positioned, Value,
    parser::types::{BaseType, ConstDirective, FieldDefinition, Type},
};

/// The cost of a field without its selections.
#[derive(Debug, Default)]
pub(crate) struct Price {
    /// The field itself, or `None` if the schema does not declare it.
    pub(crate) weight: Option<u64>,
    /// Arguments that have a cost if they are given.
    pub(crate) args: Vec<(Name, u64)>,
    /// The number of items.
    pub(crate) size: Size,
}

/// The number of items of a field, or of the lists directly below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// Not a list.
    #[default]
    One,
    /// The length of the lists below is `first` or `last`.
    Page,
    /// The length of the lists below is that of the lists in the argument `input`.
    Input,
    /// A list with one item per item of this argument.
    Like(Name),
    /// A list with `first` items.
    Rows,
    /// A list whose length the parent field determines.
    List,
    /// A list that is always short.
    Short,
}

impl Price {
    /// Reads the declared cost of a field.
    pub(crate) fn of(field: &FieldDefinition, rules: &CostRules) -> Self {
        let args = field.arguments.iter().map(|argument| &argument.node);
        let weighted = args.filter_map(|argument| {
            let weight = weight(&argument.directives)?;
            Some((argument.name.node.clone(), weight))
        });
        Self {
            weight: weight(&field.directives),
            args: weighted.collect(),
            size: Size::of(field, rules),
        }
    }
}

impl Size {
    fn of(field: &FieldDefinition, rules: &CostRules) -> Self {
        let args = || field.arguments.iter().map(|argument| &argument.node);
        let has = |name: &str| args().any(|argument| argument.name.node == name);
        if is_list(&field.ty.node) {
            let list = args().find(|argument| is_list(&argument.ty.node));
            return match list {
                Some(list) => Self::Like(list.name.node.clone()),
                None if rules.short_lists.contains(&field.name.node.as_str()) => Self::Short,
                None if has("first") => Self::Rows,
                None => Self::List,
            };
        }
        if has("first") {
            Self::Page
        } else if has("input") {
            Self::Input
        } else {
            Self::One
        }
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

/// Returns the weight that `@cost` declares for a field or argument.
fn weight(directives: &[Positioned<ConstDirective>]) -> Option<u64> {
    let mut directives = directives.iter().map(|directive| &directive.node);
    let directive = directives.find(|directive| directive.name.node == "cost")?;
    match &directive.get_argument("weight")?.node {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}
