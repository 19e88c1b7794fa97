//! Automatic persisted queries: a client sends the SHA-256 of a query text instead of the text, and
//! both where the server answers that it doesn't know the hash. The protocol is the one of Apollo
//! (<https://www.apollographql.com/docs/apollo-server/performance/apq>), which urql, Relay and
//! others speak too.

use async_graphql::{Extensions, ServerError, Value};

use crate::{document_store::Hash, errors};

/// The version of the protocol.
const VERSION: u64 = 1;

/// No document has this hash, or it is not stored any more: the client sends hash and text.
const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// Another version of the protocol: the client sends texts only.
const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// The hash is not that of the text.
const PERSISTED_QUERY_HASH_MISMATCH: &str = "PERSISTED_QUERY_HASH_MISMATCH";

/// What `extensions.persistedQuery` of a request says.
#[derive(Debug)]
pub(crate) struct PersistedQuery {
    pub(crate) hash: Hash,
}

impl PersistedQuery {
    /// Reads it from the extensions of a request; `None` where it is left out or `null`.
    ///
    /// # Errors
    /// `BAD_INPUT` where it is malformed, `PERSISTED_QUERY_NOT_SUPPORTED` for another version.
    pub(crate) fn of(extensions: &Extensions) -> Result<Option<Self>, ServerError> {
        let fields = match extensions.get("persistedQuery") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err(malformed()),
        };
        match fields.get("version") {
            Some(Value::Number(version)) if version.as_u64() == Some(VERSION) => {}
            Some(Value::Number(_)) => return Err(not_supported()),
            _ => return Err(malformed()),
        }
        match fields.get("sha256Hash") {
            Some(Value::String(hex)) => {
                let hash = Hash::from_hex(hex).ok_or_else(malformed)?;
                Ok(Some(Self { hash }))
            }
            _ => Err(malformed()),
        }
    }
}

fn malformed() -> ServerError {
    let message = "`extensions.persistedQuery` must be `{ version: 1, sha256Hash: … }`, with the \
        SHA-256 of the query in 64 hexadecimal digits.";
    errors::bad_input(message, None)
}

/// Clients compare this message.
pub(crate) fn not_found() -> ServerError {
    let message = "PersistedQueryNotFound";
    errors::coded(PERSISTED_QUERY_NOT_FOUND, message, None)
}

/// Clients compare this message; the rest of the error is for people.
fn not_supported() -> ServerError {
    let message = "PersistedQueryNotSupported";
    let mut error = errors::coded(PERSISTED_QUERY_NOT_SUPPORTED, message, None);
    let extensions = error.extensions.get_or_insert_default();
    let reason = "Only version 1 of automatic persisted queries is supported.";
    extensions.set("reason", reason);
    error
}

/// Storing a text under a hash that isn't its own would give other clients a query that they did
/// not ask for.
pub(crate) fn hash_mismatch() -> ServerError {
    let message = "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`.";
    errors::coded(PERSISTED_QUERY_HASH_MISMATCH, message, None)
}
