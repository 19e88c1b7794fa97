//! Transactions, and running them anew.

use super::failure::{is_passing, not_committed};
use super::lease::Lease;
use super::{ATTEMPTS, Db, PAUSE, Tx};
use crate::config::Pooler;
use crate::error::{Error, Result};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use std::future::Future;
use std::sync::Arc;

impl Db {
    /// Runs `work` in one transaction, which only reads until it has taken a lock. It is run anew, from the start, when it loses against
    /// another transaction or its connection breaks before the commit; so it must do nothing
    /// outside the database.
    ///
    /// # Errors
    /// Those of `work`, after which nothing has changed, and those of the database.
    pub async fn transaction<T, F, W>(&self, work: F) -> Result<T>
    where
        F: Fn(Tx) -> W,
        W: Future<Output = Result<T>>,
    {
        let mut attempt = 1;
        loop {
            match self.attempt(&work).await {
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => {
                    tracing::debug!(%error, attempt, "transaction is tried again");
                    tokio::time::sleep(PAUSE * 2u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                outcome => return outcome,
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
            self.note_break(error);
        }
        let tx = Arc::into_inner(tx)
            .ok_or_else(|| Error::internal("a transaction outlived its work"))?;
        match &outcome {
            Ok(_) => tx.commit().await.map_err(|error| {
                self.note_break(&error);
                not_committed(error)
            })?,
            // A broken connection cannot roll back; the database has done it by itself.
            Err(_) => drop(tx.rollback().await),
        }
        outcome
    }

    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        if let Some(lease) = Lease::current() {
            lease.end().await;
        }
        let tx = self
            .connection
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
            .inspect_err(|error| self.note_break(error))?;
        if self.pooler == Pooler::Transaction {
            // Another client's statements may have been left on this server connection, under
            // the names that this one is about to use.
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        Ok(tx)
    }
}
