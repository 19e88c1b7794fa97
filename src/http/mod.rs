//! HTTP: connections, routes, sessions, limits, health, metrics and the files of console and
//! explorer. The only module that depends on axum.

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

/// One year, for this host name only.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Returns the router with all routes and middleware. WebSockets end when `stop` is canceled.
///
/// # Errors
/// Fails if a template or the schema is invalid.
pub fn router(app: &App, stop: &CancellationToken) -> Result<Router> {
    let timeout = app.config.request_timeout.to_std().unwrap_or_default();
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout);
    let routes = Router::new()
        .merge(health::routes(app)?)
        .merge(mailbox::routes(app)?)
        .layer(CompressionLayer::new())
        .layer(timeout)
        // Embedded files are already compressed.
        .merge(explorer::routes())
        .merge(console::routes())
        .fallback(console::fallback)
        // GraphQL has its own timeouts and error responses.
        .merge(graphql::routes(app, stop)?);
    // Makes browsers reject this host without HTTPS (RFC 6797).
    let is_https = app.config.public_url().scheme() == "https";
    let only_https = is_https.then(|| header_layer("strict-transport-security", STRICT_TRANSPORT));
    let proxies = client::Proxies::of(&app.config);
    // A single layer, so that axum boxes the services of a request once. The first is the
    // outermost.
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
        // Pages set their own policies; other responses load nothing.
        .layer(header_layer(
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .option_layer(only_https);
    Ok(routes.layer(around))
}

/// Removes a request ID sent by the client if it is too long or not ASCII: it appears in each log
/// line of the request.
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
