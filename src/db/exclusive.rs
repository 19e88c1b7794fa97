//! Connections and transactions that are used exclusively.

use super::Observer;
use super::session::Session;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
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
pub(super) enum Transaction {
    Sqlite(DatabaseTransaction),
    Postgres(Exclusive),
}

impl Transaction {
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Transaction::Sqlite(tx) => tx.commit().await,
            Transaction::Postgres(tx) => tx.session.into_inner().commit().await,
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self {
            Transaction::Sqlite(tx) => tx.rollback().await,
            Transaction::Postgres(tx) => tx.session.into_inner().rollback().await,
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Transaction::Sqlite(tx) => tx.get_database_backend(),
            Transaction::Postgres(tx) => tx.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Transaction::Sqlite(tx) => tx.execute_raw(statement).await,
            Transaction::Postgres(tx) => tx.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Transaction::Sqlite(tx) => tx.execute_unprepared(sql).await,
            Transaction::Postgres(tx) => tx.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Transaction::Sqlite(tx) => tx.query_one_raw(statement).await,
            Transaction::Postgres(tx) => tx.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Transaction::Sqlite(tx) => tx.query_all_raw(statement).await,
            Transaction::Postgres(tx) => tx.query_all_raw(statement).await,
        }
    }
}
