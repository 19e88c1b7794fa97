//! Rewrites a query before execution, so that its response can be completed.
//!
//! async-graphql returns `null` for an object whose fields all failed or were skipped, and an
//! object of an abstract type does not tell its type. If this matters, the server selects
//! `__typename` under a key of its own, the *marker*, which is removed from the response. If a
//! selection set contains the same field twice, the two are merged, because async-graphql would
//! execute both.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

use crate::types::{TypeMap, named};

/// Returns a marker that does not occur in the query text.
pub(crate) fn marker(text: &str) -> Name {
    let mut marker = "__concrete".to_owned();
    while text.contains(&marker) {
        marker.push('_');
    }
    Name::new(marker)
}

/// Adds markers to `document`, and merges fields.
pub(crate) fn rewrite(document: &mut ExecutableDocument, types: &TypeMap, marker: &Name) {
    let rewriter = Rewriter { types, marker };
    for fragment in document.fragments.values_mut() {
        let fragment = &mut fragment.node;
        rewriter.set(
            &mut fragment.selection_set.node,
            Some(&fragment.type_condition.node.on.node),
        );
    }
    let operations = match &mut document.operations {
        async_graphql::parser::types::DocumentOperations::Single(operation) => vec![operation],
        async_graphql::parser::types::DocumentOperations::Multiple(operations) => {
            operations.values_mut().collect()
        }
    };
    for operation in operations {
        let operation = &mut operation.node;
        // Validation rejects two equal root fields of a subscription, so they are not merged.
        if operation.ty != OperationType::Subscription {
            merge(&mut operation.selection_set.node);
        }
        rewriter.below(
            &mut operation.selection_set.node,
            types.root(operation.ty).map(Name::as_str),
        );
    }
}

struct Rewriter<'a> {
    types: &'a TypeMap,
    marker: &'a Name,
}

impl Rewriter<'_> {
    fn set(&self, set: &mut SelectionSet, on: Option<&str>) {
        merge(set);
        self.below(set, on);
    }

    /// Rewrites the selections on the type `on`. Validation rejects unknown types and fields.
    fn below(&self, set: &mut SelectionSet, on: Option<&str>) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => self.field(&mut field.node, on),
                Selection::InlineFragment(fragment) => {
                    let fragment = &mut fragment.node;
                    let condition = fragment.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| Some(&condition.node.on.node));
                    self.set(&mut fragment.selection_set.node, on);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&self, field: &mut Field, on: Option<&str>) {
        let ty = on.and_then(|on| self.types.field(on, &field.name.node));
        let on = ty.map(|ty| named(ty).as_str());
        self.set(&mut field.selection_set.node, on);
        if on.is_some_and(|on| self.needs_marker(&field.selection_set.node, on)) {
            self.mark(&mut field.selection_set);
        }
    }

    fn needs_marker(&self, set: &SelectionSet, on: &str) -> bool {
        let is_certain = |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if field.node.directives.is_empty());
        !set.items.is_empty() && (self.types.is_abstract(on) || !set.items.iter().any(is_certain))
    }

    fn mark(&self, set: &mut Positioned<SelectionSet>) {
        let field = Field {
            alias: Some(Positioned::new(self.marker.clone(), set.pos)),
            name: Positioned::new(Name::new("__typename"), set.pos),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        let field = Selection::Field(Positioned::new(field, set.pos));
        set.node.items.push(Positioned::new(field, set.pos));
    }
}

/// Merges equal fields of a selection set into the first one (specification, section 5.3.2).
fn merge(set: &mut SelectionSet) {
    let mut merged: Vec<Positioned<Selection>> = Vec::with_capacity(set.items.len());
    let mut by_key: HashMap<Name, Vec<usize>> = HashMap::new();
    for mut selection in std::mem::take(&mut set.items) {
        let Selection::Field(field) = &mut selection.node else {
            merged.push(selection);
            continue;
        };
        let places = by_key.entry(field.node.response_key().node.clone());
        let places = places.or_default();
        let mut alike = places.iter().copied();
        let equal = alike.find(|place| is_same_field(&merged[*place].node, &field.node));
        if let Some(place) = equal
            && let Selection::Field(first) = &mut merged[place].node
        {
            let items = &mut field.node.selection_set.node.items;
            first.node.selection_set.node.items.append(items);
        } else {
            places.push(merged.len());
            merged.push(selection);
        }
    }
    set.items = merged;
}

/// Whether two selections with the same key are the same field, apart from their selection sets.
fn is_same_field(first: &Selection, second: &Field) -> bool {
    let Selection::Field(first) = first else {
        return false;
    };
    let first = &first.node;
    first.name.node == second.name.node
        && first.arguments == second.arguments
        && first.directives.is_empty()
        && second.directives.is_empty()
        && first.selection_set.node.items.is_empty() == second.selection_set.node.items.is_empty()
}
