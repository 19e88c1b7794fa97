//! A PostgreSQL connection in use.
//!
//! sqlx waits for the server without a limit, even when it returns a connection to the pool. Here,
//! no wait is longer than the server's own limits allow. A connection that is silent for longer is
//! dropped without a protocol message.

use super::connection_health::ConnectionHealth;
use super::failure::ends_connection;
use super::limits::Limits;
use super::retry::LAST_WAIT;
use crate::config::Pooler;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgQueryResult, PgRow};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, PgPool, Postgres};
use sea_orm::{DbErr, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

/// A connection from the pool. When dropped, it rolls back an open transaction and returns to the
/// pool.
pub(super) struct Session {
    /// `None` after the connection was discarded.
    connection: Option<PoolConnection<Postgres>>,
    limits: Limits,
    pooler: Pooler,
    health: ConnectionHealth,
    in_transaction: bool,
    /// Whether a statement of the transaction has failed: the server then accepts only its end.
    failed: bool,
}

impl Session {
    /// Takes a connection from the pool, or opens one.
    ///
    /// # Errors
    /// `PoolTimedOut` if no connection is free until `deadline`.
    pub(super) async fn acquire(
        pool: &PgPool,
        limits: Limits,
        pooler: Pooler,
        health: &ConnectionHealth,
        deadline: Instant,
    ) -> Result<Session, DbErr> {
        let deadline = if health.is_silent() {
            deadline.min(Instant::now() + LAST_WAIT)
        } else {
            deadline
        };
        let acquired = timeout_at(deadline, pool.acquire()).await;
        let connection = acquired.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        Ok(Session {
            connection: Some(connection.map_err(|error| DbErr::Conn(cause(error)))?),
            limits,
            pooler,
            health: health.clone(),
            in_transaction: false,
            failed: false,
        })
    }

    /// Begins a transaction with its limits and further commands in the same message.
    pub(super) async fn begin(&mut self, further: &str) -> Result<(), DbErr> {
        let version = self
            .connection
            .as_ref()
            .and_then(|c| c.server_version_num());
        let begin = self.limits.begin(version) + further;
        // The server may have begun the transaction even if the response is not awaited.
        self.in_transaction = true;
        self.command(&begin).await.map(drop)
    }

    /// Commits.
    ///
    /// # Errors
    /// If a statement has failed: PostgreSQL would roll back without an error.
    pub(super) async fn commit(&mut self) -> Result<(), DbErr> {
        if self.failed {
            let message = "a transaction with a failed statement cannot be committed";
            return Err(DbErr::Custom(message.to_owned()));
        }
        self.command("COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Rolls back.
    ///
    /// # Errors
    /// After any error, the connection is discarded.
    pub(super) async fn rollback(&mut self) -> Result<(), DbErr> {
        if self.connection.is_some() {
            self.command("ROLLBACK").await?;
        }
        self.in_transaction = false;
        Ok(())
    }

    /// Runs a statement for its rows.
    pub(super) async fn fetch(&mut self, statement: &Statement) -> Result<Vec<PgRow>, DbErr> {
        let query = self.query(statement);
        let patience = self.limits.answer();
        let rows = timeout(patience, query.fetch_all(self.open()?)).await;
        self.record(rows)
            .map_err(|error| DbErr::Query(cause(error)))
    }

    /// Runs a statement without rows.
    pub(super) async fn execute(&mut self, statement: &Statement) -> Result<PgQueryResult, DbErr> {
        let query = self.query(statement);
        let patience = self.limits.answer();
        let done = timeout(patience, query.execute(self.open()?)).await;
        self.record(done).map_err(|error| DbErr::Exec(cause(error)))
    }

    /// Runs commands without parameters in one message.
    pub(super) async fn command(&mut self, sql: &str) -> Result<PgQueryResult, DbErr> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql));
        let patience = self.limits.answer();
        let done = timeout(patience, query.execute(self.open()?)).await;
        self.record(done).map_err(|error| DbErr::Exec(cause(error)))
    }

    fn query<'q>(&self, statement: &'q Statement) -> Query<'q, Postgres, SqlxValues> {
        let values = statement.values.clone();
        let values = SqlxValues(values.unwrap_or(Values(Vec::new())));
        // With a pooler in transaction mode, a name could belong to another client's statement.
        sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), values)
            .persistent(self.pooler == Pooler::None)
    }

    fn open(&mut self) -> Result<&mut PgConnection, DbErr> {
        let connection = self.connection.as_deref_mut();
        connection.ok_or_else(|| DbErr::Conn(cause(silent(self.limits.answer()))))
    }

    /// Records what the result of a statement means for the connection.
    fn record<T>(&mut self, outcome: Result<sqlx::Result<T>, Elapsed>) -> sqlx::Result<T> {
        let outcome = outcome.unwrap_or_else(|_| Err(silent(self.limits.answer())));
        let Err(error) = &outcome else {
            self.health.record_answer();
            return outcome;
        };
        self.failed = true;
        if ends_connection(error) {
            // Dropping it closes the socket. A protocol message could wait forever.
            drop(self.connection.take().map(PoolConnection::detach));
        }
        outcome
    }
}

/// Returns a connection to the pool, which tests it.
async fn give_back(
    mut connection: PoolConnection<Postgres>,
    in_transaction: bool,
    patience: Duration,
) {
    if in_transaction {
        let rollback = sqlx::raw_sql("ROLLBACK").execute(&mut *connection);
        if !matches!(timeout(patience, rollback).await, Ok(Ok(_))) {
            drop(connection.detach());
            return;
        }
    }
    let returned = connection.return_to_pool();
    if timeout(patience, returned).await.is_err() {
        tracing::debug!("dropped a connection that was silent when it was returned to the pool");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => {
                let patience = self.limits.answer();
                runtime.spawn(give_back(connection, self.in_transaction, patience));
            }
            Err(_) => drop(connection.detach()),
        }
    }
}

fn silent(patience: Duration) -> sqlx::Error {
    let message = format!("no answer within {} seconds", patience.as_secs_f32());
    io::Error::new(io::ErrorKind::TimedOut, message).into()
}

pub(super) fn cause(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(Arc::new(error))
}
