//! Limits the expanded size of a parsed query, after its fragments are spread.
//!
//! Fragments may be spread any number of times, since clients keep one per component. But 30
//! fragments that spread each other twice expand to a billion fields, a long chain overflows the
//! stack, and a cycle is infinite; async-graphql's own checks follow every path. Here, each
//! fragment is visited once, and no deeper than the limit. Introspection multiplies even without
//! fragments (the fields of the types of the fields …), so it is weighted with the number of items
//! in the schema's lists.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use crate::{list_sizes::ListSizes, types::TypeMap};

/// Limits of the expanded size of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpansionLimits {
    /// Selections of all operations in the document, after fragments are spread.
    pub selections: u64,
    /// Nested selection sets below the operation's, after fragments are spread. async-graphql has
    /// the same limit.
    pub depth: usize,
    /// The estimated number of values that introspection returns.
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

/// Why a parsed query is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExpansionError {
    /// A fragment spreads itself (specification, section 5.5.2.2).
    #[error("The fragment \"{0}\" spreads itself.")]
    Cycle(Name),
    /// A fragment is not used (specification, section 5.5.1.4).
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
    #[error("The introspection would return more than {0} values: split it.")]
    Introspection(u64),
}

/// The expanded size of a selection set; sums saturate.
#[derive(Clone, Copy, Default)]
struct Size {
    selections: u64,
    introspection: u64,
    /// Nested selection sets.
    height: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.introspection = self.introspection.saturating_add(other.introspection);
        self.height = self.height.max(other.height);
    }
}

/// The context of a selection set, as far as its weight depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Context {
    /// On types of the schema.
    Data,
    /// In introspection of all types: lists have average length.
    AllTypes,
    /// In introspection of types that the query selects: lists may have maximum length.
    SomeTypes,
}

impl Context {
    /// Returns the context of the selections in the field `name`.
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
    known: HashMap<(&'d str, Context), Option<Size>>,
}

/// Checks that `document` expands to no more than `limits`, in linear time.
///
/// # Errors
/// The first exceeded limit, or a cycle of fragments.
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
        total.add(expansion.set(&operation.node.selection_set.node, Context::Data, 0)?);
    }
    // async-graphql would validate unused fragments, which were not counted here.
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
    /// Measures a selection set below `depth` others. An empty one is a leaf.
    fn set(
        &mut self,
        set: &'d SelectionSet,
        context: Context,
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
                        self.set(&field.node.selection_set.node, context.below(name), below)?;
                    self.field(name, context, size)
                }
                Selection::InlineFragment(fragment) => {
                    nested(self.set(&fragment.node.selection_set.node, context, below)?)
                }
                Selection::FragmentSpread(spread) => {
                    nested(self.fragment(&spread.node.fragment_name.node, context, below)?)
                }
            };
            total.add(size);
        }
        total.height += usize::from(!set.items.is_empty());
        Ok(total)
    }

    fn field(&self, name: &str, context: Context, below: Size) -> Size {
        let items = match (context, name) {
            // Each use of these fields visits every type to find the visible ones.
            (Context::Data, "__schema" | "__type") => {
                let introspection = self.sizes.types.saturating_add(below.introspection);
                return nested(Size {
                    introspection,
                    ..below
                });
            }
            (Context::Data, _) => return nested(below),
            // Half of the types are not wrappers, so chains of these fields end early.
            (_, "ofType") => {
                let introspection = (below.introspection / 2).saturating_add(1);
                return nested(Size {
                    introspection,
                    ..below
                });
            }
            (Context::AllTypes, _) => self.sizes.average(name),
            (Context::SomeTypes, _) => self.sizes.longest(name),
        };
        let introspection = items.saturating_mul(below.introspection.saturating_add(1));
        nested(Size {
            introspection,
            ..below
        })
    }

    /// Measures a fragment once per context. Validation reports an unknown fragment.
    fn fragment(
        &mut self,
        name: &'d Name,
        context: Context,
        depth: usize,
    ) -> Result<Size, ExpansionError> {
        match self.known.get(&(name.as_str(), context)) {
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
        self.known.insert((name, context), None);
        let size = self.set(&fragment.node.selection_set.node, context, depth)?;
        self.known.insert((name, context), Some(size));
        Ok(size)
    }
}

/// Returns the size of one selection with `below` under it.
fn nested(below: Size) -> Size {
    Size {
        selections: below.selections.saturating_add(1),
        ..below
    }
}
