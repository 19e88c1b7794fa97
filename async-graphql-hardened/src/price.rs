//! The cost of a field and the length of its list, as the schema declares them.

use crate::CostRules;
use async_graphql::{
    Name, Positioned, Value,
    parser::types::{BaseType, ConstDirective, FieldDefinition, Type},
};

/// What a field costs apart from what is selected in it.
#[derive(Debug, Default)]
pub(crate) struct Price {
    /// The field itself; `None` where the schema says nothing.
    pub(crate) weight: Option<u64>,
    /// Arguments that cost something where they are given.
    pub(crate) args: Vec<(Name, u64)>,
    /// How many items it has.
    pub(crate) size: Size,
}

/// How many items a field has, or the lists directly below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// No list.
    #[default]
    One,
    /// The lists below are as long as `first` or `last` says.
    Page,
    /// The lists below are as long as those in the argument `input`.
    Input,
    /// A list with an item for each of this argument.
    Like(Name),
    /// A list as long as `first` says.
    Rows,
    /// A list as long as the field that it stands in says.
    List,
    /// A list that is never long.
    Short,
}

impl Price {
    /// Reads the price of a field.
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

/// The weight that `@cost` gives to a field or argument.
fn weight(directives: &[Positioned<ConstDirective>]) -> Option<u64> {
    let mut directives = directives.iter().map(|directive| &directive.node);
    let directive = directives.find(|directive| directive.name.node == "cost")?;
    match &directive.get_argument("weight")?.node {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}
