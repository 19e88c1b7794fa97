//! Migrates the schema, and checks its version.

use super::failure::is_missing_table;
use super::{Db, limits};
use crate::config::Pooler;
use crate::error::{Error, Result};
use migration::{Migrator, MigratorTrait as _, seaql_migrations};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, EntityTrait as _, Statement,
};

impl Db {
    /// Migrates the schema. Several replicas may call this at once: they run one after the other.
    ///
    /// # Errors
    /// If a migration fails; all migrations of this run are then undone. If a newer version of the
    /// program created the schema.
    pub async fn migrate(&self) -> Result<()> {
        self.refuse_newer().await?;
        let tx = self.begin_migration().await?;
        Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    /// Undoes all migrations, which deletes all data.
    ///
    /// # Errors
    /// If a migration fails; nothing is then undone.
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
                // The driver names its statements, and this server connection may have statements
                // of another client with the same names.
                tx.execute_unprepared("DEALLOCATE ALL").await?;
            }
            let version = server_version(&tx).await?;
            tx.execute_unprepared(&limits::of_migration(version))
                .await?;
            // The lock is held until the end of the transaction, so it works with poolers.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7310579)")
                .await?;
        }
        Ok(tx)
    }

    /// Returns the state of the schema. It only reads, because a transaction would queue with
    /// SQLite's writers.
    pub async fn schema(&self) -> Result<Schema> {
        let applied = match seaql_migrations::Entity::find().all(self).await {
            Ok(applied) => applied,
            Err(error) if is_missing_table(&error) => return Ok(Schema::Behind),
            Err(error) => return Err(error.into()),
        };
        Ok(compare(applied))
    }

    /// Whether the schema matches this program.
    pub async fn is_current(&self) -> Result<bool> {
        Ok(self.schema().await? == Schema::Current)
    }
}

/// Returns the server's version, such as 170002.
async fn server_version(tx: &DatabaseTransaction) -> Result<Option<u32>, DbErr> {
    let ask = "SELECT current_setting('server_version_num')::int";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, ask));
    let version: Option<i32> = row.await?.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(version.and_then(|version| version.try_into().ok()))
}

/// The state of a schema relative to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It matches.
    Current,
    /// Migrations are pending.
    Behind,
    /// A newer version of the program ran migrations that this one does not know; this is the first
    /// of them.
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
