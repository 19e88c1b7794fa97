//! The error type of operations. `graphql::error` defines how clients see it.

use crate::permissions::Permission;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

/// The result of an operation. Any operation can fail with `Error::Database`, so doc comments list
/// only other errors.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No user is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// The viewer belongs to the workspace, but their role does not have the permission.
    #[error("{} is needed", .0.code())]
    Forbidden(Permission),
    /// Not allowed for a reason other than the role, such as a setting.
    #[error("{0}")]
    Denied(String),
    /// The ID does not exist, or not for this viewer: both look the same.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Too many attempts. Contains the time of the next allowed one.
    #[error("too many attempts")]
    RateLimited(DateTime<Utc>),
    /// Input that a correct client does not send, such as an ID of another type or an invalid
    /// cursor.
    #[error("{message}")]
    BadInput {
        /// The argument or input field.
        field: String,
        /// What is wrong with it, and what to do.
        message: String,
    },
    /// Problems that a form can show. Nothing was changed.
    #[error("refused: {0:?}")]
    Refused(Vec<Problem>),
    /// A database error.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// A conflict with another transaction; this one is run again.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Any other error, which is not caused by the client.
    #[error("{0}")]
    Internal(String),
    /// One of the last three, with the operation that failed.
    #[error(transparent)]
    Failed(Box<Failure>),
}

/// A server error in an operation, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed at {}: {error}", .step.as_deref().unwrap_or("no statement"))]
pub struct Failure {
    /// The operation; if it has a kind in the audit log, the code of this kind.
    pub operation: &'static str,
    /// What the statement that failed does to which table, such as `INSERT INTO outbox`.
    pub step: Option<String>,
    /// The workspaces of the operation, if they are known.
    pub workspace_ids: Vec<Uuid>,
    pub error: Error,
}

/// A problem that the user can fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What went wrong, for programs.
    pub code: ProblemCode,
    /// What went wrong and what to do, for users.
    pub message: String,
    /// The path into the mutation's input.
    pub field: Vec<String>,
    /// When to try again, if waiting helps.
    pub retry_at: Option<DateTime<Utc>>,
}

/// The kinds of problems that a form can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    EmailInvalid,
    NameInvalid,
    PasswordTooShort,
    PasswordTooLong,
    PasswordGuessable,
    CredentialsInvalid,
    TooMany,
    ValueInvalid,
    TokenUnknown,
    TokenExpired,
    TokenUsed,
    TokenDeclined,
    TokenRevoked,
    TokenReplaced,
    AccountExists,
    PasswordRequired,
    Cooldown,
    MailCapReached,
    InvitationCapReached,
    WorkspaceCapReached,
    PreviewCapReached,
    LastAdmin,
    NotActive,
    InvitationEnded,
    DomainNotAllowed,
}

impl Problem {
    /// Creates a problem with one field of the input.
    pub fn new(code: ProblemCode, field: &[&str], message: impl Into<String>) -> Problem {
        Problem {
            code,
            message: message.into(),
            field: field.iter().map(|part| (*part).to_owned()).collect(),
            retry_at: None,
        }
    }

    /// Prepends a path, for an input that contains this one's as a part.
    pub fn within(mut self, path: &[&str]) -> Problem {
        let outer = path.iter().map(|part| (*part).to_owned());
        self.field = outer.chain(std::mem::take(&mut self.field)).collect();
        self
    }

    /// Sets the time of the next allowed attempt.
    pub fn retry_at(mut self, at: DateTime<Utc>) -> Problem {
        self.retry_at = Some(at);
        self
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        Error::Refused(vec![problem])
    }
}

impl Error {
    /// Creates an internal error. Clients see only a request ID.
    pub fn internal(cause: impl std::fmt::Display) -> Error {
        Error::Internal(cause.to_string())
    }

    /// Adds to a server error the operation and the step that failed.
    pub fn during(self, operation: &'static str, step: Option<String>) -> Error {
        match self {
            Error::Database(_) | Error::Conflict(_) | Error::Internal(_) => {
                Error::Failed(Box::new(Failure {
                    operation,
                    step,
                    workspace_ids: Vec::new(),
                    error: self,
                }))
            }
            other => other,
        }
    }

    /// Adds to a failed operation the workspaces that it concerned.
    pub fn in_workspaces(mut self, workspace_ids: &[Uuid]) -> Error {
        if let Error::Failed(failure) = &mut self {
            failure.workspace_ids = workspace_ids.to_vec();
        }
        self
    }

    /// Creates an error for an argument or input field that a correct client does not send.
    pub fn bad_input(field: &str, message: impl Into<String>) -> Error {
        Error::BadInput {
            field: field.to_owned(),
            message: message.into(),
        }
    }
}
