//! The `extensions.code` of every GraphQL error, and what a client may read of it.

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError};

use super::cost::CostError;

/// The document, its variables or an argument is wrong: the client has to send something else.
pub const BAD_INPUT: &str = "BAD_INPUT";
/// The query passes a limit.
pub const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
/// The viewer may not do this, or not from where the request comes.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// Too much at once.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// The database takes no changes for now; nothing was changed.
pub const CANNOT_SAVE: &str = "CANNOT_SAVE";
/// The database does not answer, or too much is waiting already; nothing was changed.
pub const UNAVAILABLE: &str = "UNAVAILABLE";
/// The server failed; the cause stands in its log only.
pub const INTERNAL: &str = "INTERNAL";

/// A document can be wrong in as many places as it has tokens, and each is told with a sentence.
const MAX_REQUEST_ERRORS: usize = 20;

/// How the library's own refusals of a query that passes a limit begin.
const LIMIT_MESSAGES: [&str; 3] = [
    "The recursion depth of the query",
    "The number of directives on the field",
    "recursion limit exceeded",
];

/// How the library's own refusals of an argument begin.
const INPUT_MESSAGES: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// An error with a code.
pub fn coded(code: &str, message: impl Into<String>, position: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, position);
    set_code(&mut error, code);
    error
}

/// An error with the code [`BAD_INPUT`].
pub fn bad_input(message: impl Into<String>, position: Option<Pos>) -> ServerError {
    coded(BAD_INPUT, message, position)
}

/// An error with the code [`QUERY_TOO_COMPLEX`].
pub fn too_complex(message: impl Into<String>) -> ServerError {
    coded(QUERY_TOO_COMPLEX, message, None)
}

/// An error with the code [`QUERY_TOO_COMPLEX`], and the numbers for programs.
pub(super) fn too_dear(problem: CostError) -> ServerError {
    let mut error = too_complex(problem.to_string());
    if let CostError::Cost { cost, limit } = problem {
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("cost", cost);
        extensions.set("limit", limit);
    }
    error
}

/// Whether errors are those of a request that never ran: about the document or its variables, not
/// about a field (specification, section 7.1.6).
pub(super) fn are_request_errors(response: &Response) -> bool {
    !response.errors.is_empty()
        && response.data == async_graphql::Value::Null
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Gives each error of a request that never ran its code, and leaves out those that nobody reads.
pub(super) fn finish_request_errors(errors: &mut Vec<ServerError>) {
    errors.truncate(MAX_REQUEST_ERRORS);
    for error in errors {
        let code = if starts_with_any(error, &LIMIT_MESSAGES) {
            QUERY_TOO_COMPLEX
        } else {
            BAD_INPUT
        };
        if !has_code(error) {
            set_code(error, code);
        }
    }
}

/// Gives each error of a field its code. What has none and is not about an argument is a fault of
/// the server: its cause is logged, and the client gets a neutral sentence with the request's id.
pub(super) fn finish_field_errors(errors: &mut [ServerError], request_id: &str) {
    for error in errors {
        if has_code(error) {
            add_request_id(error, request_id);
            continue;
        }
        if error.source.is_none() && starts_with_any(error, &INPUT_MESSAGES) {
            set_code(error, BAD_INPUT);
            continue;
        }
        tracing::error!(request_id, path = ?error.path, cause = %error.message, "resolver failed");
        error.message = "Something went wrong on the server.".to_owned();
        error.source = None;
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", INTERNAL);
        extensions.set("requestId", request_id);
        error.extensions = Some(extensions);
    }
}

/// Tells the client what to report, where the fault is ours.
pub fn add_request_id(error: &mut ServerError, request_id: &str) {
    let extensions = error.extensions.get_or_insert_default();
    let ours = [INTERNAL, UNAVAILABLE, CANNOT_SAVE].map(async_graphql::Value::from);
    if extensions
        .get("code")
        .is_some_and(|code| ours.contains(code))
    {
        extensions.set("requestId", request_id);
    }
}

fn has_code(error: &ServerError) -> bool {
    let extensions = error.extensions.as_ref();
    extensions.is_some_and(|values| values.get("code").is_some())
}

fn set_code(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code);
}

fn starts_with_any(error: &ServerError, beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .any(|beginning| error.message.starts_with(beginning))
}
