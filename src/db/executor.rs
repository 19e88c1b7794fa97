//! Runs single statements outside of transactions.

use super::exclusive::{Exclusive, Transaction};
use super::failure::is_worth_another_try;
use super::lease::Lease;
use super::retry::Attempts;
use super::session::Session;
use super::writer::{is_read, only_reads};
use super::{Db, statement};
use crate::config::Pooler;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::future::Future;
use std::pin::Pin;
use tokio::time::Instant;

impl Db {
    /// Runs a query with a custom plan for its values, for statements such as searches whose best
    /// plan depends on how common a value is.
    pub async fn query_replanned(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !self.is_postgres() {
            return self.query_all_raw(statement).await;
        }
        let mut attempts = Attempts::first();
        loop {
            match self
                .query_replanned_once(&statement, attempts.deadline())
                .await
            {
                Err(error) if is_worth_another_try(&error) && attempts.again().await => {}
                outcome => return outcome,
            }
        }
    }

    async fn query_replanned_once(
        &self,
        statement: &Statement,
        deadline: Instant,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let replan = "SET LOCAL plan_cache_mode = force_custom_plan";
        let tx = self.begin_postgres(deadline, replan).await?;
        let rows = tx.query_all_raw(statement.clone()).await;
        let rows = rows.inspect_err(|error| self.note(error))?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Takes a PostgreSQL connection.
    pub(super) async fn session(&self, deadline: Instant) -> Result<Session, DbErr> {
        let pool = self.connection.get_postgres_connection_pool();
        Session::acquire(pool, self.limits, self.pooler, &self.health, deadline).await
    }

    /// Returns what a statement runs on: with a transaction pooler, its own transaction.
    async fn executor(&self, deadline: Instant) -> Result<Executor<'_>, DbErr> {
        if !self.is_postgres() {
            return Ok(Executor::Sqlite(&self.connection));
        }
        Ok(match self.pooler {
            Pooler::None => {
                let session = self.session(deadline).await?;
                Executor::Single(Exclusive::new(session, self.observer.clone()))
            }
            Pooler::Transaction => Executor::Transaction(self.begin_postgres(deadline, "").await?),
        })
    }

    /// Runs one statement. A read is retried if the connection turns out to be broken.
    async fn run<T>(&self, statement: Statement, how: How<T>) -> Result<T, DbErr> {
        let mut attempts = Attempts::first();
        loop {
            let outcome = self.run_once(&statement, &how, attempts.deadline()).await;
            match outcome {
                Err(error)
                    if how.reads.is_some()
                        && is_worth_another_try(&error)
                        && attempts.again().await => {}
                outcome => {
                    return outcome.inspect_err(|error| {
                        let step = statement::summary(&statement.sql);
                        tracing::debug!(step, %error, "a statement failed");
                    });
                }
            }
        }
    }

    /// Runs a statement without rows, whether it reads or writes.
    pub(super) async fn execute_any(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let run: Run<_> = |on, statement| Box::pin(on.execute(statement));
        self.run(statement, How { run, reads: None }).await
    }

    /// Runs a statement for its first row, whether it reads or writes.
    pub(super) async fn query_one_any(
        &self,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let reads = is_read(&statement.sql).then_some(first as fn(_) -> _);
        let run: Run<_> = |on, statement| Box::pin(on.query_one(statement));
        self.run(statement, How { run, reads }).await
    }

    /// Runs a statement for all its rows, whether it reads or writes.
    pub(super) async fn query_all_any(
        &self,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let reads = is_read(&statement.sql).then_some(std::convert::identity as fn(_) -> _);
        let run: Run<_> = |on, statement| Box::pin(on.query_all(statement));
        self.run(statement, How { run, reads }).await
    }

    /// Reads over the shared connection of the current query, if there is one.
    async fn read_on_lease(
        &self,
        statement: &Statement,
        deadline: Instant,
    ) -> Result<Option<Vec<QueryResult>>, DbErr> {
        let Some(lease) = Lease::current() else {
            return Ok(None);
        };
        let rows = lease.read(self.session(deadline), statement).await;
        match (&rows, &self.observer) {
            (Err(error), _) => self.note(error),
            (Ok(Some(_)), Some(observer)) => observer(statement),
            _ => {}
        }
        rows
    }

    async fn run_once<T>(
        &self,
        statement: &Statement,
        how: &How<T>,
        deadline: Instant,
    ) -> Result<T, DbErr> {
        if let Some(collect) = how.reads
            && let Some(rows) = self.read_on_lease(statement, deadline).await?
        {
            return Ok(collect(rows));
        }
        self.check_trouble()?;
        let executor = self.executor(deadline).await;
        let executor = executor.inspect_err(|error| self.note(error))?;
        let value = (how.run)(&executor, statement.clone()).await;
        if let Err(error) = &value {
            self.note(error);
        }
        if let Executor::Transaction(tx) = executor {
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

/// What a single statement runs on.
enum Executor<'a> {
    Sqlite(&'a DatabaseConnection),
    Single(Exclusive),
    Transaction(Transaction),
}

impl Executor<'_> {
    async fn execute(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Executor::Sqlite(connection) => connection.execute_raw(statement).await,
            Executor::Single(connection) => connection.execute_raw(statement).await,
            Executor::Transaction(tx) => tx.execute_raw(statement).await,
        }
    }

    async fn query_one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Executor::Sqlite(connection) => connection.query_one_raw(statement).await,
            Executor::Single(connection) => connection.query_one_raw(statement).await,
            Executor::Transaction(tx) => tx.query_one_raw(statement).await,
        }
    }

    async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Executor::Sqlite(connection) => connection.query_all_raw(statement).await,
            Executor::Single(connection) => connection.query_all_raw(statement).await,
            Executor::Transaction(tx) => tx.query_all_raw(statement).await,
        }
    }
}

type Run<T> = for<'e> fn(
    &'e Executor<'_>,
    Statement,
) -> Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'e>>;

/// How to run a statement and, for reads, how to convert its rows.
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
        let statement = Statement::from_string(self.get_database_backend(), sql);
        self.execute_any(statement).await
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
