//! Transactions, and running them anew.

use super::failure::{is_passing, not_committed};
use super::lease::Lease;
use super::{ATTEMPTS, Db, Kind, PAUSE, RETRYING, Tx};
use crate::config::Pooler;
use crate::error::{Error, Result};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

impl Db {
    /// Runs `work` in one transaction, which only reads until it has taken a lock. It is run again,
    /// from the start, when it loses against another transaction or its connection breaks before
    /// the commit; so it must do nothing outside the database.
    ///
    /// # Errors
    /// Those of `work`, after which nothing has changed, and those of the database.
    pub async fn transaction<T, F, W>(&self, work: F) -> Result<T>
    where
        F: Fn(Tx) -> W,
        W: Future<Output = Result<T>>,
    {
        let begun = Instant::now();
        let mut attempt = 1;
        loop {
            match self.attempt(&work).await {
                Err(error)
                    if attempt < ATTEMPTS && begun.elapsed() < RETRYING && is_passing(&error) =>
                {
                    tracing::debug!(%error, attempt, "transaction is tried again");
                    metrics::counter!("tokenvue_database_retries_total").increment(1);
                    tokio::time::sleep(PAUSE * 2u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                outcome => {
                    if let Err(Error::Database(error)) = &outcome {
                        self.trouble.note(Kind::of(error), error);
                    }
                    return outcome;
                }
            }
        }
    }

    async fn attempt<T, F, W>(&self, work: &F) -> Result<T>
    where
        F: Fn(Tx) -> W,
        W: Future<Output = Result<T>>,
    {
        let _turn = match &self.writer {
            Some(writer) => Some(writer.acquire().await.map_err(Error::internal)?),
            None => None,
        };
        let tx = Arc::new(self.begin().await?);
        let outcome = work(Tx::new(tx.clone())).await;
        if let Err(Error::Database(error)) = &outcome {
            self.note(error);
        }
        let tx = Arc::into_inner(tx)
            .ok_or_else(|| Error::internal("a transaction outlived its work"))?;
        match &outcome {
            Ok(_) => self.commit(tx).await?,
            // What cannot be rolled back, ends with its connection: the pool closes it.
            Err(_) => {
                if let Err(error) = tx.rollback().await {
                    self.note(&error);
                }
            }
        }
        outcome
    }

    async fn commit(&self, tx: DatabaseTransaction) -> Result<()> {
        tx.commit().await.map_err(|error| {
            self.note(&error);
            not_committed(error)
        })?;
        // What was written to a file that is gone, is gone with it.
        self.check_file()?;
        self.trouble.note_success();
        Ok(())
    }

    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.check_file()?;
        if let Some(lease) = Lease::current() {
            lease.end().await;
        }
        // A task of its own goes on when the client hangs up: sqlx counts a transaction only once
        // BEGIN is answered, and would give the connection back to the pool inside of it.
        let connection = self.connection.clone();
        let begun = tokio::spawn(async move {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            connection.begin_with_options(options).await
        });
        let tx = begun
            .await
            .map_err(|error| DbErr::Custom(error.to_string()))?
            .inspect_err(|error| self.note(error))?;
        if self.pooler == Pooler::Transaction {
            // Another client's statements may have been left on this server connection, under
            // the names that this one is about to use.
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        Ok(tx)
    }
}
