//! Batches the loads of the fields on one level of a query into a single call.
//!
//! The `dataloader` crate and async-graphql's own `DataLoader` guess when all keys of a level have
//! arrived: the former yields to the runtime a fixed number of times in every waiting field, the
//! latter sleeps for a fixed time in a task of its own. The right number depends on the query, so
//! pages were split into several statements or waited longer than they had to. Here, a batch starts
//! when the operation is idle ([`Idle`]): all keys that can arrive have arrived. The `dataloader`
//! crate splits large batches, and its `BatchFn` is the interface of the loads.

use crate::error::{Error, Result};
use crate::graphql::idle::Idle;
use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The maximum number of keys per statement: more than a page has rows. Each key adds a level to
/// the depth of a condition, which SQLite limits to 1,000.
const BATCH: usize = 500;

/// The loaded value of a key. If the statement fails, every key gets the error.
pub(super) type Loaded<V> = std::result::Result<V, Arc<Error>>;

/// The values of a batch.
type Values<K, V> = std::io::Result<HashMap<K, Loaded<V>>>;
type Batch<K, V> = Shared<BoxFuture<'static, Arc<Values<K, V>>>>;
type LoadMany<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Values<K, V>> + Send + Sync;

/// A batch that still accepts keys.
struct Open<K, V> {
    keys: Vec<K>,
    batch: Batch<K, V>,
}

/// A loader that batches its keys. It caches nothing, so that fields after a mutation see its
/// changes.
pub(super) struct BatchLoader<K, V> {
    load_many: Arc<LoadMany<K, V>>,
    idle: Arc<Idle>,
    open: Arc<Mutex<Option<Open<K, V>>>>,
}

/// Creates a [`BatchLoader`] from a `BatchFn`. A macro because the compiler can prove the future
/// `Send` only for the concrete type.
macro_rules! batch_loader {
    ($idle:expr, $batch:expr) => {{
        let loader = $crate::graphql::loaders::batch_loader::loader($batch);
        $crate::graphql::loaders::batch_loader::BatchLoader::new($idle.clone(), move |keys| {
            let loader = loader.clone();
            Box::pin(async move { loader.try_load_many(keys).await })
        })
    }};
}
pub(super) use batch_loader;

/// Returns the loader behind a [`BatchLoader`], which loads its keys immediately.
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
        idle: Arc<Idle>,
        load_many: impl Fn(Vec<K>) -> BoxFuture<'static, Values<K, V>> + Send + Sync + 'static,
    ) -> Self {
        BatchLoader {
            load_many: Arc::new(load_many),
            idle,
            open: Arc::default(),
        }
    }

    /// Loads the value of a key, batched with concurrent loads.
    pub(super) async fn load(&self, key: K) -> Result<V> {
        let (batch, start) = self.join(key.clone());
        if let Some(start) = start {
            self.idle.wait().await;
            drop(start);
        }
        match batch.await.as_ref() {
            Ok(values) => match values.get(&key) {
                Some(Ok(value)) => Ok(value.clone()),
                Some(Err(error)) => Err(Error::internal(error)),
                None => Err(Error::internal("a loader returned no value for a key")),
            },
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// Adds a key to the open batch. The caller that opens a batch starts it by dropping the
    /// sender. This also happens if its field is canceled.
    fn join(&self, key: K) -> (Batch<K, V>, Option<oneshot::Sender<()>>) {
        let mut open = lock(&self.open);
        if let Some(open) = open.as_mut() {
            open.keys.push(key);
            return (open.batch.clone(), None);
        }
        let (start, started) = oneshot::channel();
        let (load_many, open_batch) = (Arc::clone(&self.load_many), Arc::clone(&self.open));
        let batch = async move {
            drop(started.await);
            let open = lock(&open_batch).take();
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
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
