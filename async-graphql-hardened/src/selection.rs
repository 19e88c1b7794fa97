//! Which fields of an object of a known type are in the response, and in which order
//! (specification, section 6.3.2, `CollectFields`).

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Directive, Field, FragmentDefinition, Selection, SelectionSet, Type},
};

use crate::types::{TypeMap, named};

/// The inputs for collecting the fields of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Collector<'d> {
    pub(crate) types: &'d TypeMap,
    pub(crate) fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    pub(crate) variables: &'d Variables,
    /// The response key that the server added; see [`crate::rewrite`].
    pub(crate) marker: &'d Name,
}

/// One field of the response, merged from all selections with its key.
pub(crate) struct CollectedField<'d> {
    /// The alias, or the name if there is none.
    pub(crate) key: &'d Name,
    /// The first selection of the field.
    pub(crate) field: &'d Positioned<Field>,
    /// `None` for `__typename`, which is a string and cannot fail.
    pub(crate) ty: Option<&'d Type>,
    /// Whether the field, or the items of its list, have fields.
    pub(crate) composite: bool,
    sets: Vec<&'d SelectionSet>,
    /// The fields below by concrete type, collected when the first object of this type is reached.
    shapes: Vec<(&'d str, Vec<CollectedField<'d>>)>,
}

impl<'d> CollectedField<'d> {
    /// Returns the fields of an object in this field whose type is `concrete`.
    pub(crate) fn shape(&mut self, collector: Collector<'d>, concrete: &'d str) -> &mut [Self] {
        let known = self.shapes.iter().position(|(name, _)| *name == concrete);
        let index = known.unwrap_or_else(|| {
            let collected_fields = collector.collect(concrete, &self.sets);
            self.shapes.push((concrete, collected_fields));
            self.shapes.len() - 1
        });
        &mut self.shapes[index].1
    }
}

impl<'d> Collector<'d> {
    /// Collects the fields of `sets` on the object type `concrete`.
    pub(crate) fn collect(
        self,
        concrete: &'d str,
        sets: &[&'d SelectionSet],
    ) -> Vec<CollectedField<'d>> {
        let mut collected_fields = Vec::new();
        let mut visited = Vec::new();
        for set in sets {
            self.collect_set(concrete, set, &mut visited, &mut collected_fields);
        }
        collected_fields
    }

    fn collect_set(
        self,
        concrete: &'d str,
        set: &'d SelectionSet,
        visited: &mut Vec<&'d str>,
        collected_fields: &mut Vec<CollectedField<'d>>,
    ) {
        for selection in &set.items {
            if is_skipped(selection.node.directives(), self.variables) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => self.collect_field(concrete, field, collected_fields),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    if on.is_none_or(|on| self.types.applies(&on.node.on.node, concrete)) {
                        self.collect_set(
                            concrete,
                            &fragment.node.selection_set.node,
                            visited,
                            collected_fields,
                        );
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else {
                        continue;
                    };
                    let on = &fragment.node.type_condition.node.on.node;
                    if !visited.contains(&name.as_str()) && self.types.applies(on, concrete) {
                        visited.push(name);
                        self.collect_set(
                            concrete,
                            &fragment.node.selection_set.node,
                            visited,
                            collected_fields,
                        );
                    }
                }
            }
        }
    }

    fn collect_field(
        self,
        concrete: &str,
        field: &'d Positioned<Field>,
        collected_fields: &mut Vec<CollectedField<'d>>,
    ) {
        let key = &field.node.response_key().node;
        if key == self.marker {
            return;
        }
        let set = &field.node.selection_set.node;
        if let Some(collected) = collected_fields
            .iter_mut()
            .find(|collected| collected.key == key)
        {
            collected.sets.push(set);
            return;
        }
        let ty = self.types.field(concrete, &field.node.name.node);
        collected_fields.push(CollectedField {
            key,
            field,
            ty,
            composite: ty.is_some_and(|ty| self.types.is_composite(named(ty))),
            sets: vec![set],
            shapes: Vec::new(),
        });
    }
}

/// Whether `@skip` or `@include` omits a selection (specification, section 3.13).
pub(crate) fn is_skipped(directives: &[Positioned<Directive>], variables: &Variables) -> bool {
    directives.iter().any(|directive| {
        let leave_out_if = match directive.node.name.node.as_str() {
            "skip" => true,
            "include" => false,
            _ => return false,
        };
        let lookup = |name: Name| variables.get(&name).cloned().ok_or(());
        let condition = directive.node.get_argument("if").cloned();
        let condition = condition.and_then(|value| value.node.into_const_with(lookup).ok());
        let condition = condition == Some(Value::Boolean(true));
        condition == leave_out_if
    })
}
