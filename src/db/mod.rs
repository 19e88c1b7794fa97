//! Connections and transactions, for SQLite and PostgreSQL: the only place that knows which one
//! it is.

mod breaks;
mod failure;
mod lease;

use self::breaks::Breaks;
use self::failure::{is_passing, is_worth_another_try, means_break, not_committed};
use self::lease::Lease;
use crate::config::{Config, Pooler};
use crate::error::{Error, Result};
use migration::{Migrator, MigratorTrait as _};
use sea_orm::sqlx;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseExecutor,
    DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
};
use secrecy::ExposeSecret as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// How often a transaction is run anew after a conflict or a lost connection.
const ATTEMPTS: u32 = 8;
/// The pause before the second attempt; it doubles from there on.
const PAUSE: Duration = Duration::from_millis(15);
/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a writer waits for another process that writes to the same SQLite file.
const SQLITE_BUSY: Duration = Duration::from_secs(15);
/// After how long without use a connection is tested before it is used again: proxies and firewalls
/// forget those that are idle.
const IDLE: Duration = Duration::from_secs(5);

type Observer = Arc<dyn Fn(&Statement) + Send + Sync>;

/// The database. Clones share the connections.
///
/// As a [`ConnectionTrait`] it runs single statements: reads, mostly, which are tried again when
/// a connection breaks. Everything that changes more than one row goes through
/// [`Db::transaction`].
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
    /// Connects, making the data folder and the SQLite file where they are missing.
    ///
    /// # Errors
    /// When the URL is of another kind, or the database does not answer.
    pub async fn connect(config: &Config) -> Result<Db> {
        let url = match &config.database_url {
            Some(url) => url.expose_secret().to_owned(),
            None => {
                std::fs::create_dir_all(&config.data_dir).map_err(|error| {
                    Error::internal(format!(
                        "cannot make {}: {error}",
                        config.data_dir.display()
                    ))
                })?;
                format!("sqlite://{}", config.data_dir.join("tokenvue.db").display())
            }
        };
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(Error::internal(
                "TOKENVUE_DATABASE_URL: must start with sqlite: or postgres:",
            ));
        }
        let breaks = Breaks::new();
        let place = place(&url);
        let connection = Database::connect(options(config, url, &breaks))
            .await
            .map_err(|error| unreachable_at(&place, &error))?;
        Ok(Db {
            connection,
            breaks,
            observer: None,
            pooler: if sqlite {
                Pooler::None
            } else {
                config.database_pooler
            },
            writer: sqlite.then(|| Arc::new(Semaphore::new(1))),
        })
    }

    /// Brings the schema up to date. Safe when several replicas start at once: they take turns.
    ///
    /// # Errors
    /// When a step fails; all steps of this run are then undone.
    pub async fn migrate(&self) -> Result<()> {
        let tx = self.begin_migration().await?;
        Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    /// Undoes all migrations, and with them all data.
    ///
    /// # Errors
    /// When a step fails; nothing is then undone.
    pub async fn unmigrate(&self) -> Result<()> {
        let tx = self.begin_migration().await?;
        Migrator::down(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    async fn begin_migration(&self) -> Result<DatabaseTransaction> {
        let tx = self.begin().await?;
        if self.is_postgres() {
            // Held until the end of the transaction, so no pooler can lose it.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7310579)")
                .await?;
        }
        Ok(tx)
    }

    /// Whether all migrations have been applied. Anybody may ask, so it only reads: a transaction
    /// would queue with SQLite's writers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_current(&self) -> Result<bool> {
        let pending = Migrator::get_pending_migrations_read_only(self).await?;
        Ok(pending.is_empty())
    }

    /// Runs `work` in one transaction. It is run anew, from the start, when it loses against
    /// another transaction or its connection breaks before the commit; so it must do nothing
    /// outside the database.
    ///
    /// # Errors
    /// Those of `work`, after which nothing has changed, and those of the database.
    pub async fn transaction<T, F, W>(&self, work: F) -> Result<T>
    where
        F: Fn(Arc<DatabaseTransaction>) -> W,
        W: Future<Output = Result<T>>,
    {
        let mut attempt = 1;
        loop {
            match self.attempt(&work).await {
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => {
                    tracing::debug!(%error, attempt, "transaction is tried again");
                    tokio::time::sleep(PAUSE * 2u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt<T, F, W>(&self, work: &F) -> Result<T>
    where
        F: Fn(Arc<DatabaseTransaction>) -> W,
        W: Future<Output = Result<T>>,
    {
        let _turn = match &self.writer {
            Some(writer) => Some(writer.acquire().await.map_err(Error::internal)?),
            None => None,
        };
        let tx = Arc::new(self.begin().await?);
        let outcome = work(tx.clone()).await;
        if let Err(Error::Database(error)) = &outcome {
            self.note_break(error);
        }
        let tx = Arc::into_inner(tx)
            .ok_or_else(|| Error::internal("a transaction outlived its work"))?;
        match &outcome {
            Ok(_) => tx.commit().await.map_err(|error| {
                self.note_break(&error);
                not_committed(error)
            })?,
            // A broken connection cannot roll back; the database has done it by itself.
            Err(_) => drop(tx.rollback().await),
        }
        outcome
    }

    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        if let Some(lease) = Lease::current() {
            lease.end().await;
        }
        let tx = self
            .connection
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
            .inspect_err(|error| self.note_break(error))?;
        if self.pooler == Pooler::Transaction {
            // Another client's statements may have been left on this server connection, under
            // the names that this one is about to use.
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        Ok(tx)
    }

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

    /// Reads with a plan of its own for these values: for statements like searches, whose best plan
    /// depends on how common a value is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn query_replanned(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !self.is_postgres() {
            return self.query_all_raw(statement).await;
        }
        let tx = self.begin().await?;
        tx.execute_unprepared("SET LOCAL plan_cache_mode = force_custom_plan")
            .await?;
        let rows = tx.query_all_raw(statement).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Remembers that connections are broken, where this error means so.
    fn note_break(&self, error: &DbErr) {
        if means_break(error) {
            self.breaks.note();
        }
    }

    /// What one statement runs on: under a transaction pooler, a transaction of its own.
    async fn executor(&self) -> Result<DatabaseExecutor<'_>, DbErr> {
        Ok(match self.pooler {
            Pooler::None => DatabaseExecutor::from(&self.connection),
            Pooler::Transaction => DatabaseExecutor::OwnedTransaction(self.begin().await?),
        })
    }

    /// Runs one statement; tried again when reading and the connection turns out to be broken.
    async fn run<T>(&self, statement: Statement, how: How<T>) -> Result<T, DbErr> {
        let mut attempt = 1;
        loop {
            let outcome = self.run_once(&statement, &how).await;
            match outcome {
                Err(error)
                    if attempt < ATTEMPTS
                        && how.reads.is_some()
                        && is_worth_another_try(&error) =>
                {
                    tokio::time::sleep(PAUSE * 2u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Reads over the connection of the query that is running, if there is one.
    async fn read_on_lease(
        &self,
        statement: &Statement,
    ) -> Result<Option<Vec<QueryResult>>, DbErr> {
        let Some(lease) = Lease::current() else {
            return Ok(None);
        };
        let pool = self.connection.get_postgres_connection_pool();
        let rows = lease.read(pool, statement).await;
        match (&rows, &self.observer) {
            (Err(error), _) => self.note_break(error),
            (Ok(Some(_)), Some(observer)) => observer(statement),
            _ => {}
        }
        rows
    }

    async fn run_once<T>(&self, statement: &Statement, how: &How<T>) -> Result<T, DbErr> {
        if let Some(collect) = how.reads
            && let Some(rows) = self.read_on_lease(statement).await?
        {
            return Ok(collect(rows));
        }
        let executor = self.executor().await?;
        let value = (how.run)(&executor, statement.clone()).await;
        if let Err(error) = &value {
            self.note_break(error);
        }
        if let DatabaseExecutor::OwnedTransaction(tx) = executor {
            match &value {
                Ok(_) => tx.commit().await?,
                Err(_) => tx.rollback().await?,
            }
        }
        value
    }
}

type Run<T> = for<'e> fn(
    &'e DatabaseExecutor<'_>,
    Statement,
) -> Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'e>>;

/// How a statement is run; and where it only reads, what becomes of its rows.
struct How<T> {
    run: Run<T>,
    reads: Option<fn(Vec<QueryResult>) -> T>,
}

#[async_trait::async_trait]
impl ConnectionTrait for Db {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let run: Run<_> = |on, statement| on.execute_raw(statement);
        self.run(statement, How { run, reads: None }).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let reads = is_read(&statement).then_some(first as fn(_) -> _);
        let run: Run<_> = |on, statement| on.query_one_raw(statement);
        self.run(statement, How { run, reads }).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let reads = is_read(&statement).then_some(std::convert::identity as fn(_) -> _);
        let run: Run<_> = |on, statement| on.query_all_raw(statement);
        self.run(statement, How { run, reads }).await
    }
}

fn first(rows: Vec<QueryResult>) -> Option<QueryResult> {
    rows.into_iter().next()
}

/// Statements with `RETURNING` are queries, too, but must not be run twice.
fn is_read(statement: &Statement) -> bool {
    statement.sql.trim_start().starts_with("SELECT")
}

/// Where the database is, without what a log must not hold.
fn place(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return "the place that TOKENVUE_DATABASE_URL names".to_owned();
    };
    let without_login = url.set_username("").and_then(|()| url.set_password(None));
    if without_login.is_err() && url.scheme() != "sqlite" {
        return "the place that TOKENVUE_DATABASE_URL names".to_owned();
    }
    url.set_query(None);
    url.to_string()
}

/// The pool tries again while nothing listens, and says in the end only that its time was up.
fn unreachable_at(place: &str, error: &DbErr) -> Error {
    let timed_out = matches!(
        error,
        DbErr::Conn(RuntimeErr::SqlxError(cause)) if matches!(**cause, sqlx::Error::PoolTimedOut)
    );
    Error::internal(
        if timed_out || matches!(error, DbErr::ConnectionAcquire(_)) {
            let seconds = PATIENCE.as_secs();
            format!("no database has answered at {place} within {seconds} seconds")
        } else {
            format!("cannot use the database at {place}: {error}")
        },
    )
}

fn options(config: &Config, url: String, breaks: &Breaks) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    let pooler = config.database_pooler;
    let breaks = breaks.clone();
    options
        .max_connections(config.database_connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire_if_idle_for(IDLE)
        .map_sqlx_postgres_before_acquire(move |_, connection| {
            let usable = !breaks.concern(connection.age);
            Box::pin(std::future::ready(Ok(usable)))
        })
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(SQLITE_BUSY)
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sqlx::sqlite::SqliteSynchronous::Normal)
        })
        .map_sqlx_postgres_opts(move |postgres| match pooler {
            Pooler::None => postgres.application_name("tokenvue"),
            // Poolers refuse start-up parameters that they do not know.
            Pooler::Transaction => postgres
                .statement_cache_capacity(0)
                .extra_float_digits(None),
        });
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_database_tells_no_login() {
        for (url, expected) in [
            (
                "postgres://tv:hunter2@db:5433/team?sslmode=require",
                "postgres://db:5433/team",
            ),
            ("sqlite://data/tokenvue.db", "sqlite://data/tokenvue.db"),
            (
                "sqlite:///var/tokenvue.db?mode=rwc",
                "sqlite:///var/tokenvue.db",
            ),
            (
                "postgres://tv:hunter2@db:port/team",
                "the place that TOKENVUE_DATABASE_URL names",
            ),
        ] {
            assert_eq!(place(url), expected);
        }
    }
}
