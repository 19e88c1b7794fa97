//! Automatic persisted queries: a client sends the SHA-256 of a query text instead of the text, and
//! both if the server does not know the hash. This is Apollo's protocol
//! (<https://www.apollographql.com/docs/apollo-server/performance/apq>), which urql, Relay, and
//! others support.

use async_graphql::{Extensions, ServerError, Value};

use crate::{document_store::Hash, errors};

/// The version of the protocol.
const VERSION: u64 = 1;

/// No stored document has this hash: the client sends hash and text.
const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// The protocol version is not supported: the client sends only texts.
const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// The hash does not match the text.
const PERSISTED_QUERY_HASH_MISMATCH: &str = "PERSISTED_QUERY_HASH_MISMATCH";

/// The `extensions.persistedQuery` of a request.
#[derive(Debug)]
pub(crate) struct PersistedQuery {
    pub(crate) hash: Hash,
}

impl PersistedQuery {
    /// Parses the extensions of a request. Returns `None` if the extension is omitted or `null`.
    ///
    /// # Errors
    /// `BAD_INPUT` if it is malformed, `PERSISTED_QUERY_NOT_SUPPORTED` for another version.
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

/// Storing a text under another text's hash would make other clients execute the wrong query.
pub(crate) fn hash_mismatch() -> ServerError {
    let message = "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`.";
    errors::coded(PERSISTED_QUERY_HASH_MISMATCH, message, None)
}
