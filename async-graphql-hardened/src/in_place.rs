//! Resolves objects and lists without a task for each field.
//!
//! async-graphql boxes the future of every field, and schedules the futures of an object or a long
//! list as separate tasks. Most fields only copy a value, so that this costs more than the field.
//! Here, the future of a field runs at once, in an allocation that the next field reuses. Only
//! futures that have to wait become tasks. The resolvers and guards are those of async-graphql, so
//! responses are the same.

use std::{
    borrow::Cow,
    future::{Future, poll_fn},
    task::Poll,
};

use async_graphql::{
    ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::ReusableBoxFuture;

/// An object whose fields are resolved in place. In the schema it is the type `T`.
///
/// The fields run concurrently, also if the object is declared `serial`. Extensions do not see
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPlace<T>(pub T);

impl<T: ObjectType> OutputType for InPlace<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        match fields(&self.0, ctx) {
            Some(fields) => Ok(object(&self.0, ctx, &fields).await),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// A list whose items are resolved in place. In the schema it is the type `[T!]!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InPlaceList<T>(pub Vec<T>);

impl<T: OutputType> OutputType for InPlaceList<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let item = |index: usize, spare| {
            let item = &self.0[index];
            reuse(spare, async move {
                let ctx = ctx.with_index(index);
                let value = item.resolve(&ctx, field).await;
                value.map_err(|error| ctx.set_error_path(error))
            })
        };
        let values: ServerResult<Vec<Value>> = join(self.0.len(), item).await.into_iter().collect();
        Ok(Value::List(values?))
    }
}

/// Returns the selected fields of `object`, each with its own response key. Returns `None` for
/// selections that only async-graphql's own resolution supports: fields that must be merged, and
/// custom directives.
fn fields<'a, T: ObjectType>(
    object: &T,
    ctx: &ContextSelectionSet<'a>,
) -> Option<Vec<&'a Positioned<Field>>> {
    let mut found = Vec::with_capacity(ctx.item.node.items.len());
    add_fields(object, ctx, &ctx.item.node, &mut found).then_some(found)
}

/// Adds the fields of a selection set. Returns `false` if one is not supported.
fn add_fields<'a, T: ObjectType>(
    object: &T,
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    found: &mut Vec<&'a Positioned<Field>>,
) -> bool {
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let key = field.node.response_key();
            let is_repeated = found
                .iter()
                .any(|other| other.node.response_key().node == key.node);
            found.push(field);
            !is_repeated && field.node.directives.is_empty()
        }
        Selection::InlineFragment(fragment) => {
            let condition = fragment.node.type_condition.as_ref();
            let condition = condition.map(|condition| condition.node.on.node.as_str());
            !applies(object, ctx, condition)
                || add_fields(object, ctx, &fragment.node.selection_set.node, found)
        }
        Selection::FragmentSpread(spread) => {
            let fragments = &ctx.query_env.fragments;
            let Some(fragment) = fragments.get(&spread.node.fragment_name.node) else {
                return false;
            };
            let condition = fragment.node.type_condition.node.on.node.as_str();
            !applies(object, ctx, Some(condition))
                || add_fields(object, ctx, &fragment.node.selection_set.node, found)
        }
    })
}

/// Returns whether a fragment with a type condition applies to `object`.
fn applies<T: ObjectType>(
    object: &T,
    ctx: &ContextSelectionSet<'_>,
    condition: Option<&str>,
) -> bool {
    let Some(condition) = condition else {
        return true;
    };
    let name = object.introspection_type_name();
    let interfaces = &ctx.schema_env.registry.implements;
    name == condition
        || interfaces
            .get(&*name)
            .is_some_and(|interfaces| interfaces.contains(condition))
}

/// Resolves the fields of `object`, in their order. Errors go to the context; failed fields are
/// absent.
async fn object<'a, T: ObjectType>(
    object: &T,
    ctx: &ContextSelectionSet<'a>,
    fields: &[&'a Positioned<Field>],
) -> Value {
    let value = |index: usize, spare| {
        let field = fields[index];
        reuse(spare, async move {
            if field.node.name.node == "__typename" {
                return Ok(Value::String(object.introspection_type_name().into_owned()));
            }
            let ctx = ctx.with_field(field);
            Ok(object.resolve_field(&ctx).await?.unwrap_or_default())
        })
    };
    let values = join(fields.len(), value).await;
    let mut map = IndexMap::with_capacity(values.len());
    for (field, value) in fields.iter().zip(values) {
        match value {
            Ok(value) => {
                map.insert(field.node.response_key().node.clone(), value);
            }
            Err(error) => ctx.add_error(error),
        }
    }
    if map.is_empty() {
        Value::Null
    } else {
        Value::Object(map)
    }
}

/// Runs `count` futures concurrently and returns their outputs in order. `start` creates a future
/// by its index, if possible in the allocation of one that is finished.
async fn join<'f, T: Send + 'f>(
    count: usize,
    start: impl Fn(usize, Option<ReusableBoxFuture<'f, T>>) -> ReusableBoxFuture<'f, T>,
) -> Vec<T> {
    let mut outputs = Vec::with_capacity(count);
    let mut waiting = FuturesUnordered::new();
    let mut spare = None;
    for index in 0..count {
        let mut future = start(index, spare.take());
        match poll_fn(|cx| Poll::Ready(future.poll(cx))).await {
            Poll::Ready(output) => {
                outputs.push(Some(output));
                spare = Some(future);
            }
            Poll::Pending => {
                outputs.push(None);
                waiting.push(async move { (index, future.get_pin().await) });
            }
        }
    }
    while let Some((index, output)) = waiting.next().await {
        outputs[index] = Some(output);
    }
    outputs.into_iter().flatten().collect()
}

fn reuse<'f, T>(
    spare: Option<ReusableBoxFuture<'f, T>>,
    future: impl Future<Output = T> + Send + 'f,
) -> ReusableBoxFuture<'f, T> {
    match spare {
        Some(mut spare) => {
            spare.set(future);
            spare
        }
        None => ReusableBoxFuture::new(future),
    }
}
