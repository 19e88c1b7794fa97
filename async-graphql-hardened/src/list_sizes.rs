//! The lengths of introspection's lists in a schema.

use async_graphql::parser::types::{
    ServiceDocument, TypeDefinition, TypeKind, TypeSystemDefinition,
};

/// Lengths of the lists that introspection returns.
#[derive(Debug, Default)]
pub(crate) struct ListSizes {
    /// The number of types.
    pub(crate) types: u64,
    directives: u64,
    fields: Lengths,
    args: Lengths,
    input_fields: Lengths,
    enum_values: Lengths,
    related_types: Lengths,
}

/// Lengths of all lists of one kind.
#[derive(Debug, Default)]
struct Lengths {
    sum: u64,
    longest: u64,
}

impl Lengths {
    fn add<T>(&mut self, list: &[T]) {
        let length = list.len() as u64;
        self.sum += length;
        self.longest = self.longest.max(length);
    }

    /// Returns the average length, rounded up and at least 1, so that the selections in a list
    /// always count.
    fn average(&self, lists: u64) -> u64 {
        self.sum.div_ceil(lists.max(1)).max(1)
    }
}

impl ListSizes {
    /// Measures a schema.
    pub(crate) fn of(schema: &ServiceDocument) -> Self {
        let mut sizes = Self::default();
        for definition in &schema.definitions {
            match definition {
                TypeSystemDefinition::Type(definition) => sizes.add(&definition.node),
                TypeSystemDefinition::Directive(_) => sizes.directives += 1,
                TypeSystemDefinition::Schema(_) => {}
            }
        }
        sizes
    }

    fn add(&mut self, definition: &TypeDefinition) {
        self.types += 1;
        match &definition.kind {
            TypeKind::Object(object) => {
                self.fields.add(&object.fields);
                self.related_types.add(&object.implements);
                for field in &object.fields {
                    self.args.add(&field.node.arguments);
                }
            }
            TypeKind::Interface(interface) => self.fields.add(&interface.fields),
            TypeKind::Union(union) => self.related_types.add(&union.members),
            TypeKind::Enum(definition) => self.enum_values.add(&definition.values),
            TypeKind::InputObject(input) => self.input_fields.add(&input.fields),
            TypeKind::Scalar => {}
        }
    }

    /// Returns how many items the introspection field `name` has per type on average; 1 if it is
    /// not a list.
    pub(crate) fn average(&self, name: &str) -> u64 {
        match name {
            "types" => self.types.max(1),
            "directives" => self.directives.max(1),
            "fields" => self.fields.average(self.types),
            "args" => self.args.average(self.fields.sum),
            "inputFields" => self.input_fields.average(self.types),
            "enumValues" => self.enum_values.average(self.types),
            "interfaces" | "possibleTypes" => self.related_types.average(self.types),
            _ => 1,
        }
    }

    /// Returns how many items the introspection field `name` has for the type with the most.
    /// Arguments count with their average, since their total over all fields matters.
    pub(crate) fn longest(&self, name: &str) -> u64 {
        let longest = match name {
            "fields" => self.fields.longest,
            "inputFields" => self.input_fields.longest,
            "enumValues" => self.enum_values.longest,
            // Implementations of interfaces are not counted: assumes all types.
            "possibleTypes" => self.types,
            "interfaces" => self.related_types.longest,
            _ => self.average(name),
        };
        longest.max(1)
    }
}
