//! The output types of the schema.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name,
    parser::{
        parse_schema,
        types::{BaseType, OperationType, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

use crate::{CostRules, list_sizes::ListSizes, price::Price};

/// The introspection types of every schema (specification, section 4.2), which SDL omits.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// The output types of a schema by name.
#[derive(Debug)]
pub(crate) struct TypeMap {
    types: HashMap<Name, OutputType>,
    roots: [Option<Name>; 3],
    sizes: ListSizes,
}

#[derive(Debug)]
struct OutputField {
    ty: Type,
    price: Price,
}

/// An object, interface, or union.
#[derive(Debug, Default)]
struct OutputType {
    fields: HashMap<Name, OutputField>,
    /// Interfaces and unions that the type belongs to.
    supertypes: HashSet<Name>,
    is_abstract: bool,
}

impl TypeMap {
    /// Parses a schema from its SDL, as printed by `Schema::sdl`.
    ///
    /// # Errors
    /// If the text is not a valid schema.
    pub(crate) fn from_sdl(
        sdl: &str,
        rules: &CostRules,
    ) -> Result<Self, async_graphql::parser::Error> {
        let document = parse_schema(sdl)?;
        let mut map = Self {
            types: HashMap::new(),
            roots: [Some(Name::new("Query")), None, None],
            sizes: ListSizes::of(&document),
        };
        for definition in document.definitions {
            map.add(definition, rules);
        }
        for definition in parse_schema(INTROSPECTION)?.definitions {
            map.add(definition, rules);
        }
        map.add_entry_points();
        Ok(map)
    }

    fn add(&mut self, definition: TypeSystemDefinition, rules: &CostRules) {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let schema = schema.node;
                self.roots = [schema.query, schema.mutation, schema.subscription]
                    .map(|root| root.map(|name| name.node));
            }
            TypeSystemDefinition::Type(definition) => self.add_type(definition.node, rules),
            TypeSystemDefinition::Directive(_) => {}
        }
    }

    fn add_type(&mut self, definition: TypeDefinition, rules: &CostRules) {
        let name = definition.name.node;
        let (fields, implements, is_abstract) = match definition.kind {
            TypeKind::Object(object) => (object.fields, object.implements, false),
            TypeKind::Interface(interface) => (interface.fields, interface.implements, true),
            TypeKind::Union(union) => {
                for member in union.members {
                    let member = self.types.entry(member.node).or_default();
                    member.supertypes.insert(name.clone());
                }
                (Vec::new(), Vec::new(), true)
            }
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => return,
        };
        let entry = self.types.entry(name).or_default();
        entry.is_abstract = is_abstract;
        entry
            .supertypes
            .extend(implements.into_iter().map(|name| name.node));
        for field in fields {
            let price = Price::of(&field.node, rules);
            let (name, ty) = (field.node.name.node, field.node.ty.node);
            entry.fields.insert(name, OutputField { ty, price });
        }
    }

    /// Adds `__schema` and `__type` to the query type (specification, section 4.2).
    fn add_entry_points(&mut self) {
        let Some(query) = self.roots[0].clone() else {
            return;
        };
        let query = self.types.entry(query).or_default();
        for (name, ty, nullable) in [("__schema", "__Schema", false), ("__type", "__Type", true)] {
            let base = BaseType::Named(Name::new(ty));
            let ty = Type { base, nullable };
            let price = Price::default();
            let field = OutputField { ty, price };
            query.fields.insert(Name::new(name), field);
        }
    }

    /// Returns the root type of a kind of operation.
    pub(crate) fn root(&self, kind: OperationType) -> Option<&Name> {
        let index = match kind {
            OperationType::Query => 0,
            OperationType::Mutation => 1,
            OperationType::Subscription => 2,
        };
        self.roots[index].as_ref()
    }

    /// Returns the type of a field, except for `__typename`.
    pub(crate) fn field(&self, on: &str, field: &str) -> Option<&Type> {
        Some(&self.types.get(on)?.fields.get(field)?.ty)
    }

    /// Returns the declared cost of a field, or `None` for `__typename` and introspection.
    pub(crate) fn price(&self, on: &str, field: &str) -> Option<&Price> {
        let on = self.types.get(on).filter(|_| !on.starts_with("__"))?;
        Some(&on.fields.get(field)?.price)
    }

    /// Whether `name` has fields: an object, interface, or union.
    pub(crate) fn is_composite(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// Returns the name of a composite type with the lifetime of the map.
    pub(crate) fn name(&self, name: &str) -> Option<&str> {
        self.types
            .get_key_value(name)
            .map(|(name, _)| name.as_str())
    }

    /// Whether `name` is an interface or union.
    pub(crate) fn is_abstract(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|ty| ty.is_abstract)
    }

    /// Whether a fragment on `condition` applies to objects of the type `concrete`.
    pub(crate) fn applies(&self, condition: &str, concrete: &str) -> bool {
        condition == concrete
            || self
                .types
                .get(concrete)
                .is_some_and(|ty| ty.supertypes.contains(condition))
    }

    /// Returns the lengths of introspection's lists.
    pub(crate) fn list_sizes(&self) -> &ListSizes {
        &self.sizes
    }
}

/// Returns the named type inside all lists.
pub(crate) fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}
