//! The console: a single-page app, served from embedded files. All its pages are one HTML file; the
//! app chooses the page by the path.

use super::files::{File, Files};
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use percent_encoding::percent_decode_str;

static CONSOLE: Files = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// Allows content from this origin only, and no inline scripts or `eval`. Forms are submitted by
/// scripts, so form submissions are blocked.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The paths of the app's pages, including those that emails and logs link to.
const PAGES: [&str; 8] = [
    "/",
    "/sign-in",
    "/forgot-password",
    "/setup",
    "/accept-invitation",
    "/reset-password",
    "/account",
    "/w/{*rest}",
];

/// The paths linked from emails and logs, with a token after `#`.
const LINKED: [&str; 3] = ["/setup", "/accept-invitation", "/reset-password"];

/// Returns the routes of the pages and their assets. Opening a page (GET, HEAD) does not use up a
/// link: the token follows `#`, which browsers do not send.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut routes = Router::new().route("/assets/{*name}", get(file));
    for path in PAGES {
        routes = routes.route(path, get(page));
    }
    // Icons and other files with fixed names.
    for file_at_root in CONSOLE.others.iter().filter(|file| !file.is_asset()) {
        routes = routes.route(file_at_root.path, get(file));
    }
    routes
}

async fn page(request: HeaderMap) -> Response {
    with_policies(CONSOLE.page.answer(&request))
}

async fn file(method: Method, uri: Uri, request: HeaderMap) -> Response {
    match CONSOLE.find(uri.path()) {
        Some(file) => file.answer(&request),
        None => not_found(method, request).await,
    }
}

fn with_policies(page: Response) -> Response {
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY.as_str(),
            CONTENT_SECURITY_POLICY,
        ),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    (headers, page).into_response()
}

/// Handles unknown paths: links that a mail gateway has rewritten show their page, everything else
/// is not found.
pub async fn fallback(method: Method, uri: Uri, request: HeaderMap) -> Response {
    if matches!(method, Method::GET | Method::HEAD) && holds_token(uri.path()) {
        // The app also finds the token in the path.
        return page(request).await;
    }
    not_found(method, request).await
}

/// Returns whether a mail gateway has moved the token of a link into the path by percent-encoding
/// the `#`, once or twice: `/accept-invitation%23token=…`.
fn holds_token(path: &str) -> bool {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = decode(&decode(path));
    let mut rests = LINKED.iter().filter_map(|page| path.strip_prefix(page));
    rests.any(|rest| {
        let rest = rest.trim_start_matches('/');
        rest.trim_start_matches('#').starts_with("token=")
    })
}

/// Responds with 404: to browsers with the app, which shows a "not found" page; to programs, and to
/// the app when it requests a file of an earlier version, with a line of text.
pub async fn not_found(method: Method, request: HeaderMap) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept, accept-encoding"),
    ];
    let content = if matches!(method, Method::GET | Method::HEAD) && wants_html(&request) {
        with_policies(CONSOLE.page.content(&request))
    } else {
        let text = "There is nothing at this address. The API is at /graphql, its explorer at \
            /graphiql.\n";
        text.into_response()
    };
    (StatusCode::NOT_FOUND, headers, content).into_response()
}

fn wants_html(request: &HeaderMap) -> bool {
    let accept = request.get_all(header::ACCEPT).iter();
    let mut accept = accept.filter_map(|value| value.to_str().ok());
    accept.any(|value| value.to_ascii_lowercase().contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_changed_by_gateways_are_recognized() {
        for path in [
            "/accept-invitation%23token=abc",
            "/accept-invitation%2523token%253Dabc",
            "/accept-invitation/%23token=abc",
            "/reset-password%23token=abc",
            "/setup/token=abc",
        ] {
            assert!(holds_token(path), "{path}");
        }
        for path in [
            "/accept-invitation",
            "/accept-invitation/",
            "/accept-invitations%23token=abc",
            "/w/acme%23token=abc",
            "/%23token=abc",
        ] {
            assert!(!holds_token(path), "{path}");
        }
    }
}
