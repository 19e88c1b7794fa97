//! Connects to the database and configures its connections.

use super::connection_health::ConnectionHealth;
use super::failure::ErrorKind;
use super::file::{DatabaseFile, create_private, log_of};
use super::limits::Limits;
use super::location::{Engine, Location};
use super::trouble::Trouble;
use super::{Db, hooks};
use crate::config::{Config, Pooler};
use crate::error::{Error, Result};
use sea_orm::sqlx;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long the program waits for its database at startup.
const STARTING: Duration = Duration::from_secs(10);
/// How long a writer waits for another process that writes to the same SQLite file.
const SQLITE_BUSY: Duration = Duration::from_secs(5);

impl Db {
    /// Connects to the database. Creates the data folder and the SQLite file if they are missing.
    ///
    /// # Errors
    /// If the URL is invalid or the database does not answer.
    pub async fn connect(config: &Config) -> Result<Db> {
        Db::open(config, true).await
    }

    /// Connects to an existing database.
    ///
    /// # Errors
    /// Those of [`Db::connect`], and if there is no SQLite file.
    pub async fn connect_to_existing(config: &Config) -> Result<Db> {
        Db::open(config, false).await
    }

    async fn open(config: &Config, create: bool) -> Result<Db> {
        let location = Location::of(config, create)?;
        if location.may_be_plain() {
            tracing::warn!(
                database = location.name,
                "the connection to the database may be without TLS, and its certificate is not \
                 verified: add ?sslmode=verify-full to TOKENVUE_DATABASE_URL, or name another \
                 sslmode to say that this is intended"
            );
        }
        let Location { engine, name } = location;
        let limits = Limits::of(config);
        // Only operators' commands require an existing database.
        let limits = if create { limits } else { limits.unhurried() };
        match engine {
            Engine::Sqlite(options) => Db::open_sqlite(config, *options, &name, create).await,
            Engine::Postgres(options) => Db::open_postgres(config, *options, &name, limits)
                .await
                .map_err(|error| connect_error(&name, error)),
        }
    }

    async fn open_sqlite(
        config: &Config,
        options: SqliteConnectOptions,
        location: &str,
        create: bool,
    ) -> Result<Db> {
        let wrong = |error| connect_error(location, error);
        let path = options.get_filename();
        if !path.exists() {
            may_create(&options, create)?;
            create_private(path).map_err(|error| wrong(error.into()))?;
        }
        let options = options
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .disable_statement_logging();
        let creating = options.clone().create_if_missing(create);
        let file = DatabaseFile::open(&creating).await.map_err(wrong)?;
        // The file exists from now on. If it is deleted, it must not be replaced by an empty one.
        let options = options.create_if_missing(false);
        let pool = SqlitePoolOptions::new()
            .max_connections(config.database_connections)
            .acquire_timeout(STARTING)
            .test_before_acquire(false)
            .before_acquire(hooks::before_acquire_sqlite)
            .after_release(hooks::after_release_sqlite)
            .connect_with(options)
            .await
            .map_err(wrong)?;
        Ok(Db {
            connection: DatabaseConnection::from(pool),
            health: ConnectionHealth::new(),
            observer: None,
            pooler: Pooler::None,
            limits: Limits::of(config),
            writers: Arc::new(Semaphore::new(1)),
            location: location.into(),
            trouble: Trouble::default(),
            file: Some(Arc::new(file)),
        })
    }

    async fn open_postgres(
        config: &Config,
        options: PgConnectOptions,
        location: &str,
        limits: Limits,
    ) -> sqlx::Result<Db> {
        let pooler = config.database_pooler;
        let options = options.disable_statement_logging();
        let options = match pooler {
            Pooler::None => options.application_name("tokenvue"),
            // Poolers reject startup parameters that they do not know.
            Pooler::Transaction => options.statement_cache_capacity(0).extra_float_digits(None),
        };
        let health = ConnectionHealth::new();
        let pool = PgPoolOptions::new()
            .max_connections(config.database_connections)
            .acquire_timeout(STARTING)
            .test_before_acquire(false)
            .after_connect(hooks::after_connect_postgres(limits))
            .before_acquire(hooks::before_acquire_postgres(health.clone()))
            .connect_with(options)
            .await?;
        Ok(Db {
            connection: DatabaseConnection::from(pool),
            health,
            observer: None,
            pooler,
            limits,
            writers: Arc::new(Semaphore::new(writers(config.database_connections))),
            location: location.into(),
            trouble: Trouble::default(),
            file: None,
        })
    }
}

/// Returns how many PostgreSQL connections write transactions may use. A quarter, but at least one,
/// is reserved for reads.
fn writers(connections: u32) -> usize {
    let readers = connections.div_ceil(4);
    usize::try_from(connections.saturating_sub(readers).max(1)).unwrap_or(1)
}

/// Checks whether a missing database file may be created.
fn may_create(options: &SqliteConnectOptions, create: bool) -> Result<()> {
    let path = options.get_filename();
    let name = path.display();
    if !create {
        return Err(Error::internal(format!(
            "there is no database at {name}: run tokenvue migrate first, or set TOKENVUE_DATA_DIR \
             or TOKENVUE_DATABASE_URL to where it is"
        )));
    }
    let log = log_of(path);
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        let log = log.display();
        return Err(Error::internal(format!(
            "{name} is missing, but {log}, which belongs to it, is there: put the file back, or \
             delete {log} to begin with an empty database"
        )));
    }
    Ok(())
}

/// Describes a failed connection attempt. The pool retries while nothing listens and reports only a
/// timeout.
fn connect_error(location: &str, error: sqlx::Error) -> Error {
    let seconds = STARTING.as_secs();
    let error = DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    Error::internal(if ErrorKind::of(&error) == ErrorKind::Exhausted {
        format!("the database at {location} did not answer within {seconds} seconds")
    } else {
        format!("cannot use the database at {location}: {error}")
    })
}
