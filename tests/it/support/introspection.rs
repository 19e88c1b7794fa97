//! The schema as clients see it by introspection.

use super::client::Client;
use serde_json::Value;

const QUERY: &str = "{ __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
        kind name description
        fields(includeDeprecated: true) { name description args { ...value } type { ...type } }
        inputFields { ...value }
        enumValues(includeDeprecated: true) { name description }
    }
    directives { name description args { ...value } }
} }
fragment value on __InputValue { name description type { ...type } }
fragment type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A schema.
pub struct Introspection(Value);

/// A field of an object type.
#[derive(Clone, Debug)]
pub struct Field {
    /// The type that contains the field.
    pub owner: String,
    pub name: String,
    /// The name of its type, without lists and non-null markers.
    pub of: String,
    /// Whether it needs a selection of subfields.
    pub is_composite: bool,
    /// Names and types of the arguments, in GraphQL syntax: `("input", "SignInInput!")`.
    pub args: Vec<(String, String)>,
}

impl Introspection {
    pub async fn load(client: &Client) -> Introspection {
        Introspection(client.get(QUERY).await["__schema"].clone())
    }

    /// Returns the types of the service, without those of introspection.
    pub fn types(&self) -> impl Iterator<Item = &Value> {
        list(&self.0["types"]).filter(|item| !name(item).starts_with("__"))
    }

    pub fn directives(&self) -> impl Iterator<Item = &Value> {
        list(&self.0["directives"])
    }

    /// Returns all fields of all object types.
    pub fn fields(&self) -> Vec<Field> {
        let objects = self.types().filter(|item| item["kind"] == "OBJECT");
        objects
            .flat_map(|owner| list(&owner["fields"]).map(move |field| Field::new(owner, field)))
            .collect()
    }
}

impl Field {
    fn new(owner: &Value, field: &Value) -> Field {
        let innermost = std::iter::successors(Some(&field["type"]), |of| {
            Some(&of["ofType"]).filter(|of| !of.is_null())
        });
        let innermost = innermost.last().unwrap();
        Field {
            owner: name(owner).to_owned(),
            name: name(field).to_owned(),
            of: name(innermost).to_owned(),
            is_composite: !matches!(innermost["kind"].as_str(), Some("SCALAR" | "ENUM")),
            args: list(&field["args"])
                .map(|arg| (name(arg).to_owned(), written(&arg["type"])))
                .collect(),
        }
    }

    /// `Type.field`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.owner, self.name)
    }

    /// Returns the required arguments.
    pub fn required_args(&self) -> impl Iterator<Item = &(String, String)> {
        self.args
            .iter()
            .filter(|(_, written)| written.ends_with('!'))
    }
}

/// Returns the items of an introspected list. `null` is an empty list.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

pub fn name(item: &Value) -> &str {
    item["name"].as_str().unwrap_or_default()
}

fn written(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&of["ofType"])),
        Some("LIST") => format!("[{}]", written(&of["ofType"])),
        _ => name(of).to_owned(),
    }
}
