//! Completes responses as the specification requires.
//!
//! async-graphql omits a field if its resolver or guard fails, returns `null` for an object without
//! fields, and stores keys and errors in the order in which fields finish. Here, each field gets
//! its key in the order of the query (section 6.3). A failed field is `null`, which propagates to
//! the nearest nullable field or list item (section 6.4.4). Errors are in the order of the
//! document.

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

/// Completes the response to an executed `operation`, whose errors are all field errors.
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
    // The root exists even if all of its fields failed; async-graphql returns `null` then.
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

/// What a position of the response contains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Present,
    /// Nothing.
    Absent,
    /// A value with a `null` in a non-null position.
    Broken,
}

struct Completion<'d> {
    collector: Collector<'d>,
    path: Path<'d>,
    /// The errors of the response that were not reached yet.
    unordered: Vec<Option<ServerError>>,
    errors: Vec<ServerError>,
}

impl<'d> Completion<'d> {
    /// Orders and completes the fields of an object.
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

    /// Completes a value of type `ty`. Returns `false` if a `null` in a non-null position must
    /// propagate.
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

    /// Reports a `null` in a non-null position without an error of its own (section 6.4.4).
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

    /// Adds the errors below a position that is `null`, if they were not reached yet.
    fn emit_below(&mut self, tree: &ErrorTree) {
        tree.for_each(&mut |errors| self.emit(errors));
    }
}

/// Returns the type of an object: the declared type, or the one in the marker if the declared type
/// is abstract.
fn concrete_type<'d>(types: &'d TypeMap, name: &'d str, marker: Option<&Value>) -> Option<&'d str> {
    if !types.is_abstract(name) {
        return Some(name);
    }
    match marker {
        Some(Value::String(concrete)) => types.name(concrete),
        _ => None,
    }
}

/// Gives `fields` exactly the keys of `collected_fields`, in their order; missing ones are `null`.
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
