//! The schema: bringing it up to date, and asking whether it is.

use super::Db;
use crate::error::Result;
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction};

impl Db {
    /// Brings the schema up to date. Safe when several replicas start at once: they take turns.
    ///
    /// # Errors
    /// When a step fails; all steps of this run are then undone.
    pub async fn migrate(&self) -> Result<()> {
        let tx = self.begin_migration().await?;
        Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    /// Undoes all migrations, and with them all data.
    ///
    /// # Errors
    /// When a step fails; nothing is then undone.
    pub async fn unmigrate(&self) -> Result<()> {
        let tx = self.begin_migration().await?;
        Migrator::down(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    async fn begin_migration(&self) -> Result<DatabaseTransaction> {
        let tx = self.begin().await?;
        if self.is_postgres() {
            // Held until the end of the transaction, so no pooler can lose it.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7310579)")
                .await?;
        }
        Ok(tx)
    }

    /// Whether all migrations have been applied. Anybody may ask, so it only reads: a transaction
    /// would queue with SQLite's writers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_current(&self) -> Result<bool> {
        let pending = Migrator::get_pending_migrations_read_only(self).await?;
        Ok(pending.is_empty())
    }
}
