//! Requests refused before execution, with responses in the shape of GraphQL.

use async_graphql::ServerError;
use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};

use crate::graphql::code;
use async_graphql_hardened::{Reply, errors};

/// The reason and status of a refused request.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    allow: Option<&'static str>,
    /// The value of `Retry-After`, in seconds.
    retry_after: Option<u16>,
    request_id: Option<String>,
}

impl Refusal {
    /// Creates a refusal whose `extensions.code` is `code`.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            allow: None,
            retry_after: None,
            request_id: None,
        }
    }

    /// A server error with code `INTERNAL`. The log contains its cause and request ID.
    pub fn internal(status: StatusCode, message: &str, request_id: &str) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            ..Self::new(status, code::INTERNAL, message)
        }
    }

    /// A server error with a more specific code than [`Refusal::internal`].
    pub fn failed(code: &'static str, message: &str, request_id: &str) -> Self {
        Self {
            code,
            ..Self::internal(StatusCode::SERVICE_UNAVAILABLE, message, request_id)
        }
    }

    /// Sets `Retry-After`, in seconds (RFC 9110, section 10.2.3).
    pub fn retry_after(self, seconds: u16) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// A client error with code `BAD_INPUT`.
    pub fn bad_input(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, code::BAD_INPUT, message)
    }

    /// An unsupported method; `allow` lists the supported ones (RFC 9110, section 15.5.6).
    pub fn method_not_allowed(message: &str, allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::bad_input(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }
}

/// Converts the error for transports without status codes.
impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let mut error = errors::coded(refusal.code, refusal.message, None);
        if let Some(request_id) = refusal.request_id {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("requestId", request_id);
        }
        error
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, allow, retry_after) = (self.status, self.allow, self.retry_after);
        let mut response = (status, Json(Reply::from(ServerError::from(self)))).into_response();
        if let Some(allow) = allow {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
