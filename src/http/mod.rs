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
mod log;
mod mailbox;
mod parameters;
mod site;

use crate::App;
use crate::error::Result;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use axum::middleware;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

/// For a year, and for this host name only: others are not ours to decide about.
const STRICT_TRANSPORT: &str = "max-age=31536000";

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
        .fallback(console::fallback)
        // It keeps time by itself, and answers in GraphQL.
        .merge(graphql::routes(app, stop)?);
    // What HTTPS does not protect, as the answer of another server at this address, is no use to
    // browsers from then on (RFC 6797).
    let is_https = app.config.public_url().scheme() == "https";
    let only_https = is_https.then(|| header_layer("strict-transport-security", STRICT_TRANSPORT));
    let proxies = client::Proxies::of(&app.config);
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
                .make_span_with(move |request: &Request<_>| log::span(request, &proxies))
                .on_response(log::answered),
        )
        .layer(middleware::from_fn(health::count))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(header_layer("referrer-policy", "no-referrer"))
        .layer(header_layer("x-frame-options", "DENY"))
        .layer(header_layer("x-content-type-options", "nosniff"))
        // Pages have policies of their own; nothing else is one.
        .layer(header_layer(
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .option_layer(only_https);
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
