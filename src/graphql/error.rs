//! The one boundary between what goes wrong inside and what clients hear of it.

use super::code;
use super::enums::UserErrorCode;
use super::time::DateTime;
use crate::db::Kind;
use crate::error::{Error, Problem};
use crate::permissions;
use async_graphql::{ErrorExtensionValues, SimpleObject};

/// A failure on its way to the client. It has no `Display`, so that no resolver can send the text
/// of an error past this boundary.
#[derive(Debug)]
pub struct ApiError(Error);

/// What resolvers return.
pub type Result<T> = std::result::Result<T, ApiError>;

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
                    format!("This needs {}, which {holders} has.", permission.code()),
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
            Error::Database(_) | Error::Conflict(_) | Error::Internal(_) => {
                tracing::error!(%error, "a request failed");
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

/// Code and message of a failure that is no fault of the client: whether it is known that nothing
/// was changed, and whether trying again helps.
pub fn of_the_server(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Database(error) if Kind::of(error).prevents_saving() => {
            (code::CANNOT_SAVE, CANNOT_SAVE)
        }
        Error::Database(error) if Kind::of(error).is_outage() => (code::UNAVAILABLE, UNAVAILABLE),
        _ => (code::INTERNAL, INTERNAL),
    }
}

/// What clients hear where the database takes no changes.
const CANNOT_SAVE: &str =
    "The server cannot save changes right now. Nothing was changed; try again later.";

/// What clients hear where the database does not answer.
const UNAVAILABLE: &str =
    "The server cannot reach its database right now. Nothing was changed; try again in a moment.";

/// What clients hear of failures that are nobody's fault outside.
pub const INTERNAL: &str =
    "Something went wrong on our side. Try again; if it stays, report the request id.";

/// Something that a form can show beside the field it is about. Nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What went wrong, for programs.
    code: UserErrorCode,
    /// What went wrong and what to do, for people.
    message: String,
    /// The path into the mutation's `input`, such as `["invitees", "2", "email"]`; empty where no
    /// single field is to blame.
    field: Vec<String>,
    /// When to try again, where waiting helps.
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

/// Splits what a verb returned into its value and what a form can show.
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
