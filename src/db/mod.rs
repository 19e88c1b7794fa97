//! Connections and transactions for SQLite and PostgreSQL. Only this module depends on the engine.

mod connect;
mod connection_health;
mod exclusive;
mod executor;
mod failure;
mod file;
mod hooks;
mod lease;
mod limits;
mod literal_limit;
mod location;
mod migrate;
mod retry;
mod session;
mod statement;
mod transaction;
mod trouble;
mod watch;
mod writer;

pub use self::writer::{Tx, Writer};

use self::connection_health::ConnectionHealth;
pub use self::failure::ErrorKind;
use self::failure::means_break;
use self::file::DatabaseFile;
use self::limits::Limits;
pub use self::migrate::Schema;
use self::trouble::Trouble;
pub use self::watch::Readiness;
use crate::config::Pooler;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long closing all connections may take.
const CLOSING: Duration = Duration::from_secs(5);

type Observer = Arc<dyn Fn(&Statement) + Send + Sync>;

/// The database. Clones share the connections.
///
/// As a [`ConnectionTrait`](sea_orm::ConnectionTrait), it only reads, and reads are retried when a
/// connection breaks. Operations write with [`Db::transaction`].
#[derive(Clone)]
pub struct Db {
    connection: DatabaseConnection,
    pooler: Pooler,
    health: ConnectionHealth,
    observer: Option<Observer>,
    /// The limits that PostgreSQL enforces.
    limits: Limits,
    /// Transactions queue here, in order. SQLite allows one writer at a time, and on PostgreSQL
    /// some connections are reserved for reads.
    writers: Arc<Semaphore>,
    /// The location, without credentials.
    location: Arc<str>,
    trouble: Trouble,
    /// On SQLite, the file.
    file: Option<Arc<DatabaseFile>>,
}

impl Db {
    /// Returns the location of the database for operators, without credentials.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Whether the engine is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.get_database_backend() == DbBackend::Postgres
    }

    /// Runs an API query. On PostgreSQL, its reads share one connection `if_so`. Work that waits
    /// for long, such as for a password hash or a mail server, must not do so, since it would keep
    /// the connection from others.
    pub async fn on_one_connection<W: Future>(&self, if_so: bool, work: W) -> W::Output {
        let shared = if_so && self.is_postgres() && self.pooler == Pooler::None;
        lease::scope(shared, work).await
    }

    /// Calls `observer` for each statement from now on, and for the beginning and the commit of
    /// each [`Db::transaction`].
    pub fn on_statement(&mut self, observer: impl Fn(&Statement) + Send + Sync + 'static) {
        let observer: Observer = Arc::new(observer);
        self.observer = Some(observer.clone());
        self.connection
            .set_metric_callback(move |info| observer(info.statement));
    }

    /// Closes all connections after their current statements. A connection that does not respond is
    /// left open until the process ends.
    pub async fn close(&self) {
        let closing = async {
            if let Err(error) = self.connection.close_by_ref().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
            if let Some(file) = &self.file {
                file.close().await;
            }
        };
        if tokio::time::timeout(CLOSING, closing).await.is_err() {
            tracing::warn!("the database was still busy at shutdown");
        }
    }

    fn observe(&self, command: &str) {
        if let Some(observer) = &self.observer {
            observer(&Statement::from_string(
                self.get_database_backend(),
                command,
            ));
        }
    }

    /// Records what an error means for the whole database.
    fn note(&self, error: &DbErr) {
        let kind = ErrorKind::of(error);
        metrics::counter!("tokenvue_database_errors_total", "kind" => kind.label()).increment(1);
        if kind == ErrorKind::Silent {
            self.health.record_silence();
        } else if means_break(error) {
            self.health.record_break();
        }
        // Connections to a primary that has become a standby are discarded, to find the new
        // primary.
        if kind != ErrorKind::Standby {
            self.trouble.note(kind, error);
        }
    }
}
