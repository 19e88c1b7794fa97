//! One error type for everything that can go wrong between a request and its answer. How it is
//! shown to clients is decided in one place, `graphql::error`.

use crate::permissions::Permission;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

/// A result of this crate's verbs.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a verb did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// The viewer belongs to the workspace, but their role does not hold the permission.
    #[error("{} is needed", .0.code())]
    Forbidden(Permission),
    /// A right that no role grants, or a setting that takes it away.
    #[error("{0}")]
    Denied(String),
    /// What an id names does not exist, or not for this viewer: both look the same.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Too many attempts; when the next one is taken.
    #[error("too many attempts")]
    RateLimited(DateTime<Utc>),
    /// Input that no form produces: an id of another type, a cursor made up.
    #[error("{message}")]
    BadInput {
        /// The argument or input field.
        field: String,
        /// What is wrong with it and what to do.
        message: String,
    },
    /// What a form can show: nothing was changed.
    #[error("refused: {0:?}")]
    Refused(Vec<Problem>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// Another transaction was faster; this one is run again.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Anything else that is nobody's fault outside.
    #[error("{0}")]
    Internal(String),
}

/// One thing that a person can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What went wrong, for programs.
    pub code: ProblemCode,
    /// What went wrong and what to do, for people.
    pub message: String,
    /// The path into the mutation's input.
    pub field: Vec<String>,
    /// When to try again, where waiting helps.
    pub retry_at: Option<DateTime<Utc>>,
}

/// The kinds of problem that a form can show.
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
    /// A problem with one field of the input.
    pub fn new(code: ProblemCode, field: &[&str], message: impl Into<String>) -> Problem {
        Problem {
            code,
            message: message.into(),
            field: field.iter().map(|part| (*part).to_owned()).collect(),
            retry_at: None,
        }
    }

    /// The same problem, seen from an input that holds this one's as a part.
    pub fn within(mut self, path: &[&str]) -> Problem {
        let outer = path.iter().map(|part| (*part).to_owned());
        self.field = outer.chain(std::mem::take(&mut self.field)).collect();
        self
    }

    /// The same problem, with the time from which on another attempt is taken.
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
    /// For failures that clients hear nothing about but a request id.
    pub fn internal(cause: impl std::fmt::Display) -> Error {
        Error::Internal(cause.to_string())
    }

    /// For an argument or input field that a correct client does not send.
    pub fn bad_input(field: &str, message: impl Into<String>) -> Error {
        Error::BadInput {
            field: field.to_owned(),
            message: message.into(),
        }
    }
}
