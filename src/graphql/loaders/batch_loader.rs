//! Gathers what the fields of one level of a query ask for, and loads it at once.
//!
//! The `dataloader` crate waits for keys by letting every field that asks yield to the runtime a
//! fixed number of times. How often is enough depends on the query, the executor and the thread, so
//! pages got split into several statements, or fields polled thousands of times. Here one field
//! waits until nobody has asked for a while, the others sleep, and the loader gets all keys in one
//! call.

use crate::error::{Error, Result};
use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::fmt::Debug;
use std::future::poll_fn;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use tokio::sync::oneshot;

/// Keys in one statement, at most: more than a page has rows, and each a step in the depth of a
/// condition, of which SQLite takes 1,000.
const BATCH: usize = 500;

/// How many turns must pass without a new key. A field gets some turns for each one that its
/// neighbours get, more the deeper it lies; a turn takes far less than a microsecond.
const QUIET_TURNS: u32 = 100;

/// What a loader gives for a key; a failure of the statement is one for each key.
pub(super) type Loaded<V> = std::result::Result<V, Arc<Error>>;

/// All that a batch gives.
type Values<K, V> = std::io::Result<HashMap<K, Loaded<V>>>;
type Batch<K, V> = Shared<BoxFuture<'static, Arc<Values<K, V>>>>;
type LoadMany<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Values<K, V>> + Send + Sync;

/// A batch that takes keys.
struct Open<K, V> {
    keys: Vec<K>,
    batch: Batch<K, V>,
}

/// A loader whose keys are gathered. It remembers nothing: what a mutation changes is seen by the
/// fields after it.
pub(super) struct BatchLoader<K, V> {
    load_many: Arc<LoadMany<K, V>>,
    open: Arc<Mutex<Option<Open<K, V>>>>,
}

/// Makes a [`BatchLoader`] of a `BatchFn`. Only with its type known is its future known to be `Send`.
macro_rules! batch_loader {
    ($batch:expr) => {{
        let loader = $crate::graphql::loaders::batch_loader::loader($batch);
        $crate::graphql::loaders::batch_loader::BatchLoader::new(move |keys| {
            let loader = loader.clone();
            Box::pin(async move { loader.try_load_many(keys).await })
        })
    }};
}
pub(super) use batch_loader;

/// The loader behind a [`BatchLoader`]: it loads what it is given, at once.
pub(super) fn loader<K, V, F>(load: F) -> Loader<K, V, F>
where
    K: Eq + Hash + Clone + Debug,
    V: Clone,
    F: BatchFn<K, V>,
{
    Loader::new(load)
        .with_max_batch_size(BATCH)
        .with_yield_count(0)
}

impl<K, V> BatchLoader<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(
        load_many: impl Fn(Vec<K>) -> BoxFuture<'static, Values<K, V>> + Send + Sync + 'static,
    ) -> Self {
        BatchLoader {
            load_many: Arc::new(load_many),
            open: Arc::default(),
        }
    }

    /// Loads the value of a key, together with those that others ask for meanwhile.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn load(&self, key: K) -> Result<V> {
        let (batch, start) = self.join(key.clone());
        if let Some(start) = start {
            self.quiet().await;
            drop(start);
        }
        match batch.await.as_ref() {
            Ok(values) => match values.get(&key) {
                Some(Ok(value)) => Ok(value.clone()),
                Some(Err(error)) => Err(Error::internal(error)),
                None => Err(Error::internal("a loader left out a key")),
            },
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// Adds a key to the open batch. Whoever opens one has to start it, by dropping the sender;
    /// should their field be given up, that happens by itself.
    fn join(&self, key: K) -> (Batch<K, V>, Option<oneshot::Sender<()>>) {
        let mut open = lock(&self.open);
        if let Some(open) = open.as_mut() {
            open.keys.push(key);
            return (open.batch.clone(), None);
        }
        let (start, started) = oneshot::channel();
        let (load_many, gathered) = (Arc::clone(&self.load_many), Arc::clone(&self.open));
        let batch = async move {
            drop(started.await);
            let open = lock(&gathered).take();
            let keys = open.map(|open| open.keys).unwrap_or_default();
            Arc::new(load_many(keys).await)
        };
        let batch = batch.boxed().shared();
        *open = Some(Open {
            keys: vec![key],
            batch: batch.clone(),
        });
        (batch, Some(start))
    }

    /// Waits until no key has been added for a while.
    async fn quiet(&self) {
        let (mut known, mut turns) = (0, 0);
        poll_fn(|cx| {
            let keys = lock(&self.open).as_ref().map_or(0, |open| open.keys.len());
            turns = if keys == known { turns + 1 } else { 0 };
            known = keys;
            if turns > QUIET_TURNS {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
