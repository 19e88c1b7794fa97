//! HTTP: the only place that knows axum. Connections, routes, sessions, limits, health, metrics and
//! the files of console and explorer.

mod client;
pub mod connections;
mod console;
mod cookie;
mod explorer;
mod files;
mod forwarded;
mod graphql;
mod health;
mod mailbox;

use crate::App;
use crate::error::Result;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use axum::middleware;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

/// All routes, with what holds for each of them. WebSockets end when `stop` is cancelled.
///
/// # Errors
/// When a template or the schema is broken.
pub fn router(app: &App, stop: &CancellationToken) -> Result<Router> {
    let timeout = app.config.request_timeout.to_std().unwrap_or_default();
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout);
    let routes = Router::new()
        .merge(health::routes(app)?)
        .merge(mailbox::routes(app)?)
        .layer(CompressionLayer::new())
        .layer(timeout)
        // Files in memory, compressed already.
        .merge(explorer::routes())
        .merge(console::routes())
        .fallback(console::not_found)
        // It keeps time by itself, and answers in GraphQL.
        .merge(graphql::routes(app, stop)?);
    // One layer for axum, so that a request's services are boxed once. The first is the outermost.
    let around = ServiceBuilder::new()
        .map_request(check_request_id)
        .layer(SetSensitiveRequestHeadersLayer::new([
            header::AUTHORIZATION,
            header::COOKIE,
        ]))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(log_response),
        )
        .layer(middleware::from_fn(health::count))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(header_layer("referrer-policy", "no-referrer"))
        .layer(header_layer("x-frame-options", "DENY"))
        .layer(header_layer("x-content-type-options", "nosniff"));
    Ok(routes.layer(around))
}

/// Takes a client's own request id off where it is longer than one has to be: it stands in each
/// line that is logged for the request.
fn check_request_id<B>(mut request: Request<B>) -> Request<B> {
    const NAME: HeaderName = HeaderName::from_static("x-request-id");
    let id = request.headers().get(NAME);
    if id.is_some_and(|id| id.len() > client::MAX_REQUEST_ID || id.to_str().is_err()) {
        request.headers_mut().remove(NAME);
    }
    request
}

fn header_layer(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

/// The span of a request. It has the path alone: a query string may hold a token.
fn span<B>(request: &Request<B>) -> Span {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!(
        "request",
        id = id.unwrap_or_default(),
        method = %request.method(),
        path = request.uri().path(),
    )
}

fn log_response<B>(response: &Response<B>, latency: std::time::Duration, _: &Span) {
    // More digits would only make the line longer.
    let milliseconds = (latency.as_secs_f64() * 10_000.0).round() / 10.0;
    tracing::info!(
        status = response.status().as_u16(),
        milliseconds,
        "answered"
    );
}
