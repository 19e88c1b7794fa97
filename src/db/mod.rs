//! Connections and transactions, for SQLite and PostgreSQL: the only place that knows which one
//! it is.

mod breaks;
mod connect;
mod executor;
mod failure;
mod lease;
mod migrate;
mod transaction;
mod writer;

pub use self::writer::{Tx, Writer};

use self::breaks::Breaks;
use self::failure::means_break;
use crate::config::Pooler;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How often a transaction is run anew after a conflict or a lost connection.
const ATTEMPTS: u32 = 8;
/// The pause before the second attempt; it doubles from there on.
const PAUSE: Duration = Duration::from_millis(15);

type Observer = Arc<dyn Fn(&Statement) + Send + Sync>;

/// The database. Clones share the connections.
///
/// As a [`ConnectionTrait`](sea_orm::ConnectionTrait) it only reads; what it reads is tried again
/// when a connection breaks. Whatever operations change goes through [`Db::transaction`].
#[derive(Clone)]
pub struct Db {
    connection: DatabaseConnection,
    pooler: Pooler,
    breaks: Breaks,
    observer: Option<Observer>,
    /// SQLite takes one writer at a time: they queue here, in order, rather than at the file.
    writer: Option<Arc<Semaphore>>,
}

impl Db {
    /// Whether the engine is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.get_database_backend() == DbBackend::Postgres
    }

    /// Runs a query to the API; on PostgreSQL, what it reads goes over one connection, `if_so`. What
    /// waits for long, for a password hash or a mail server, must not: it would keep the connection
    /// from others.
    pub async fn on_one_connection<W: Future>(&self, if_so: bool, work: W) -> W::Output {
        let shared = if_so && self.is_postgres() && self.pooler == Pooler::None;
        lease::scope(shared, work).await
    }

    /// Calls `observer` for each statement that is run from now on.
    pub fn on_statement(&mut self, observer: impl Fn(&Statement) + Send + Sync + 'static) {
        let observer: Observer = Arc::new(observer);
        self.observer = Some(observer.clone());
        self.connection
            .set_metric_callback(move |info| observer(info.statement));
    }

    /// Closes all connections, after what they are doing.
    pub async fn close(&self) {
        if let Err(error) = self.connection.close_by_ref().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// Remembers that connections are broken, where this error means so.
    fn note_break(&self, error: &DbErr) {
        if means_break(error) {
            self.breaks.note();
        }
    }
}
