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

use super::{
    paths::{Branch, Path},
    selection::{Collector, Slot},
    types::TypeMap,
};

/// Completes the response to `operation`, which has run: the errors it holds are those of fields.
pub(super) fn complete<'d>(
    collector: Collector<'d>,
    operation: &'d OperationDefinition,
    response: &mut Response,
) {
    let Some(root) = collector.types.root(operation.ty) else {
        return;
    };
    let mut slots = collector.collect(root, &[&operation.selection_set.node]);
    let errors = std::mem::take(&mut response.errors);
    let branch = (!errors.is_empty()).then(|| Branch::plant(&errors));
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
        && completion.object(fields, &mut slots, branch.as_ref()) != State::Present
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
        slots: &mut [Slot<'d>],
        branch: Option<&Branch>,
    ) -> State {
        arrange(fields, slots);
        let mut state = State::Present;
        for (slot, value) in slots.iter_mut().zip(fields.values_mut()) {
            let Some(ty) = slot.ty else { continue };
            let below = branch.and_then(|branch| branch.field(slot.key));
            if below.is_none() && !slot.composite && *value != Value::Null {
                continue;
            }
            self.path.enter_field(slot.key);
            if !self.value(value, ty, slot, below) {
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
        slot: &mut Slot<'d>,
        branch: Option<&Branch>,
    ) -> bool {
        if let Some(branch) = branch {
            self.emit(&branch.here);
        }
        let state = match (&ty.base, &mut *value) {
            (BaseType::List(item), Value::List(items)) => self.list(items, item, slot, branch),
            (BaseType::Named(name), value) if slot.composite => {
                self.composite(value, name, slot, branch)
            }
            (_, Value::Null) => State::Absent,
            _ => State::Present,
        };
        if state == State::Present {
            return true;
        }
        if let Some(branch) = branch {
            self.emit_below(branch);
        } else if state == State::Absent && !ty.nullable {
            self.report_absent(slot);
        }
        *value = Value::Null;
        ty.nullable
    }

    fn list(
        &mut self,
        items: &mut [Value],
        ty: &'d Type,
        slot: &mut Slot<'d>,
        branch: Option<&Branch>,
    ) -> State {
        let mut state = State::Present;
        for (index, item) in items.iter_mut().enumerate() {
            let below = branch.and_then(|branch| branch.item(index));
            if below.is_none() && !slot.composite && *item != Value::Null {
                continue;
            }
            self.path.enter_item(index);
            if !self.value(item, ty, slot, below) {
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
        slot: &mut Slot<'d>,
        branch: Option<&Branch>,
    ) -> State {
        let types = self.collector.types;
        if *value == Value::Null
            && branch.is_some_and(Branch::has_fields)
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
        let slots = slot.shape(self.collector, concrete);
        self.object(fields, slots, branch)
    }

    /// A `null` that no resolver owned up to (specification, section 6.4.4).
    fn report_absent(&mut self, slot: &Slot<'d>) {
        let message = format!(
            "The field \"{}\" is not nullable.",
            slot.field.node.name.node
        );
        let error = ServerError::new(message, Some(slot.field.pos));
        self.errors.push(error.with_path(self.path.segments()));
    }

    fn emit(&mut self, errors: &[usize]) {
        for index in errors {
            self.errors.extend(self.unordered[*index].take());
        }
    }

    /// Emits the errors under a place that is `null`, as far as they were not reached.
    fn emit_below(&mut self, branch: &Branch) {
        branch.for_each(&mut |errors| self.emit(errors));
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

/// Gives `fields` exactly the keys of `slots`, in their order; what is missing is `null`.
fn arrange(fields: &mut IndexMap<Name, Value>, slots: &[Slot<'_>]) {
    let arranged =
        fields.len() == slots.len() && fields.keys().zip(slots).all(|(key, slot)| key == slot.key);
    if arranged {
        return;
    }
    let mut unordered = std::mem::take(fields);
    fields.reserve(slots.len());
    for slot in slots {
        let value = unordered.swap_remove(slot.key).unwrap_or_default();
        fields.insert(slot.key.clone(), value);
    }
}
