//! Requests that are refused before they are GraphQL, answered in the shape of GraphQL.

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

/// Why a request gets no answer, with the status that says so.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    allow: Option<&'static str>,
    /// Seconds.
    retry_after: Option<u16>,
    request_id: Option<String>,
}

impl Refusal {
    /// A refusal whose `extensions.code` is `code`.
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

    /// A fault of the server, code `INTERNAL`, whose cause stands in the log beside the request's
    /// id.
    pub fn internal(status: StatusCode, message: &str, request_id: &str) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            ..Self::new(status, code::INTERNAL, message)
        }
    }

    /// A failure of the server, with a code that says more than [`Refusal::internal`].
    pub fn failed(code: &'static str, message: &str, request_id: &str) -> Self {
        Self {
            code,
            ..Self::internal(StatusCode::SERVICE_UNAVAILABLE, message, request_id)
        }
    }

    /// The same, with the time after which the client may try again, in seconds (RFC 9110, section
    /// 10.2.3).
    pub fn retry_after(self, seconds: u16) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// A request that the client has to make differently, code `BAD_INPUT`.
    pub fn bad_input(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, code::BAD_INPUT, message)
    }

    /// A request with a method that can't be used for it; `allow` lists those that can (RFC 9110,
    /// section 15.5.6).
    pub fn method_not_allowed(message: &str, allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::bad_input(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }
}

/// The error alone, for transports without status codes.
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
