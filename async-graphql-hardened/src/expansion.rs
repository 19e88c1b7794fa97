//! A bound on what a parsed query expands to, once its fragments are spread.
//!
//! Fragments may be spread as often as they like: clients keep one for each component. But thirty
//! that spread each other twice stand for a billion fields, a chain of them overflows the stack,
//! and a cycle has no end; the schema's own checks follow every path. Here each fragment is visited
//! once, and no deeper than the limit. Introspection multiplies without any fragment (the fields of
//! the types of the fields …), so it is weighed by how many items its lists have in this schema.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use crate::{list_sizes::ListSizes, types::TypeMap};

/// How much a query may expand to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpansionLimits {
    /// Selections after spreading all fragments, of all operations in the document.
    pub selections: u64,
    /// Selection sets inside each other after spreading, below that of an operation. The schema's
    /// own limit is the same.
    pub depth: usize,
    /// Values that introspection returns, estimated.
    pub introspection: u64,
}

impl Default for ExpansionLimits {
    fn default() -> Self {
        Self {
            selections: 4000,
            depth: 32,
            introspection: 50_000,
        }
    }
}

/// What keeps a parsed query from being run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExpansionError {
    /// A fragment spreads itself (specification, section 5.5.2.2).
    #[error("The fragment \"{0}\" spreads itself.")]
    Cycle(Name),
    /// Nothing spreads a fragment (specification, section 5.5.1.4).
    #[error("The fragment \"{0}\" is never used.")]
    Unused(Name),
    /// See [`ExpansionLimits::depth`].
    #[error(
        "The query nests selections more than {0} deep once its fragments are spread: select fewer levels at once."
    )]
    Depth(usize),
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
    /// Selection sets inside each other.
    height: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.introspection = self.introspection.saturating_add(other.introspection);
        self.height = self.height.max(other.height);
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
    depth_limit: usize,
    /// `None` while the fragment is being measured.
    known: HashMap<(&'d str, Place), Option<Size>>,
}

/// Checks that `document` expands to no more than `limits`, in time linear in its length.
///
/// # Errors
/// The first limit passed, or a cycle of fragments.
pub(crate) fn check(
    document: &ExecutableDocument,
    types: &TypeMap,
    limits: &ExpansionLimits,
) -> Result<(), ExpansionError> {
    let mut expansion = Expansion {
        fragments: &document.fragments,
        sizes: types.list_sizes(),
        depth_limit: limits.depth,
        known: HashMap::new(),
    };
    let mut total = Size::default();
    for (_, operation) in document.operations.iter() {
        total.add(expansion.set(&operation.node.selection_set.node, Place::Data, 0)?);
    }
    // What nothing spreads would be checked by the schema without having been counted here.
    let used: HashSet<&str> = expansion.known.keys().map(|(name, _)| *name).collect();
    let names = document.fragments.keys();
    if let Some(name) = names.filter(|name| !used.contains(name.as_str())).min() {
        return Err(ExpansionError::Unused(name.clone()));
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
    /// Measures a selection set that is inside of `depth` others. One without items is a leaf.
    fn set(
        &mut self,
        set: &'d SelectionSet,
        place: Place,
        depth: usize,
    ) -> Result<Size, ExpansionError> {
        if depth > self.depth_limit && !set.items.is_empty() {
            return Err(ExpansionError::Depth(self.depth_limit));
        }
        let mut total = Size::default();
        let below = depth + 1;
        for selection in &set.items {
            let size = match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let size =
                        self.set(&field.node.selection_set.node, place.below(name), below)?;
                    self.field(name, place, size)
                }
                Selection::InlineFragment(fragment) => {
                    nested(self.set(&fragment.node.selection_set.node, place, below)?)
                }
                Selection::FragmentSpread(spread) => {
                    nested(self.fragment(&spread.node.fragment_name.node, place, below)?)
                }
            };
            total.add(size);
        }
        total.height += usize::from(!set.items.is_empty());
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
    fn fragment(
        &mut self,
        name: &'d Name,
        place: Place,
        depth: usize,
    ) -> Result<Size, ExpansionError> {
        match self.known.get(&(name.as_str(), place)) {
            Some(Some(size)) if depth + size.height > self.depth_limit + 1 => {
                return Err(ExpansionError::Depth(self.depth_limit));
            }
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(ExpansionError::Cycle(name.clone())),
            None => {}
        }
        let fragments = self.fragments;
        let Some(fragment) = fragments.get(name) else {
            return Ok(Size::default());
        };
        self.known.insert((name, place), None);
        let size = self.set(&fragment.node.selection_set.node, place, depth)?;
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
