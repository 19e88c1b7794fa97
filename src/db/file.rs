//! The files of an SQLite database. A file that is deleted or replaced while it is open can still
//! be written to, but what is written is lost with the process.

use super::failure::FileMoved;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, Connection as _, Executor as _};
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// What tells one file from another: device and inode.
type Identity = (u64, u64);

/// The files of a database as they were when it was opened.
pub(super) struct DatabaseFile {
    /// The database, and its write-ahead log if there is one.
    opened: Vec<(PathBuf, Identity)>,
    /// A connection that is only kept open: the last one that closes deletes the log, so without
    /// it the log would come and go with the connections of the pool. It also keeps inodes from
    /// being used for other files.
    anchor: Mutex<Option<SqliteConnection>>,
}

impl DatabaseFile {
    /// Opens the database with `options`, and remembers its files.
    ///
    /// # Errors
    /// Those of SQLite. The file system's, where it has no such file: databases in memory are not
    /// supported.
    pub(super) async fn open(options: &SqliteConnectOptions) -> Result<DatabaseFile, sqlx::Error> {
        let path = options.get_filename();
        let mut anchor = SqliteConnection::connect_with(options).await?;
        // The log is made by the first statement that reads.
        anchor
            .execute("SELECT 1 FROM sqlite_schema LIMIT 1")
            .await?;
        let mut opened = vec![(path.to_owned(), identity(path)?)];
        let log = log_of(path);
        // A file system without shared memory leaves SQLite in another journal mode.
        if let Ok(identity) = identity(&log) {
            opened.push((log, identity));
        }
        Ok(DatabaseFile {
            opened,
            anchor: Mutex::new(Some(anchor)),
        })
    }

    /// Checks that the files are those that were opened. It costs a system call for each.
    ///
    /// # Errors
    /// Where one of them is gone or another one.
    pub(super) fn check(&self) -> Result<(), FileMoved> {
        let is_same = |(path, opened): &(PathBuf, Identity)| {
            identity(path).is_ok_and(|identity| identity == *opened)
        };
        match self.opened.iter().find(|file| !is_same(file)) {
            None => Ok(()),
            Some((path, _)) => Err(FileMoved(path.display().to_string())),
        }
    }

    /// Closes the connection that it has kept open. Where the file is another one by now, SQLite
    /// notices by itself and leaves it alone.
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

/// Makes an empty file that only this user can read and write; SQLite gives its log the same mode.
/// Where another process has made it meanwhile, it is left as it is.
///
/// # Errors
/// Those of the file system.
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

/// The write-ahead log of a database.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    name.into()
}

fn identity(path: &Path) -> io::Result<Identity> {
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}
