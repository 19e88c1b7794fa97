//! A bound on what a parsed query expands to, once its fragments are spread.
//!
//! Twenty spreads of fragments that spread each other stand for millions of fields, and those of
//! a cycle for no end of them; the schema's own checks follow every path. Here each fragment is
//! visited once. Introspection multiplies without any fragment (the fields of the types of the
//! fields …), so it is weighed by how many items its lists have in this schema.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use super::{list_sizes::ListSizes, types::TypeMap};

/// How much a query may expand to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpansionLimits {
    /// Selections after spreading all fragments, of all operations in the document.
    pub selections: u64,
    /// Values that introspection returns, estimated.
    pub introspection: u64,
}

impl Default for ExpansionLimits {
    fn default() -> Self {
        Self {
            selections: 2000,
            introspection: 50_000,
        }
    }
}

/// What keeps a parsed query from being run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpansionError {
    /// A fragment spreads itself (specification, section 5.5.2.2).
    #[error("The fragment \"{0}\" spreads itself.")]
    Cycle(Name),
    /// See [`ExpansionLimits::selections`].
    #[error("The query has more than {0} selections once its fragments are spread: split it.")]
    Selections(u64),
    /// See [`ExpansionLimits::introspection`].
    #[error("The introspection would return more than {0} values: ask for less of it at once.")]
    Introspection(u64),
}

/// What a selection set stands for; sums saturate.
#[derive(Clone, Copy, Default)]
struct Size {
    selections: u64,
    introspection: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.introspection = self.introspection.saturating_add(other.introspection);
    }
}

/// Where a selection set stands, as far as its weight depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// On types of the schema.
    Data,
    /// In introspection, on all types: their lists are as long as the average.
    AllTypes,
    /// In introspection, on types that the query picks: the longest ones, if it is hostile.
    SomeTypes,
}

impl Place {
    /// The place of what is selected in the field `name`.
    fn below(self, name: &str) -> Self {
        match (self, name) {
            (Self::Data, "__schema") => Self::AllTypes,
            (Self::Data, "__type") => Self::SomeTypes,
            (Self::Data, _) => Self::Data,
            (Self::AllTypes, "types" | "directives") => Self::AllTypes,
            _ => Self::SomeTypes,
        }
    }
}

struct Expansion<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    sizes: &'d ListSizes,
    /// `None` while the fragment is being measured.
    known: HashMap<(&'d str, Place), Option<Size>>,
}

/// Checks that `document` expands to no more than `limits`, in time linear in its length.
///
/// # Errors
/// The first limit passed, or a cycle of fragments.
pub fn check(
    document: &ExecutableDocument,
    types: &TypeMap,
    limits: &ExpansionLimits,
) -> Result<(), ExpansionError> {
    let mut expansion = Expansion {
        fragments: &document.fragments,
        sizes: types.list_sizes(),
        known: HashMap::new(),
    };
    let mut total = Size::default();
    for (_, operation) in document.operations.iter() {
        total.add(expansion.set(&operation.node.selection_set.node, Place::Data)?);
    }
    for name in document.fragments.keys() {
        expansion.fragment(name, Place::Data)?;
    }
    if total.selections > limits.selections {
        return Err(ExpansionError::Selections(limits.selections));
    }
    if total.introspection > limits.introspection {
        return Err(ExpansionError::Introspection(limits.introspection));
    }
    Ok(())
}

impl<'d> Expansion<'d> {
    fn set(&mut self, set: &'d SelectionSet, place: Place) -> Result<Size, ExpansionError> {
        let mut total = Size::default();
        for selection in &set.items {
            let size = match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let below = self.set(&field.node.selection_set.node, place.below(name))?;
                    self.field(name, place, below)
                }
                Selection::InlineFragment(fragment) => {
                    nested(self.set(&fragment.node.selection_set.node, place)?)
                }
                Selection::FragmentSpread(spread) => {
                    nested(self.fragment(&spread.node.fragment_name.node, place)?)
                }
            };
            total.add(size);
        }
        Ok(total)
    }

    fn field(&self, name: &str, place: Place, below: Size) -> Size {
        let items = match (place, name) {
            // Each entry to introspection looks at every type to find the visible ones.
            (Place::Data, "__schema" | "__type") => {
                let introspection = self.sizes.types.saturating_add(below.introspection);
                return nested(Size {
                    introspection,
                    ..below
                });
            }
            (Place::Data, _) => return nested(below),
            // Half of the types are no wrappers, so a chain of these ends soon.
            (_, "ofType") => {
                let introspection = (below.introspection / 2).saturating_add(1);
                return nested(Size {
                    introspection,
                    ..below
                });
            }
            (Place::AllTypes, _) => self.sizes.average(name),
            (Place::SomeTypes, _) => self.sizes.longest(name),
        };
        let introspection = items.saturating_mul(below.introspection.saturating_add(1));
        nested(Size {
            introspection,
            ..below
        })
    }

    /// Measures a fragment once for each place. One that the document lacks is left to validation.
    fn fragment(&mut self, name: &'d Name, place: Place) -> Result<Size, ExpansionError> {
        match self.known.get(&(name.as_str(), place)) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(ExpansionError::Cycle(name.clone())),
            None => {}
        }
        let fragments = self.fragments;
        let Some(fragment) = fragments.get(name) else {
            return Ok(Size::default());
        };
        self.known.insert((name, place), None);
        let size = self.set(&fragment.node.selection_set.node, place)?;
        self.known.insert((name, place), Some(size));
        Ok(size)
    }
}

/// The size of one selection with `below` under it.
fn nested(below: Size) -> Size {
    Size {
        selections: below.selections.saturating_add(1),
        ..below
    }
}
