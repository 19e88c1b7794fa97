//! Classifies database errors: what they mean for the operation, the connection, and clients.

use crate::error::Error;
use sea_orm::sqlx;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr};
use std::io;

/// The kind of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A conflict with another transaction, including a row that was added or deleted concurrently.
    Conflict,
    /// A lock, statement, or transaction timeout.
    TimedOut,
    /// No connection became free in time.
    Exhausted,
    /// The server ended a transaction that was idle for too long.
    CutOff,
    /// The connection broke, or the server is shutting down.
    Broken,
    /// The server or the network did not answer in time.
    Silent,
    /// The server has become a standby.
    Standby,
    /// The disk is full.
    DiskFull,
    /// A write to the disk failed.
    NotWritten,
    /// The database is read-only.
    ReadOnly,
    /// The database can be neither read nor written: the disk fails, or the contents are corrupt.
    Unreadable,
    /// The SQLite file was deleted or replaced.
    FileMoved,
    /// Anything else: a bug in this program.
    Other,
}

impl ErrorKind {
    /// Returns the kind of an error.
    pub fn of(error: &DbErr) -> ErrorKind {
        let cause = match error {
            DbErr::ConnectionAcquire(_) => return ErrorKind::Exhausted,
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
            _ => return ErrorKind::Other,
        };
        ErrorKind::of_cause(cause)
    }

    fn of_cause(cause: &sqlx::Error) -> ErrorKind {
        match cause {
            sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => ErrorKind::Silent,
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                if error.try_downcast_ref::<SqliteError>().is_some() {
                    sqlite(code.parse().unwrap_or_default())
                } else {
                    postgres(&code)
                }
            }
            // PgBouncer, HAProxy, and servers that shut down may also end a connection within a
            // message, or send something that is not one.
            sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::BeginFailed
            | sqlx::Error::WorkerCrashed => ErrorKind::Broken,
            sqlx::Error::PoolTimedOut => ErrorKind::Exhausted,
            sqlx::Error::Configuration(inner) if inner.is::<FileMoved>() => ErrorKind::FileMoved,
            _ => ErrorKind::Other,
        }
    }

    /// Returns the name in metrics.
    pub fn label(self) -> &'static str {
        match self {
            ErrorKind::Conflict => "conflict",
            ErrorKind::TimedOut => "timed_out",
            ErrorKind::Exhausted => "exhausted",
            ErrorKind::CutOff => "cut_off",
            ErrorKind::Broken => "broken",
            ErrorKind::Silent => "silent",
            ErrorKind::Standby => "standby",
            ErrorKind::DiskFull => "disk_full",
            ErrorKind::NotWritten => "not_written",
            ErrorKind::ReadOnly => "read_only",
            ErrorKind::Unreadable => "unreadable",
            ErrorKind::FileMoved => "file_moved",
            ErrorKind::Other => "other",
        }
    }

    /// Returns why the database cannot save, for operators, or `None` for failures of one
    /// operation.
    pub fn reason_not_writable(self) -> Option<&'static str> {
        Some(match self {
            ErrorKind::Standby => "it is a standby",
            ErrorKind::DiskFull => "the disk is full",
            ErrorKind::NotWritten => "the disk fails",
            ErrorKind::ReadOnly => "it is read-only",
            ErrorKind::Unreadable => "it cannot be read",
            ErrorKind::FileMoved => "its file was deleted or replaced",
            _ => return None,
        })
    }

    /// Whether the database can be read but not written.
    pub fn prevents_saving(self) -> bool {
        matches!(
            self,
            ErrorKind::Standby | ErrorKind::DiskFull | ErrorKind::NotWritten | ErrorKind::ReadOnly
        )
    }

    /// Whether the operation failed because of a condition outside of it that may be temporary.
    pub fn is_outage(self) -> bool {
        matches!(
            self,
            ErrorKind::TimedOut
                | ErrorKind::Exhausted
                | ErrorKind::CutOff
                | ErrorKind::Broken
                | ErrorKind::Silent
                | ErrorKind::Unreadable
                | ErrorKind::FileMoved
        )
    }

    /// Whether the same transaction may succeed when it is run again. After a timeout, it would
    /// take too long again.
    fn is_passing(self) -> bool {
        matches!(
            self,
            ErrorKind::Conflict
                | ErrorKind::CutOff
                | ErrorKind::Broken
                | ErrorKind::Silent
                | ErrorKind::Standby
        )
    }
}

/// Classifies result codes of SQLite (<https://www.sqlite.org/rescode.html>). The primary code is
/// the low byte.
fn sqlite(code: u32) -> ErrorKind {
    match (code & 0xff, code) {
        // BUSY, LOCKED
        (5 | 6, _) => ErrorKind::Conflict,
        // FULL; IOERR_SHMSIZE, if the disk has no space for the index of the log
        (13, _) | (_, 4874) => ErrorKind::DiskFull,
        // IOERR_READ, IOERR_SHORT_READ, IOERR_CORRUPTFS; CANTOPEN, CORRUPT, NOTADB
        (_, 266 | 522 | 8458) | (14 | 11 | 26, _) => ErrorKind::Unreadable,
        // IOERR
        (10, _) => ErrorKind::NotWritten,
        // READONLY_DBMOVED
        (_, 1032) => ErrorKind::FileMoved,
        // READONLY
        (8, _) => ErrorKind::ReadOnly,
        _ => ErrorKind::Other,
    }
}

