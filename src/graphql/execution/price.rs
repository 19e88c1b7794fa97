//! What one field costs, as the schema tells it (`graphql/cost.rs` says how it is told).

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{BaseType, ConstDirective, FieldDefinition, Type},
};

/// What a field costs apart from what is selected in it.
#[derive(Debug, Default)]
pub(super) struct Price {
    /// The field itself; `None` where the schema says nothing.
    pub(super) weight: Option<u64>,
    /// Arguments that cost something where they are given.
    pub(super) args: Vec<(Name, u64)>,
    /// How many items it has.
    pub(super) size: Size,
}

/// How many items a field has, or the lists directly below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Size {
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
    /// What is wrong with an input: a list that is never long.
    Problems,
}

impl Price {
    /// Reads the price of a field.
    pub(super) fn of(field: &FieldDefinition) -> Self {
        let args = field.arguments.iter().map(|argument| &argument.node);
        let dear = args.filter_map(|argument| {
            let weight = weight(&argument.directives)?;
            Some((argument.name.node.clone(), weight))
        });
        Self {
            weight: weight(&field.directives),
            args: dear.collect(),
            size: Size::of(field),
        }
    }
}

impl Size {
    fn of(field: &FieldDefinition) -> Self {
        let args = || field.arguments.iter().map(|argument| &argument.node);
        let has = |name: &str| args().any(|argument| argument.name.node == name);
        if is_list(&field.ty.node) {
            let list = args().find(|argument| is_list(&argument.ty.node));
            return match list {
                Some(list) => Self::Like(list.name.node.clone()),
                None if field.name.node == "userErrors" => Self::Problems,
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
