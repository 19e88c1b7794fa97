//! The codes in `extensions.code` of errors, beside those of [`Problem`](crate::error::Problem)s.

pub use async_graphql_hardened::errors::{BAD_INPUT, INTERNAL};

/// Nobody is signed in, or the session has ended.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// There is no such object, or the viewer may not know that there is.
pub const NOT_FOUND: &str = "NOT_FOUND";
/// The viewer lacks the permission, or the request comes from an origin that may not send it.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// Too many attempts, or too many operations at once.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// The database accepts no changes for now. Nothing was changed.
pub const CANNOT_SAVE: &str = "CANNOT_SAVE";
/// The database does not answer, or too many operations are waiting. Nothing was changed.
pub const UNAVAILABLE: &str = "UNAVAILABLE";