/// The code with which PostgreSQL ends a transaction and the connection after
/// `transaction_timeout`.
const TRANSACTION_TIMEOUT: &str = "25P04";

/// Classifies SQLSTATE codes (PostgreSQL, appendix A).
fn postgres(code: &str) -> ErrorKind {
    match code {
        "40001" | "40P01" | "23505" | "23503" => ErrorKind::Conflict,
        // `statement_timeout`, `lock_timeout`, `transaction_timeout`
        "57014" | "55P03" | TRANSACTION_TIMEOUT => ErrorKind::TimedOut,
        // `idle_in_transaction_session_timeout`
        "25P03" => ErrorKind::CutOff,
        "25006" => ErrorKind::Standby,
        "53100" => ErrorKind::DiskFull,
        "53300" | "53400" => ErrorKind::Exhausted,
        "58030" => ErrorKind::NotWritten,
        "XX001" | "XX002" => ErrorKind::Unreadable,
        "57P01" | "57P02" | "57P03" | "57P05" => ErrorKind::Broken,
        // PgBouncer uses 08P01 for all problems with its connection to the server.
        _ if code.starts_with("08") => ErrorKind::Broken,
        _ => ErrorKind::Other,
    }
}

/// The SQLite file was replaced: writes to the open one would be lost.
#[derive(Debug, thiserror::Error)]
#[error("{0} was deleted or replaced while the program was running")]
pub(super) struct FileMoved(pub(super) String);

impl From<FileMoved> for DbErr {
    fn from(moved: FileMoved) -> DbErr {
        let cause = sqlx::Error::Configuration(Box::new(moved));
        DbErr::Conn(RuntimeErr::SqlxError(cause.into()))
    }
}

/// Converts the error of a commit. If the database rejected it, nothing has changed and the
/// transaction can be run again. If the connection broke, the commit may have succeeded, and
/// running the transaction again could apply it twice.
pub(super) fn not_committed(error: DbErr) -> Error {
    if matches!(ErrorKind::of(&error), ErrorKind::Broken | ErrorKind::Silent) {
        Error::internal(format!("the connection broke during a commit: {error}"))
    } else {
        Error::Database(error)
    }
}

pub(super) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Conflict(_) => true,
        Error::Database(error) => is_worth_another_try(error),
        _ => false,
    }
}

/// Whether a retry makes sense after this error.
pub(super) fn is_worth_another_try(error: &DbErr) -> bool {
    ErrorKind::of(error).is_passing()
}

/// Whether a statement failed because its table does not exist.
pub(super) fn is_missing_table(error: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(cause)) = error else {
        return false;
    };
    let Some(error) = cause.as_database_error() else {
        return false;
    };
    error.code().is_some_and(|code| code == "42P01") || error.message().starts_with("no such table")
}

/// Whether the connection, and all older ones, must be discarded after this error.
pub(super) fn means_break(error: &DbErr) -> bool {
    matches!(
        ErrorKind::of(error),
        ErrorKind::Broken | ErrorKind::Silent | ErrorKind::Standby
    )
}

/// Whether a PostgreSQL connection must be discarded after this error.
pub(super) fn ends_connection(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(
        ErrorKind::of_cause(error),
        ErrorKind::CutOff | ErrorKind::Broken | ErrorKind::Silent | ErrorKind::Standby
    ) || code.is_some_and(|code| code == TRANSACTION_TIMEOUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_determine_retries() {
        for (code, kind) in [
            ("40001", ErrorKind::Conflict),
            ("55P03", ErrorKind::TimedOut),
            ("25P03", ErrorKind::CutOff),
            ("25P04", ErrorKind::TimedOut),
            ("08P01", ErrorKind::Broken),
            ("57P03", ErrorKind::Broken),
            ("53100", ErrorKind::DiskFull),
            ("42601", ErrorKind::Other),
        ] {
            assert_eq!(postgres(code), kind, "{code}");
        }
        for (code, kind) in [
            (5, ErrorKind::Conflict),
            (517, ErrorKind::Conflict),
            (13, ErrorKind::DiskFull),
            (778, ErrorKind::NotWritten),
            (266, ErrorKind::Unreadable),
            (4874, ErrorKind::DiskFull),
            (1032, ErrorKind::FileMoved),
            (264, ErrorKind::ReadOnly),
            (2067, ErrorKind::Other),
        ] {
            assert_eq!(sqlite(code), kind, "{code}");
        }
        assert_eq!(
            ErrorKind::of(&FileMoved("team.db".to_owned()).into()),
            ErrorKind::FileMoved
        );
    }
}
