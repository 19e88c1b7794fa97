//! Monitors the database: detects failures and their end.

use super::failure::ErrorKind;
use super::migrate::Schema;
use super::{Db, Tx};
use crate::error::Result;
use sea_orm::{ConnectionTrait as _, DbErr};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the database is checked.
const PERIOD: Duration = Duration::from_millis(500);
/// Writes a row without changing it: the smallest write.
const TRIAL: &str = "UPDATE seaql_migrations SET applied_at = applied_at
    WHERE version = (SELECT min(version) FROM seaql_migrations)";

/// Whether the database can serve requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// Its schema is older than this program.
    NotMigrated,
    /// It cannot, because of this failure.
    Unfit(ErrorKind),
}

impl Db {
    /// Returns whether the database can be read and written, and whether its schema is usable. A
    /// newer schema is usable: each release changes it in a way that the previous release can still
    /// run, since replicas are replaced one after the other.
    pub async fn readiness(&self) -> Result<Readiness> {
        // Nothing else would notice before the next write.
        let _ = self.check_file();
        if let Some(kind) = self.trouble.kind() {
            return Ok(Readiness::Unfit(kind));
        }
        Ok(match self.schema().await? {
            Schema::Current | Schema::Ahead(_) => Readiness::Ready,
            Schema::Behind => Readiness::NotMigrated,
        })
    }

    /// Monitors the database until `stop` is canceled. Detects when it is usable again.
    pub async fn watch(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let _ = self.check_file();
            if self.trouble.kind().is_some_and(ErrorKind::prevents_saving)
                && let Err(error) = self.try_to_save().await
            {
                tracing::debug!(%error, "the database still cannot save");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    async fn try_to_save(&self) -> Result<()> {
        let trial = |tx: Tx| async move {
            tx.into_writer().execute_unprepared(TRIAL).await?;
            Ok(())
        };
        self.transaction("TRY_TO_SAVE", trial).await
    }

    /// Checks that the SQLite file is the one that was opened.
    pub(super) fn check_file(&self) -> Result<(), DbErr> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        match file.check() {
            Ok(()) => {
                if self.trouble.kind() == Some(ErrorKind::FileMoved) {
                    self.trouble.note_file_is_back();
                }
                Ok(())
            }
            Err(moved) => {
                let error = DbErr::from(moved);
                self.note(&error);
                Err(error)
            }
        }
    }

    /// Checks only the recorded state of the SQLite file: enough before reads.
    pub(super) fn check_trouble(&self) -> Result<(), DbErr> {
        if self.trouble.kind() == Some(ErrorKind::FileMoved) {
            return self.check_file();
        }
        Ok(())
    }
}
