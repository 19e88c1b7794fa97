//! Detects query texts with values that must not be kept in memory.
//!
//! Passwords, tokens, and email addresses belong in variables, which are never stored. A document
//! is stored only if its literals cannot be secrets: it has no string in a mutation, in the default
//! of a variable, or in an argument that accepts a secret or a mutation's input.

use std::convert::Infallible;

use async_graphql::{
    Value,
    parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

/// Whether `document` contains a string that may be a secret.
pub(crate) fn may_be_secret(document: &ExecutableDocument, secret_arguments: &[&str]) -> bool {
    let operations = || {
        document
            .operations
            .iter()
            .map(|(_, operation)| &operation.node)
    };
    let search = Search {
        secret_arguments,
        everywhere: operations().any(|operation| operation.ty != OperationType::Query),
    };
    let defaults = operations().flat_map(|operation| &operation.variable_definitions);
    let mut defaults = defaults.filter_map(|variable| variable.node.default_value.as_ref());
    let fragments = document.fragments.values();
    let mut sets = operations()
        .map(|operation| &operation.selection_set)
        .chain(fragments.map(|fragment| &fragment.node.selection_set));
    defaults.any(|default| has_string(&default.node)) || sets.any(|set| search.set(&set.node))
}

struct Search<'a> {
    secret_arguments: &'a [&'a str],
    /// Whether strings in all arguments count.
    everywhere: bool,
}

impl Search<'_> {
    fn set(&self, set: &SelectionSet) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => {
                self.arguments(&field.node) || self.set(&field.node.selection_set.node)
            }
            Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => false,
        })
    }

    fn arguments(&self, field: &Field) -> bool {
        field.arguments.iter().any(|(name, value)| {
            if !self.everywhere && !self.secret_arguments.contains(&name.node.as_str()) {
                return false;
            }
            let no_variable = |_| Ok::<_, Infallible>(Value::Null);
            let value = value.node.clone().into_const_with(no_variable);
            value.is_ok_and(|value| has_string(&value))
        })
    }
}

fn has_string(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::List(items) => items.iter().any(has_string),
        Value::Object(fields) => fields.values().any(has_string),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn is_secret(text: &str) -> bool {
        may_be_secret(&parse_query(text).expect("a query"), &["token", "input"])
    }

    #[test]
    fn possible_secrets_are_detected() {
        for text in [
            r#"mutation { signIn(input: { email: "a", password: "b" }) { sessionToken } }"#,
            r#"mutation { a(list: [[{ b: "c" }]]) }"#,
            r#"mutation { a { b(c: """d""") } }"#,
            r#"mutation { a { ...F } } fragment F on T { ... { b(c: "d") } }"#,
            r#"query A { a } mutation B { b } fragment F on T { a(id: "b") }"#,
            r#"subscription { a(b: "c") }"#,
            r#"query ($p: String = "a") { b(c: $p) }"#,
            r#"query ($p: [I] = [{ a: "b" }]) { b(c: $p) }"#,
            r#"{ invitationPreview(token: "a") { state } }"#,
            r#"{ inviteUsersPreview(input: { invitees: [{ email: "a" }] }) { state } }"#,
        ] {
            assert!(is_secret(text), "{text}");
        }
    }

    #[test]
    fn other_documents_are_stored() {
        for text in [
            r#"{ node(id: "a") { id } nodes(ids: ["b", "c"]) { id } }"#,
            r#"{ workspace { members(search: "ana", first: 10) { nodes { id } } } }"#,
            "mutation ($input: SignInInput!) { signIn(input: $input) { sessionToken } }",
            "mutation { changeRole(input: { role: SECURITY_AUDITOR, id: $id }) { id } }",
            "query ($first: Int = 5) { a(first: $first) }",
        ] {
            assert!(!is_secret(text), "{text}");
        }
    }
}
