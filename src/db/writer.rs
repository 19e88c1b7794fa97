//! The right to write. A transaction only reads until it takes a lock. Single statements only read
//! unless they explicitly declare that no permission applies.

use super::Db;
use super::exclusive::Transaction;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::Arc;

/// An open transaction without a lock, which only reads. A lock (`team::lock`, `account::lock`)
/// converts it to a [`Writer`].
pub struct Tx(Arc<Transaction>);

/// A connection that may write. Operations get one from their lock. Work without permission checks
/// (throttles, mail delivery, expiry) requests one explicitly.
#[derive(Clone)]
pub struct Writer(Target);

#[derive(Clone)]
enum Target {
    Transaction(Arc<Transaction>),
    /// Each statement by itself.
    Statements(Db),
}

impl Tx {
    pub(super) fn new(transaction: Arc<Transaction>) -> Tx {
        Tx(transaction)
    }

    /// Returns a writer, for a lock that was taken or for work that needs none. Operations of users
    /// call `team::lock` or `account::lock` instead.
    pub fn into_writer(self) -> Writer {
        Writer(Target::Transaction(self.0))
    }
}

impl Db {
    /// Returns a writer of single statements that no permission applies to, such as counting a
    /// throttle.
    pub fn maintenance(&self) -> Writer {
        Writer(Target::Statements(self.clone()))
    }
}

/// Whether a statement only reads. Statements with `RETURNING` return rows as well, but must not
/// run without a lock or be retried.
pub(super) fn is_read(sql: &str) -> bool {
    sql.trim_start().starts_with("SELECT")
}

/// Rejects statements that write.
///
/// # Errors
/// `DbErr::Custom` for everything except `SELECT`.
pub(super) fn only_reads(sql: &str) -> Result<(), DbErr> {
    if is_read(sql) {
        return Ok(());
    }
    let message = "a statement that writes was run without a lock";
    Err(DbErr::Custom(message.to_owned()))
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        only_reads(&statement.sql)?;
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        only_reads(sql)?;
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        only_reads(&statement.sql)?;
        self.0.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        only_reads(&statement.sql)?;
        self.0.query_all_raw(statement).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Writer {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Target::Transaction(tx) => tx.get_database_backend(),
            Target::Statements(db) => db.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Target::Transaction(tx) => tx.execute_raw(statement).await,
            Target::Statements(db) => db.execute_any(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Target::Transaction(tx) => tx.execute_unprepared(sql).await,
            Target::Statements(db) => {
                let statement = Statement::from_string(db.get_database_backend(), sql);
                db.execute_any(statement).await
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Target::Transaction(tx) => tx.query_one_raw(statement).await,
            Target::Statements(db) => db.query_one_any(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Target::Transaction(tx) => tx.query_all_raw(statement).await,
            Target::Statements(db) => db.query_all_any(statement).await,
        }
    }
}
