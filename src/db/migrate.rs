//! The schema: bringing it up to date, and asking whether it is.

use super::failure::is_missing_table;
use super::{Db, limits};
use crate::config::Pooler;
use crate::error::{Error, Result};
use migration::{Migrator, MigratorTrait as _, seaql_migrations};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, EntityTrait as _, Statement,
};

impl Db {
    /// Brings the schema up to date. Safe when several replicas start at once: they take turns.
    ///
    /// # Errors
    /// When a step fails; all steps of this run are then undone. When a newer program has made the
    /// schema.
    pub async fn migrate(&self) -> Result<()> {
        self.refuse_newer().await?;
        let tx = self.begin_migration().await?;
        Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    /// Undoes all migrations, and with them all data.
    ///
    /// # Errors
    /// When a step fails; nothing is then undone.
    pub async fn unmigrate(&self) -> Result<()> {
        self.refuse_newer().await?;
        let tx = self.begin_migration().await?;
        Migrator::down(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    async fn refuse_newer(&self) -> Result<()> {
        match self.schema().await? {
            Schema::Ahead(step) => Err(Error::internal(format!(
                "the database's schema is newer than this program: it does not know {step}. Start \
                 the program that made it, or a later one"
            ))),
            Schema::Current | Schema::Behind => Ok(()),
        }
    }

    async fn begin_migration(&self) -> Result<DatabaseTransaction> {
        let tx = self.begin_by_driver().await?;
        if self.is_postgres() {
            if self.pooler == Pooler::Transaction {
                // The driver names its statements, and another client's may have been left on this
                // server connection under the same names.
                tx.execute_unprepared("DEALLOCATE ALL").await?;
            }
            let version = server_version(&tx).await?;
            tx.execute_unprepared(&limits::of_migration(version))
                .await?;
            // Held until the end of the transaction, so no pooler can lose it.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7310579)")
                .await?;
        }
        Ok(tx)
    }

    /// How the schema relates to this program's. Anybody may ask, so it only reads: a transaction
    /// would queue with SQLite's writers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn schema(&self) -> Result<Schema> {
        let applied = match seaql_migrations::Entity::find().all(self).await {
            Ok(applied) => applied,
            Err(error) if is_missing_table(&error) => return Ok(Schema::Behind),
            Err(error) => return Err(error.into()),
        };
        Ok(compare(applied))
    }

    /// Whether the schema is the one of this program.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_current(&self) -> Result<bool> {
        Ok(self.schema().await? == Schema::Current)
    }
}

/// Like 170002.
async fn server_version(tx: &DatabaseTransaction) -> Result<Option<u32>, DbErr> {
    let ask = "SELECT current_setting('server_version_num')::int";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, ask));
    let version: Option<i32> = row.await?.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(version.and_then(|version| version.try_into().ok()))
}

/// How a schema relates to the one that this program makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It is the same.
    Current,
    /// Steps are to be done.
    Behind,
    /// A newer program has done steps that this one does not know: the first of them.
    Ahead(String),
}

fn compare(applied: Vec<seaql_migrations::Model>) -> Schema {
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    let mut applied: Vec<String> = applied.into_iter().map(|step| step.version).collect();
    applied.sort_unstable();
    if let Some(unknown) = applied.iter().find(|name| !known.contains(name)) {
        return Schema::Ahead(unknown.clone());
    }
    if known.iter().all(|name| applied.contains(name)) {
        Schema::Current
    } else {
        Schema::Behind
    }
}
