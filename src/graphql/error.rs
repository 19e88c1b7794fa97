//! The boundary between internal errors and what clients see of them.

use super::code;
use super::enums::UserErrorCode;
use super::time::DateTime;
use crate::db::ErrorKind;
use crate::error::{Error, Problem};
use crate::permissions;
use async_graphql::{ErrorExtensionValues, SimpleObject};

/// An error as clients see it. It has no `Display`, so that no resolver can bypass this boundary
/// with the text of an internal error.
#[derive(Debug)]
pub struct ApiError(Error);

/// The result type of resolvers.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> ApiError {
        ApiError(error.into())
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(ApiError(error): ApiError) -> async_graphql::Error {
        let mut extensions = ErrorExtensionValues::default();
        let (code, message) = match error {
            Error::Unauthenticated => (code::UNAUTHENTICATED, "Sign in first.".to_owned()),
            Error::Forbidden(permission) => {
                extensions.set("permission", permission.code());
                let holders = permissions::holders(permission);
                (
                    code::FORBIDDEN,
                    format!("This requires {} ({holders}).", permission.code()),
                )
            }
            Error::Denied(message) => (code::FORBIDDEN, message),
            Error::NotFound(what) => (code::NOT_FOUND, format!("There is no such {what}.")),
            Error::RateLimited(at) => {
                extensions.set(
                    "retryAt",
                    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                );
                (
                    code::RATE_LIMITED,
                    "Too many attempts. Wait until `retryAt` and try again.".to_owned(),
                )
            }
            Error::BadInput { field, message } => {
                extensions.set("field", field);
                (code::BAD_INPUT, message)
            }
            Error::Refused(problems) => {
                let messages: Vec<_> = problems
                    .into_iter()
                    .map(|problem| problem.message)
                    .collect();
                (code::BAD_INPUT, messages.join(" "))
            }
            Error::Database(_) | Error::Conflict(_) | Error::Internal(_) | Error::Failed(_) => {
                log(&error);
                let (code, message) = of_the_server(&error);
                (code, message.to_owned())
            }
        };
        extensions.set("code", code);
        let mut shown = async_graphql::Error::new(message);
        shown.extensions = Some(extensions);
        shown
    }
}

/// Logs a server error, with the operation and the step that failed.
fn log(error: &Error) {
    let Error::Failed(failure) = error else {
        tracing::error!(%error, "a request failed");
        return;
    };
    let workspaces = &failure.workspace_ids;
    tracing::error!(
        operation = failure.operation,
        step = failure.step,
        workspaces = (!workspaces.is_empty()).then(|| tracing::field::debug(workspaces)),
        error = %failure.error,
        "a request failed"
    );
}

/// Returns the code and message of a server error: whether nothing was changed for certain, and
/// whether a retry can help.
pub fn of_the_server(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Failed(failure) => of_the_server(&failure.error),
        Error::Database(error) if ErrorKind::of(error).prevents_saving() => {
            (code::CANNOT_SAVE, CANNOT_SAVE)
        }
        Error::Database(error) if ErrorKind::of(error).is_outage() => {
            (code::UNAVAILABLE, UNAVAILABLE)
        }
        _ => (code::INTERNAL, INTERNAL),
    }
}

/// Shown if the database rejects writes.
const CANNOT_SAVE: &str =
    "The server cannot save changes right now. Nothing was changed; try again later.";

/// Shown if the database does not respond.
const UNAVAILABLE: &str =
    "The server cannot reach its database right now. Nothing was changed; try again in a moment.";

/// Shown for all other server errors.
pub const INTERNAL: &str =
    "Something went wrong on our side. Try again. If the problem persists, report the request ID.";

/// An error that a form can show next to the field that caused it. Nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// A machine-readable code.
    code: UserErrorCode,
    /// A message for people: what went wrong and how to fix it.
    message: String,
    /// The path into the mutation's `input`, such as `["invitees", "2", "email"]`. Empty if the
    /// error does not concern a single field.
    field: Vec<String>,
    /// When to retry, if waiting helps.
    retry_at: Option<DateTime>,
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> UserError {
        UserError {
            code: problem.code.into(),
            message: problem.message,
            field: problem.field,
            retry_at: problem.retry_at.map(DateTime),
        }
    }
}

/// Splits the result of a domain function into its value and the errors that a form can show.
pub fn split_user_errors<T>(
    outcome: crate::error::Result<T>,
) -> Result<(Option<T>, Vec<UserError>)> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Refused(problems)) => {
            Ok((None, problems.into_iter().map(UserError::from).collect()))
        }
        Err(error) => Err(ApiError(error)),
    }
}
