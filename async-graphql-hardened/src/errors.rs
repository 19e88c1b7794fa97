//! Error codes, and constructors of errors with a code.
//!
//! Every error of a [`Reply`](crate::Reply) has an `extensions.code`: the one that its resolver
//! set, or one of those below.

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError};

use crate::{Options, operation_cost::CostError};

/// The document, a variable, or an argument is invalid. Retrying does not help.
pub const BAD_INPUT: &str = "BAD_INPUT";
/// The query exceeds a limit.
pub const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
/// The server failed; only its log contains the cause.
pub const INTERNAL: &str = "INTERNAL";

/// The maximum number of request errors, since a document can have an error at each token.
const MAX_REQUEST_ERRORS: usize = 20;

/// The beginnings of async-graphql's messages about exceeded limits.
const LIMIT_MESSAGES: [&str; 3] = [
    "The recursion depth of the query",
    "The number of directives on the field",
    "recursion limit exceeded",
];

/// The beginnings of async-graphql's messages about invalid arguments.
const INPUT_MESSAGES: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// Creates an error with a code.
pub fn coded(code: &str, message: impl Into<String>, position: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, position);
    set_code(&mut error, code);
    error
}

/// Creates an error with the code [`BAD_INPUT`].
pub fn bad_input(message: impl Into<String>, position: Option<Pos>) -> ServerError {
    coded(BAD_INPUT, message, position)
}

/// Creates an error with the code [`QUERY_TOO_COMPLEX`].
pub fn too_complex(message: impl Into<String>) -> ServerError {
    coded(QUERY_TOO_COMPLEX, message, None)
}

/// Creates an error with the code [`QUERY_TOO_COMPLEX`] and the numbers in its extensions.
pub(crate) fn over_budget(problem: CostError) -> ServerError {
    let mut error = too_complex(problem.to_string());
    if let CostError::Cost { cost, limit } = problem {
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("cost", cost);
        extensions.set("limit", limit);
    }
    error
}

/// Whether the errors are request errors, which concern the document or its variables and not a
/// field (specification, section 7.1.6).
pub(crate) fn are_request_errors(response: &Response) -> bool {
    !response.errors.is_empty()
        && response.data == async_graphql::Value::Null
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Sets the code of each request error, and truncates long lists.
pub(crate) fn finish_request_errors(errors: &mut Vec<ServerError>) {
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

/// Sets the code of each field error. An error without a code that does not concern an argument is
/// an internal error: its cause is logged, and the client gets a generic message and the request
/// ID.
pub(crate) fn finish_field_errors(errors: &mut [ServerError], request_id: &str, options: &Options) {
    for error in errors {
        if has_code(error) {
            if has_one_of(error, options.server_codes) {
                let extensions = error.extensions.get_or_insert_default();
                extensions.set("requestId", request_id);
            }
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

fn has_code(error: &ServerError) -> bool {
    let extensions = error.extensions.as_ref();
    extensions.is_some_and(|values| values.get("code").is_some())
}

fn has_one_of(error: &ServerError, codes: &[&str]) -> bool {
    let code = error
        .extensions
        .as_ref()
        .and_then(|values| values.get("code"));
    matches!(code, Some(async_graphql::Value::String(code)) if codes.contains(&code.as_str()))
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
