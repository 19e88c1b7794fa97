//! Makes responses follow the specification where the library doesn't.
//!
//! It leaves a field out when its resolver or guard fails, answers `null` for an object of which
//! nothing is left, and stores keys and errors in the order in which fields finish. Here every
//! field gets its key back in the order of the query (section 6.3), a failed one as `null`, which
//! moves up to the nearest field or list item that may be `null` (section 6.4.4), and errors come
//! in the order of the document.

use async_graphql::{
    Name, Response, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, OperationDefinition, Type},
};

use crate::{
    paths::{ErrorTree, Path},
    selection::{CollectedField, Collector},
    types::TypeMap,
};

/// Completes the response to `operation`, which has run: the errors it holds are those of fields.
pub(crate) fn complete<'d>(
    collector: Collector<'d>,
    operation: &'d OperationDefinition,
    response: &mut Response,
) {
    let Some(root) = collector.types.root(operation.ty) else {
        return;
    };
    let mut collected_fields = collector.collect(root, &[&operation.selection_set.node]);
    let errors = std::mem::take(&mut response.errors);
    let tree = (!errors.is_empty()).then(|| ErrorTree::new(&errors));
    let mut completion = Completion {
        collector,
        path: Path::default(),
        unordered: errors.into_iter().map(Some).collect(),
        errors: Vec::new(),
    };
    // The root is there even if all of its fields failed, which the library answers with `null`.
    if response.data == Value::Null {
        response.data = Value::Object(IndexMap::new());
    }
    if let Value::Object(fields) = &mut response.data
        && completion.object(fields, &mut collected_fields, tree.as_ref()) != State::Present
    {
        response.data = Value::Null;
    }
    let Completion {
        unordered,
        mut errors,
        ..
    } = completion;
    errors.extend(unordered.into_iter().flatten());
    response.errors = errors;
}

/// What is at a place of the response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Present,
    /// Nothing, by itself.
    Absent,
    /// Something that can't be shown, since a part of it must not be `null` and is.
    Broken,
}

struct Completion<'d> {
    collector: Collector<'d>,
    path: Path<'d>,
    /// The errors of the response until their place is reached.
    unordered: Vec<Option<ServerError>>,
    errors: Vec<ServerError>,
}

impl<'d> Completion<'d> {
    /// Puts the fields of an object in order and completes them.
    fn object(
        &mut self,
        fields: &mut IndexMap<Name, Value>,
        collected_fields: &mut [CollectedField<'d>],
        tree: Option<&ErrorTree>,
    ) -> State {
        arrange(fields, collected_fields);
        let mut state = State::Present;
        for (collected, value) in collected_fields.iter_mut().zip(fields.values_mut()) {
            let Some(ty) = collected.ty else { continue };
            let below = tree.and_then(|tree| tree.field(collected.key));
            if below.is_none() && !collected.composite && *value != Value::Null {
                continue;
            }
            self.path.enter_field(collected.key);
            if !self.value(value, ty, collected, below) {
                state = State::Broken;
            }
            self.path.leave();
        }
        state
    }

    /// Completes a value of type `ty`, and says whether there is one or may be none.
    fn value(
        &mut self,
        value: &mut Value,
        ty: &'d Type,
        collected: &mut CollectedField<'d>,
        tree: Option<&ErrorTree>,
    ) -> bool {
        if let Some(tree) = tree {
            self.emit(&tree.here);
        }
        let state = match (&ty.base, &mut *value) {
            (BaseType::List(item), Value::List(items)) => self.list(items, item, collected, tree),
            (BaseType::Named(name), value) if collected.composite => {
                self.composite(value, name, collected, tree)
            }
            (_, Value::Null) => State::Absent,
            _ => State::Present,
        };
        if state == State::Present {
            return true;
        }
        if let Some(tree) = tree {
            self.emit_below(tree);
        } else if state == State::Absent && !ty.nullable {
            self.report_absent(collected);
        }
        *value = Value::Null;
        ty.nullable
    }

    fn list(
        &mut self,
        items: &mut [Value],
        ty: &'d Type,
        collected: &mut CollectedField<'d>,
        tree: Option<&ErrorTree>,
    ) -> State {
        let mut state = State::Present;
        for (index, item) in items.iter_mut().enumerate() {
            let below = tree.and_then(|tree| tree.item(index));
            if below.is_none() && !collected.composite && *item != Value::Null {
                continue;
            }
            self.path.enter_item(index);
            if !self.value(item, ty, collected, below) {
                state = State::Broken;
            }
            self.path.leave();
        }
        state
    }

    /// Completes an object whose declared type is `name`.
    fn composite(
        &mut self,
        value: &mut Value,
        name: &'d Name,
        collected: &mut CollectedField<'d>,
        tree: Option<&ErrorTree>,
    ) -> State {
        let types = self.collector.types;
        if *value == Value::Null
            && tree.is_some_and(ErrorTree::has_fields)
            && !types.is_abstract(name)
        {
            *value = Value::Object(IndexMap::new());
        }
        let Value::Object(fields) = value else {
            return State::Absent;
        };
        let Some(concrete) = concrete_type(types, name, fields.get(self.collector.marker)) else {
            return State::Absent;
        };
        let collected_fields = collected.shape(self.collector, concrete);
        self.object(fields, collected_fields, tree)
    }

    /// A `null` that no resolver owned up to (specification, section 6.4.4).
    fn report_absent(&mut self, collected: &CollectedField<'d>) {
        let message = format!(
            "The field \"{}\" is not nullable.",
            collected.field.node.name.node
        );
        let error = ServerError::new(message, Some(collected.field.pos));
        self.errors.push(error.with_path(self.path.segments()));
    }

    fn emit(&mut self, errors: &[usize]) {
        for index in errors {
            self.errors.extend(self.unordered[*index].take());
        }
    }

    /// Emits the errors under a place that is `null`, as far as they were not reached.
    fn emit_below(&mut self, tree: &ErrorTree) {
        tree.for_each(&mut |errors| self.emit(errors));
    }
}

/// The type of an object: the declared one, or where that is abstract, the one under the marker.
fn concrete_type<'d>(types: &'d TypeMap, name: &'d str, marker: Option<&Value>) -> Option<&'d str> {
    if !types.is_abstract(name) {
        return Some(name);
    }
    match marker {
        Some(Value::String(concrete)) => types.name(concrete),
        _ => None,
    }
}

/// Gives `fields` exactly the keys of `collected_fields`, in their order; what is missing is `null`.
fn arrange(fields: &mut IndexMap<Name, Value>, collected_fields: &[CollectedField<'_>]) {
    let arranged = fields.len() == collected_fields.len()
        && fields
            .keys()
            .zip(collected_fields)
            .all(|(key, collected)| key == collected.key);
    if arranged {
        return;
    }
    let mut unordered = std::mem::take(fields);
    fields.reserve(collected_fields.len());
    for collected in collected_fields {
        let value = unordered.swap_remove(collected.key).unwrap_or_default();
        fields.insert(collected.key.clone(), value);
    }
}
