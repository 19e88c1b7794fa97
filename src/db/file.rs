//! The files of an SQLite database. A file that is deleted or replaced while it is open can still
//! be written to, but the writes are lost when the process ends.

use super::failure::FileMoved;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, Connection as _, Executor as _};
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// Identifies a file: device and inode.
type Identity = (u64, u64);

/// The files of a database when it was opened.
pub(super) struct DatabaseFile {
    /// The database, and its write-ahead log if there is one.
    opened: Vec<(PathBuf, Identity)>,
    /// A connection that stays open. The last connection that closes deletes the log, so without
    /// this one the log would come and go with the pool's connections. It also keeps inodes from
    /// being reused.
    anchor: Mutex<Option<SqliteConnection>>,
}

impl DatabaseFile {
    /// Opens the database with `options` and records the identity of its files.
    ///
    /// # Errors
    /// If the file does not exist: in-memory databases are not supported.
    pub(super) async fn open(options: &SqliteConnectOptions) -> Result<DatabaseFile, sqlx::Error> {
        let path = options.get_filename();
        let mut anchor = SqliteConnection::connect_with(options).await?;
        // The first read creates the log.
        anchor
            .execute("SELECT 1 FROM sqlite_schema LIMIT 1")
            .await?;
        let mut opened = vec![(path.to_owned(), identity(path)?)];
        let log = log_of(path);
        // On a file system without shared memory, SQLite uses another journal mode.
        if let Ok(identity) = identity(&log) {
            opened.push((log, identity));
        }
        Ok(DatabaseFile {
            opened,
            anchor: Mutex::new(Some(anchor)),
        })
    }

    /// Checks that the files are those that were opened, with one system call each.
    ///
    /// # Errors
    /// If a file was deleted or replaced.
    pub(super) fn check(&self) -> Result<(), FileMoved> {
        let is_same = |(path, opened): &(PathBuf, Identity)| {
            identity(path).is_ok_and(|identity| identity == *opened)
        };
        match self.opened.iter().find(|file| !is_same(file)) {
            None => Ok(()),
            Some((path, _)) => Err(FileMoved(path.display().to_string())),
        }
    }

    /// Closes the connection. SQLite itself detects a replaced file and does not change it.
    pub(super) async fn close(&self) {
        let Some(anchor) = self.anchor.lock().await.take() else {
            return;
        };
        if let Err(error) = anchor.close().await {
            let path = self.opened[0].0.display();
            tracing::warn!(%error, %path, "the database did not close cleanly");
        }
    }
}

/// Creates an empty file that only this user can read and write; SQLite gives its log the same
/// mode. Does nothing if the file exists.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Returns the path of a database's write-ahead log.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    name.into()
}

fn identity(path: &Path) -> io::Result<Identity> {
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}
