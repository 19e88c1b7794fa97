//! Connections and transactions that are used exclusively.

use super::session::Session;
use super::{Observer, statement};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::sync::OnceLock;
use tokio::sync::Mutex;

/// A PostgreSQL connection that runs one statement at a time.
pub(super) struct Exclusive {
    session: Mutex<Session>,
    observer: Option<Observer>,
}

impl Exclusive {
    pub(super) fn new(session: Session, observer: Option<Observer>) -> Exclusive {
        Exclusive {
            session: Mutex::new(session),
            observer,
        }
    }

    fn observe(&self, statement: &Statement) {
        if let Some(observer) = &self.observer {
            observer(statement);
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Exclusive {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = self.session.lock().await.execute(&statement).await;
        self.observe(&statement);
        Ok(done?.into())
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let done = self.session.lock().await.command(sql).await;
        self.observe(&Statement::from_string(DbBackend::Postgres, sql));
        Ok(done?.into())
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = self.session.lock().await.fetch(&statement).await;
        self.observe(&statement);
        Ok(rows?.into_iter().map(QueryResult::from).collect())
    }
}

/// An open transaction. It is rolled back when dropped.
pub(super) struct Transaction {
    engine: Engine,
    /// The first statement that failed; afterward, PostgreSQL rejects all others.
    failed: OnceLock<String>,
}

enum Engine {
    Sqlite(DatabaseTransaction),
    Postgres(Exclusive),
}

impl From<DatabaseTransaction> for Transaction {
    fn from(tx: DatabaseTransaction) -> Transaction {
        Transaction {
            engine: Engine::Sqlite(tx),
            failed: OnceLock::new(),
        }
    }
}

impl From<Exclusive> for Transaction {
    fn from(connection: Exclusive) -> Transaction {
        Transaction {
            engine: Engine::Postgres(connection),
            failed: OnceLock::new(),
        }
    }
}

impl Transaction {
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self.engine {
            Engine::Sqlite(tx) => tx.commit().await,
            Engine::Postgres(tx) => tx.session.into_inner().commit().await,
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self.engine {
            Engine::Sqlite(tx) => tx.rollback().await,
            Engine::Postgres(tx) => tx.session.into_inner().rollback().await,
        }
    }

    /// Returns a summary of the statement that failed first, if any.
    pub(super) fn failed(&self) -> Option<String> {
        self.failed.get().cloned()
    }

    fn note<T>(&self, sql: &str, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        outcome.inspect_err(|_| {
            self.failed.get_or_init(|| statement::summary(sql));
        })
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match &self.engine {
            Engine::Sqlite(tx) => tx.get_database_backend(),
            Engine::Postgres(tx) => tx.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let sql = statement.sql.clone();
        let outcome = match &self.engine {
            Engine::Sqlite(tx) => tx.execute_raw(statement).await,
            Engine::Postgres(tx) => tx.execute_raw(statement).await,
        };
        self.note(&sql, outcome)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let outcome = match &self.engine {
            Engine::Sqlite(tx) => tx.execute_unprepared(sql).await,
            Engine::Postgres(tx) => tx.execute_unprepared(sql).await,
        };
        self.note(sql, outcome)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let sql = statement.sql.clone();
        let outcome = match &self.engine {
            Engine::Sqlite(tx) => tx.query_one_raw(statement).await,
            Engine::Postgres(tx) => tx.query_one_raw(statement).await,
        };
        self.note(&sql, outcome)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let sql = statement.sql.clone();
        let outcome = match &self.engine {
            Engine::Sqlite(tx) => tx.query_all_raw(statement).await,
            Engine::Postgres(tx) => tx.query_all_raw(statement).await,
        };
        self.note(&sql, outcome)
    }
}
