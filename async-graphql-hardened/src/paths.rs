//! Paths in a response: of the current position and of errors.

use std::collections::BTreeMap;

use async_graphql::{Name, PathSegment, ServerError};

/// The errors of a response, as a tree of their paths.
#[derive(Debug, Default)]
pub(crate) struct ErrorTree {
    /// The errors at this position, as indexes into the response's errors.
    pub(crate) here: Vec<usize>,
    fields: BTreeMap<String, ErrorTree>,
    items: BTreeMap<usize, ErrorTree>,
}

impl ErrorTree {
    /// Builds the tree of some errors.
    pub(crate) fn new(errors: &[ServerError]) -> Self {
        let mut root = Self::default();
        for (index, error) in errors.iter().enumerate() {
            let mut tree = &mut root;
            for segment in &error.path {
                tree = match segment {
                    PathSegment::Field(name) => tree.fields.entry(name.clone()).or_default(),
                    PathSegment::Index(index) => tree.items.entry(*index).or_default(),
                };
            }
            tree.here.push(index);
        }
        root
    }

    /// Returns the errors at or below a field.
    pub(crate) fn field(&self, key: &str) -> Option<&Self> {
        self.fields.get(key)
    }

    /// Returns the errors at or below an item.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        self.items.get(&index)
    }

    /// Whether there are errors of fields below: then this position is an object.
    pub(crate) fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Calls `visit` with the errors at this position and at each one below.
    pub(crate) fn for_each(&self, visit: &mut impl FnMut(&[usize])) {
        visit(&self.here);
        for below in self.fields.values().chain(self.items.values()) {
            below.for_each(visit);
        }
    }
}

/// The path from the root of the response to a position.
#[derive(Debug, Default)]
pub(crate) struct Path<'d> {
    steps: Vec<Step<'d>>,
}

#[derive(Debug)]
enum Step<'d> {
    Field(&'d Name),
    Item(usize),
}

impl<'d> Path<'d> {
    pub(crate) fn enter_field(&mut self, key: &'d Name) {
        self.steps.push(Step::Field(key));
    }

    pub(crate) fn enter_item(&mut self, index: usize) {
        self.steps.push(Step::Item(index));
    }

    pub(crate) fn leave(&mut self) {
        self.steps.pop();
    }

    /// Returns the path in the form of errors (specification, section 7.1.6).
    pub(crate) fn segments(&self) -> Vec<PathSegment> {
        let segment = |step: &Step<'_>| match step {
            Step::Field(key) => PathSegment::Field(key.to_string()),
            Step::Item(index) => PathSegment::Index(*index),
        };
        self.steps.iter().map(segment).collect()
    }
}
