//! Transactions and their retries.

use super::exclusive::{Exclusive, Transaction};
use super::failure::{is_passing, not_committed};
use super::lease::Lease;
use super::retry::{Attempts, TURN};
use super::{Db, ErrorKind, Tx};
use crate::error::{Error, Result};
use sea_orm::{
    ConnAcquireErr, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout};

impl Db {
    /// Runs `work` in one transaction, which only reads until it takes a lock. It is run again from
    /// the start after a conflict, or if its connection breaks before the commit, so it must have
    /// no effects outside the database. `operation` names the work in the log.
    ///
    /// # Errors
    /// Those of `work`; nothing has changed then.
    pub async fn transaction<T, F, W>(&self, operation: &'static str, work: F) -> Result<T>
    where
        F: Fn(Tx) -> W,
        W: Future<Output = Result<T>>,
    {
        let mut attempts = Attempts::first();
        loop {
            let mut step = None;
            match self.attempt(&work, &mut attempts, &mut step).await {
                Err(error) if is_passing(&error) && attempts.again().await => {
                    tracing::debug!(operation, step, %error, "retrying the transaction");
                    metrics::counter!("tokenvue_database_retries_total").increment(1);
                }
                outcome => {
                    if let Err(Error::Database(error)) = &outcome {
                        self.trouble.note(ErrorKind::of(error), error);
                    }
                    return outcome.map_err(|error| error.during(operation, step));
                }
            }
        }
    }

    /// Runs `work` once. Sets `step` to the statement that failed.
    async fn attempt<T, F, W>(
        &self,
        work: &F,
        attempts: &mut Attempts,
        step: &mut Option<String>,
    ) -> Result<T>
    where
        F: Fn(Tx) -> W,
        W: Future<Output = Result<T>>,
    {
        *step = Some("BEGIN".to_owned());
        let _turn = self.turn().await?;
        let tx = Arc::new(self.begin(attempts.deadline()).await?);
        self.observe("BEGIN");
        let outcome = work(Tx::new(tx.clone())).await;
        *step = tx.failed();
        if let Err(Error::Database(error)) = &outcome {
            self.note(error);
        }
        let tx = Arc::into_inner(tx)
            .ok_or_else(|| Error::internal("a transaction was still in use after its work"))?;
        match &outcome {
            Ok(_) => {
                *step = Some("COMMIT".to_owned());
                self.commit(tx).await?;
            }
            // The pool closes a connection that cannot be rolled back, which ends the transaction.
            Err(_) => {
                if let Err(error) = tx.rollback().await {
                    self.note(&error);
                }
            }
        }
        outcome
    }

    async fn commit(&self, tx: Transaction) -> Result<()> {
        tx.commit().await.map_err(|error| {
            self.note(&error);
            not_committed(error)
        })?;
        self.observe("COMMIT");
        // Writes to a deleted file are lost.
        self.check_file()?;
        self.trouble.note_success();
        Ok(())
    }

    /// Waits for the turn to write. Writers may wait for each other's locks, so they never hold all
    /// connections.
    async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        let turn = self.writers.acquire();
        let turn = if self.is_postgres() {
            let exhausted = || DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
            let turn = timeout(TURN, turn).await.map_err(|_| exhausted());
            turn.inspect_err(|error| self.note(error))?
        } else {
            turn.await
        };
        turn.map_err(Error::internal)
    }

    async fn begin(&self, deadline: Instant) -> Result<Transaction, DbErr> {
        if self.is_postgres() {
            self.begin_postgres(deadline, "").await
        } else {
            self.begin_by_driver().await.map(Transaction::from)
        }
    }

    /// Begins a transaction on PostgreSQL with further commands in the same message.
    pub(super) async fn begin_postgres(
        &self,
        deadline: Instant,
        further: &str,
    ) -> Result<Transaction, DbErr> {
        if let Some(lease) = Lease::current() {
            lease.end().await;
        }
        let begin = async {
            let mut session = self.session(deadline).await?;
            session.begin(further).await?;
            Ok(session)
        };
        let session = begin.await.inspect_err(|error| self.note(error))?;
        let exclusive = Exclusive::new(session, self.observer.clone());
        Ok(exclusive.into())
    }

    /// Begins a transaction with the driver, without limits: on SQLite, and for migrations.
    pub(super) async fn begin_by_driver(&self) -> Result<DatabaseTransaction, DbErr> {
        self.check_file()?;
        // A separate task continues if the client disconnects. sqlx registers a transaction only
        // after the response to BEGIN, and would otherwise return the connection to the pool with
        // the transaction open.
        let connection = self.connection.clone();
        let begun = tokio::spawn(async move {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            connection.begin_with_options(options).await
        });
        begun
            .await
            .map_err(|error| DbErr::Custom(error.to_string()))?
            .inspect_err(|error| self.note(error))
    }
}
