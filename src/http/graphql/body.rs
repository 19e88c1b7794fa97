//! GraphQL requests in HTTP (GraphQL over HTTP, section 4).

use async_graphql::{Extensions, Request, Variables};
use axum::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;

use super::{media_type::is_utf8, refusal::Refusal};
use crate::http::parameters::parameters;

/// The parameters of a request (section 4.1).
#[derive(Debug, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Parameters {
    /// The query; empty if an extension identifies it.
    query: String,
    operation_name: Option<String>,
    variables: Variables,
    extensions: Extensions,
}

/// The serialized parameters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    query: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    extensions: Option<Extensions>,
}

impl TryFrom<Fields> for Parameters {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let extensions = fields.extensions.unwrap_or_default();
        let query = match fields.query {
            Some(query) => query,
            None if extensions.contains_key("persistedQuery") => String::new(),
            None => return Err("missing field `query`"),
        };
        Ok(Self {
            query,
            operation_name: fields.operation_name,
            variables: fields.variables,
            extensions,
        })
    }
}

/// The parameters of a GET request (section 4.2). Maps are encoded as JSON in the URL.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UrlParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl From<Parameters> for Request {
    fn from(parameters: Parameters) -> Self {
        let mut request = Self::new(parameters.query).variables(parameters.variables);
        request.operation_name = parameters.operation_name;
        request.extensions = parameters.extensions;
        request
    }
}

impl Parameters {
    /// Parses the body of a POST request.
    ///
    /// # Errors
    /// 400 if the body is not JSON or not a single GraphQL request.
    pub fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(malformed(
                "batches are not supported: send one request at a time",
            ));
        }
        serde_json::from_slice(body).map_err(malformed)
    }
}

impl TryFrom<UrlParameters> for Parameters {
    type Error = Refusal;

    fn try_from(parameters: UrlParameters) -> Result<Self, Refusal> {
        let fields = Fields {
            query: parameters.query,
            operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
            variables: map(parameters.variables)?.unwrap_or_default(),
            extensions: map(parameters.extensions)?,
        };
        fields.try_into().map_err(malformed)
    }
}

fn map<T: for<'de> Deserialize<'de>>(json: Option<String>) -> Result<Option<T>, Refusal> {
    match json.filter(|json| !json.is_empty()) {
        Some(json) => serde_json::from_str(&json).map_err(malformed),
        None => Ok(None),
    }
}

fn malformed(problem: impl std::fmt::Display) -> Refusal {
    let message = format!("This is not a GraphQL request: {problem}.");
    Refusal::bad_input(StatusCode::BAD_REQUEST, message)
}

/// Requires JSON in UTF-8. Content that a form on another site can send without a preflight request
/// (text, forms, multipart) must never run.
///
/// # Errors
/// 415 for other content types.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let (essence, mut parameters) = parameters(content_type.unwrap_or_default());
    let is_json = essence.eq_ignore_ascii_case("application/json");
    let charset_fits =
        parameters.all(|(name, value)| !name.eq_ignore_ascii_case("charset") || is_utf8(&value));
    if is_json && charset_fits {
        return Ok(());
    }
    let message = "Send the request as application/json in UTF-8.";
    Err(Refusal::bad_input(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        message,
    ))
}
