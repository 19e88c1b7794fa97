//! A schema with fields that fail, wait, or hold others of every shape.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_graphql::{
    Context, ContextSelectionSet, Error, ErrorExtensions as _, ID, InputObject, InputValueError,
    InputValueResult, Interface, Object, OutputType, Positioned, Result, Scalar, ScalarType,
    Schema, ServerError, ServerResult, Subscription, Union, Value, parser::types::Field, registry,
};
use async_graphql_hardened::{Api, CostLimits, Options};
use futures_util::{Stream, stream};

pub type Toy = Schema<Query, Mutation, Subscriptions>;

/// The schema without limits of ours.
pub fn schema() -> Toy {
    Schema::build(Query, Mutation, Subscriptions).finish()
}

/// The schema behind limits that leave room for deep queries.
pub fn api() -> Api<Toy> {
    let options = Options {
        cost: CostLimits {
            cost: 20_000,
            depth: 40,
        },
        ..Options::default()
    };
    Api::new(schema(), options).unwrap()
}

/// What the mutation `log` has been asked for, in order.
#[derive(Clone, Default)]
pub struct Log(pub Arc<Mutex<Vec<String>>>);

/// How often the query `calls` has been resolved.
#[derive(Clone, Default)]
pub struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A failure that clients can read.
fn refused<T>() -> Result<T> {
    let error = Error::new("There is none.");
    Err(error.extend_with(|_, extensions| extensions.set("code", "NOT_FOUND")))
}

/// A failure that stays on the server.
fn broken<T>() -> Result<T> {
    Err(Error::new("db says: no such table"))
}

/// Lets whatever else can run go first.
async fn wait() {
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
}

fn leaves(count: i32) -> impl Iterator<Item = Leaf> {
    (0..count).map(Leaf)
}

/// An object with fields that fail where its number is odd.
#[derive(Clone)]
pub struct Leaf(i32);

#[Object]
impl Leaf {
    async fn id(&self) -> ID {
        ID(self.0.to_string())
    }

    async fn n(&self) -> i32 {
        self.0
    }

    async fn slow(&self) -> i32 {
        wait().await;
        self.0
    }

    async fn nullable(&self) -> Result<Option<i32>> {
        if self.0 % 2 == 1 {
            return refused();
        }
        Ok(Some(self.0))
    }

    async fn strict(&self) -> Result<i32> {
        if self.0 % 2 == 1 {
            return refused();
        }
        Ok(self.0)
    }

    async fn secret(&self) -> Result<Option<i32>> {
        broken()
    }

    async fn child(&self) -> Leaf {
        Leaf(self.0 + 1)
    }

    async fn maybe_child(&self) -> Option<Leaf> {
        Some(Leaf(self.0 + 1))
    }

    async fn no_child(&self) -> Option<Leaf> {
        None
    }

    async fn maybe_children(&self) -> Option<Vec<Option<Leaf>>> {
        Some(leaves(3).map(Some).collect())
    }
}

#[derive(Clone)]
pub struct Other(ID);

#[Object]
impl Other {
    async fn id(&self) -> ID {
        self.0.clone()
    }

    async fn title(&self) -> &str {
        "t"
    }
}

#[derive(Clone, Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub enum Node {
    Leaf(Leaf),
    Other(Other),
}

#[derive(Clone, Union)]
pub enum Thing {
    Leaf(Leaf),
    Other(Other),
}

/// A number is a leaf, `o` the other, and nothing else exists.
fn node(id: &ID) -> Option<Node> {
    if id.as_str() == "o" {
        return Some(Node::Other(Other(id.clone())));
    }
    id.parse().ok().map(|n| Node::Leaf(Leaf(n)))
}

/// An input that holds others like it.
#[derive(InputObject)]
pub struct Filter {
    inner: Option<Box<Filter>>,
    list: Option<Vec<Filter>>,
}

/// A scalar with a parser of its own.
pub struct At(String);

#[Scalar]
impl ScalarType for At {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.starts_with('2') => Ok(At(text)),
            _ => Err(InputValueError::custom("no time")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An `Int` in a list; the second one fails by itself, not in the field that the list is in.
pub struct Item(i32);

impl OutputType for Item {
    fn type_name() -> std::borrow::Cow<'static, str> {
        i32::type_name()
    }

    fn create_type_info(registry: &mut registry::Registry) -> String {
        i32::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if self.0 == 1 {
            return Err(ctx.set_error_path(ServerError::new("item failed", Some(field.pos))));
        }
        Ok(Value::from(self.0))
    }
}

pub struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "hi"
    }

    async fn slow(&self) -> &str {
        wait().await;
        "slow"
    }

    /// How often this request has resolved the field.
    async fn calls(&self, ctx: &Context<'_>) -> Result<usize> {
        Ok(ctx.data::<Calls>()?.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    async fn broken(&self) -> Result<String> {
        broken()
    }

    async fn leaf(&self, #[graphql(default = 0)] n: i32) -> Leaf {
        Leaf(n)
    }

    async fn maybe_leaf(&self, #[graphql(default = 0)] n: i32) -> Option<Leaf> {
        Some(Leaf(n))
    }

    async fn leaves(&self, n: i32) -> Option<Vec<Leaf>> {
        Some(leaves(n).collect())
    }

    async fn maybe_leaves(&self, n: i32) -> Vec<Option<Leaf>> {
        leaves(n).map(Some).collect()
    }

    async fn items(&self) -> Vec<Option<Item>> {
        (0..3).map(|n| Some(Item(n))).collect()
    }

    async fn strict_items(&self) -> Option<Vec<Item>> {
        Some((0..3).map(Item).collect())
    }

    async fn node(&self, id: ID) -> Option<Node> {
        node(&id)
    }

    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Node>> {
        ids.iter().map(node).collect()
    }

    async fn thing(&self, id: ID) -> Option<Thing> {
        node(&id).map(|node| match node {
            Node::Leaf(leaf) => Thing::Leaf(leaf),
            Node::Other(other) => Thing::Other(other),
        })
    }

    async fn filter(&self, filter: Filter) -> bool {
        filter.inner.is_some() || filter.list.is_some()
    }

    async fn ints(&self, list: Vec<i32>) -> usize {
        list.len()
    }

    async fn positive(&self, #[graphql(validator(minimum = 1))] n: i32) -> i32 {
        n
    }

    async fn at(&self, at: At) -> String {
        at.0
    }
}

static COUNT: AtomicUsize = AtomicUsize::new(0);

pub struct Mutation;

#[Object]
impl Mutation {
    /// Notes `text`, the later the earlier it comes in the alphabet.
    async fn log(&self, ctx: &Context<'_>, text: String) -> Result<bool> {
        if text == "a" {
            wait().await;
        }
        ctx.data::<Log>()?.0.lock().unwrap().push(text);
        Ok(true)
    }

    async fn count(&self) -> usize {
        COUNT.fetch_add(1, Ordering::Relaxed) + 1
    }
}

pub struct Subscriptions;

#[Subscription(name = "Subscription")]
impl Subscriptions {
    async fn leaves(&self, to: i32) -> impl Stream<Item = Leaf> {
        stream::iter(leaves(to))
    }

    async fn refused(&self) -> Result<stream::Pending<i32>> {
        broken()
    }
}
