//! Cross-origin access for pages of the allowed origins (Fetch standard, "CORS protocol").

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::CorsLayer;
use url::Url;

/// How long browsers may cache a preflight response: Chromium's maximum.
const MAX_AGE: Duration = Duration::from_secs(7200);

/// Additional request headers that clients send automatically: tracing clients (W3C Trace Context
/// and Baggage, B3, Jaeger, Sentry, Datadog, New Relic, Elastic) and GraphQL clients that identify
/// themselves and their operations.
const FROM_CLIENTS: [&str; 28] = [
    "accept",
    "apollo-client-name",
    "apollo-client-version",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "b3",
    "baggage",
    "elastic-apm-traceparent",
    "graphql-require-preflight",
    "newrelic",
    "sentry-trace",
    "traceparent",
    "tracestate",
    "uber-trace-id",
    "x-apollo-operation-id",
    "x-apollo-operation-name",
    "x-b3-flags",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-datadog-origin",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-trace-id",
    "x-graphql-client-name",
    "x-request-id",
];

/// Additional response headers that pages may read.
const TO_CLIENTS: [HeaderName; 2] = [HeaderName::from_static("x-request-id"), header::RETRY_AFTER];

/// Returns the layer that allows pages of the allowed origins to use the API.
pub fn cors(allowed: &[Url]) -> CorsLayer {
    let origins = allowed.iter().map(|url| url.origin().ascii_serialization());
    let from_clients = FROM_CLIENTS.into_iter().map(HeaderName::from_static);
    let headers = [header::AUTHORIZATION, header::CONTENT_TYPE]
        .into_iter()
        .chain(from_clients);
    CorsLayer::new()
        .allow_origin(
            origins
                .filter_map(|origin| HeaderValue::from_str(&origin).ok())
                .collect::<Vec<_>>(),
        )
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers.collect::<Vec<_>>())
        .allow_credentials(true)
        .expose_headers(TO_CLIENTS)
        .max_age(MAX_AGE)
}
