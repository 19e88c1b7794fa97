//! Connecting: where the database is, and how its connections are set up.

use super::Db;
use super::breaks::Breaks;
use crate::config::{Config, Pooler};
use crate::error::{Error, Result};
use sea_orm::sqlx;
use sea_orm::{ConnectOptions, Database, DbErr, RuntimeErr};
use secrecy::ExposeSecret as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a writer waits for another process that writes to the same SQLite file.
const SQLITE_BUSY: Duration = Duration::from_secs(15);
/// After how long without use a connection is tested before it is used again: proxies and firewalls
/// forget those that are idle.
const IDLE: Duration = Duration::from_secs(5);

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
