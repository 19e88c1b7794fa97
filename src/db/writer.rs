//! Who may write: a transaction reads until it has taken a lock, and single statements read unless
//! they say by name that nobody's permission governs them.

use super::Db;
use super::exclusive::Transaction;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::Arc;

/// An open transaction that has locked nothing yet. It only reads. A lock (`team::lock`,
/// `account::lock`) turns it into a [`Writer`].
pub struct Tx(Arc<Transaction>);

/// A connection that may write. Operations get one from the lock that they take; work that nobody's
/// permission governs (throttles, delivery of mail, expiry) asks for one by name.
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

    /// Gives the right to write to a lock that has been taken, or to work that no lock governs.
    /// Operations of people call `team::lock` or `account::lock` instead.
    pub fn into_writer(self) -> Writer {
        Writer(Target::Transaction(self.0))
    }
}

impl Db {
    /// Writes single statements that nobody's permission governs, such as a throttle's count.
    pub fn maintenance(&self) -> Writer {
        Writer(Target::Statements(self.clone()))
    }
}

/// Whether a statement only reads. Statements with `RETURNING` are queries, too, but must neither
/// run without a lock nor be run twice.
pub(super) fn is_read(sql: &str) -> bool {
    sql.trim_start().starts_with("SELECT")
}

/// Refuses what a reader must not run.
///
/// # Errors
/// `DbErr::Custom` for everything but a `SELECT`.
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
