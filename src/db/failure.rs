//! What errors of the database mean for what was tried.

use crate::error::Error;
use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};

/// SQLSTATE codes (PostgreSQL, appendix A) and SQLite result codes after which the same
/// transaction may well succeed: lost conflicts, rows that came or went meanwhile, and a primary
/// that has stopped or become a standby.
const PASSING: [&str; 11] = [
    "40001", "40P01", "23505", "23503", "25006", "57P01", "57P02", "57P03", "08006", "5", "517",
];

/// Those of them by which a server says that it is not, or no longer, the primary to talk to.
const GONE: [&str; 5] = ["25006", "57P01", "57P02", "57P03", "08006"];

/// What a failed commit means. Where the database has refused it, nothing has changed and the
/// transaction may run anew; where the connection broke, it may have been done, and running it anew
/// could do it twice.
pub(super) fn not_committed(error: DbErr) -> Error {
    let refused = code(&error).is_some_and(|code| !code.starts_with("57") && code != "08006");
    if refused {
        Error::Database(error)
    } else {
        Error::internal(format!("the connection broke during a commit: {error}"))
    }
}

pub(super) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Conflict(_) => true,
        Error::Database(error) => is_worth_another_try(error),
        _ => false,
    }
}

/// Whether trying again makes sense after this error.
pub(super) fn is_worth_another_try(error: &DbErr) -> bool {
    match cause(error) {
        Some(sqlx::Error::Database(_)) => {
            code(error).is_some_and(|code| PASSING.contains(&code.as_str()))
        }
        Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
        _ => false,
    }
}

/// Whether the connection that gave this error is of no more use, and its like neither.
pub(super) fn means_break(error: &DbErr) -> bool {
    match cause(error) {
        Some(sqlx::Error::Io(_)) => true,
        _ => code(error).is_some_and(|code| GONE.contains(&code.as_str())),
    }
}

fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// The code by which the database itself names the error.
fn code(error: &DbErr) -> Option<String> {
    match cause(error)? {
        sqlx::Error::Database(error) => Some(error.code()?.into_owned()),
        _ => None,
    }
}
