//! The pages that links lead to, as long as the console is not built in: they say what the link is
//! for and open the explorer with the right operation filled in.

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/` and the paths of the links in mails and logs. Opening one (GET, HEAD) uses up nothing: the
/// token stands behind `#`, which browsers do not send.
pub fn routes() -> Router {
    let mut routes = Router::new()
        .route(
            "/pages/link.js",
            get(|| {
                asset(
                    "text/javascript; charset=utf-8",
                    include_str!("pages/link.js"),
                )
            }),
        )
        .route(
            "/pages/link.css",
            get(|| asset("text/css; charset=utf-8", include_str!("pages/link.css"))),
        );
    for path in ["/", "/setup", "/accept-invitation", "/reset-password"] {
        routes = routes.route(path, get(page));
    }
    routes
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Html(include_str!("pages/link.html"))).into_response()
}

async fn asset(media_type: &'static str, text: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
        .into_response()
}
