//! Single statements, outside of transactions.

use super::failure::is_worth_another_try;
use super::lease::Lease;
use super::writer::{is_read, only_reads};
use super::{ATTEMPTS, Db, PAUSE};
use crate::config::Pooler;
use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::future::Future;
use std::pin::Pin;

impl Db {
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

    /// Runs a statement that returns no rows, whether it reads or writes.
    pub(super) async fn execute_any(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let run: Run<_> = |on, statement| on.execute_raw(statement);
        self.run(statement, How { run, reads: None }).await
    }

    /// Runs a statement for its first row, whether it reads or writes.
    pub(super) async fn query_one_any(
        &self,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let reads = is_read(&statement.sql).then_some(first as fn(_) -> _);
        let run: Run<_> = |on, statement| on.query_one_raw(statement);
        self.run(statement, How { run, reads }).await
    }

    /// Runs a statement for all its rows, whether it reads or writes.
    pub(super) async fn query_all_any(
        &self,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let reads = is_read(&statement.sql).then_some(std::convert::identity as fn(_) -> _);
        let run: Run<_> = |on, statement| on.query_all_raw(statement);
        self.run(statement, How { run, reads }).await
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
            (Err(error), _) => self.note(error),
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
        self.check_trouble()?;
        let executor = self.executor().await?;
        let value = (how.run)(&executor, statement.clone()).await;
        if let Err(error) = &value {
            self.note(error);
        }
        if let DatabaseExecutor::OwnedTransaction(tx) = executor {
            match &value {
                Ok(_) => tx.commit().await?,
                Err(_) => tx.rollback().await?,
            }
        }
        if how.reads.is_none() && value.is_ok() {
            self.check_file()?;
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
        only_reads(&statement.sql)?;
        self.execute_any(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        only_reads(sql)?;
        self.check_trouble()?;
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        only_reads(&statement.sql)?;
        self.query_one_any(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        only_reads(&statement.sql)?;
        self.query_all_any(statement).await
    }
}

fn first(rows: Vec<QueryResult>) -> Option<QueryResult> {
    rows.into_iter().next()
}
