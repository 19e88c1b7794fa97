//! Error codes (`extensions.code`) other than those of [`Problem`](crate::error::Problem)s.

pub use async_graphql_hardened::errors::{BAD_INPUT, INTERNAL};

/// The request has no session, or the session has ended.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// The object does not exist, or the viewer may not see it.
pub const NOT_FOUND: &str = "NOT_FOUND";
/// The viewer lacks the permission, or the request's origin is not allowed.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// Too many attempts or concurrent operations.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// The database rejects writes for now. Nothing was changed.
pub const CANNOT_SAVE: &str = "CANNOT_SAVE";
/// The database does not respond, or too many operations are waiting. Nothing was changed.
pub const UNAVAILABLE: &str = "UNAVAILABLE";
