//! Paths of a response: of the place that is being looked at, and of the errors in it.

use std::collections::BTreeMap;

use async_graphql::{Name, PathSegment, ServerError};

/// The errors of a response, as a tree of the places that they are about.
#[derive(Debug, Default)]
pub(super) struct Branch {
    /// The errors at this very place, by their position in the response.
    pub(super) here: Vec<usize>,
    fields: BTreeMap<String, Branch>,
    items: BTreeMap<usize, Branch>,
}

impl Branch {
    /// Makes the tree of some errors.
    pub(super) fn plant(errors: &[ServerError]) -> Self {
        let mut root = Self::default();
        for (index, error) in errors.iter().enumerate() {
            let mut branch = &mut root;
            for segment in &error.path {
                branch = match segment {
                    PathSegment::Field(name) => branch.fields.entry(name.clone()).or_default(),
                    PathSegment::Index(index) => branch.items.entry(*index).or_default(),
                };
            }
            branch.here.push(index);
        }
        root
    }

    /// The errors at or below a field.
    pub(super) fn field(&self, key: &str) -> Option<&Self> {
        self.fields.get(key)
    }

    /// The errors at or below an item.
    pub(super) fn item(&self, index: usize) -> Option<&Self> {
        self.items.get(&index)
    }

    /// Whether there are errors of fields below: then this place was an object.
    pub(super) fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Calls `visit` with the errors of this place and of each below.
    pub(super) fn for_each(&self, visit: &mut impl FnMut(&[usize])) {
        visit(&self.here);
        for below in self.fields.values().chain(self.items.values()) {
            below.for_each(visit);
        }
    }
}

/// The way from the root of the response to a place in it.
#[derive(Debug, Default)]
pub(super) struct Path<'d> {
    steps: Vec<Step<'d>>,
}

#[derive(Debug)]
enum Step<'d> {
    Field(&'d Name),
    Item(usize),
}

impl<'d> Path<'d> {
    pub(super) fn enter_field(&mut self, key: &'d Name) {
        self.steps.push(Step::Field(key));
    }

    pub(super) fn enter_item(&mut self, index: usize) {
        self.steps.push(Step::Item(index));
    }

    pub(super) fn leave(&mut self) {
        self.steps.pop();
    }

    /// The path as errors show it (specification, section 7.1.6).
    pub(super) fn segments(&self) -> Vec<PathSegment> {
        let segment = |step: &Step<'_>| match step {
            Step::Field(key) => PathSegment::Field(key.to_string()),
            Step::Item(index) => PathSegment::Index(*index),
        };
        self.steps.iter().map(segment).collect()
    }
}
