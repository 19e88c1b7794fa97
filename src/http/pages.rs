//! The pages for people without a client of their own: signing in at `/`, and what the links in
//! mails and logs lead to. Each asks the API like any other client.

use crate::error::{Error, Result};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::Html;
use axum::routing::get;
use minijinja::Environment;

/// Everything from this origin only. The forms are sent by scripts, so no form may go anywhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

const LAYOUT: &str = include_str!("pages/layout.html");

/// Path and template.
const PAGES: [(&str, &str); 4] = [
    ("/", include_str!("pages/home.html")),
    ("/setup", include_str!("pages/set_up.html")),
    ("/accept-invitation", include_str!("pages/accept.html")),
    ("/reset-password", include_str!("pages/reset.html")),
];

const ASSETS: [(&str, &str, &str); 6] = [
    ("/pages/page.css", CSS, include_str!("pages/page.css")),
    ("/pages/page.js", JAVASCRIPT, include_str!("pages/page.js")),
    ("/pages/home.js", JAVASCRIPT, include_str!("pages/home.js")),
    (
        "/pages/set_up.js",
        JAVASCRIPT,
        include_str!("pages/set_up.js"),
    ),
    (
        "/pages/accept.js",
        JAVASCRIPT,
        include_str!("pages/accept.js"),
    ),
    (
        "/pages/reset.js",
        JAVASCRIPT,
        include_str!("pages/reset.js"),
    ),
];

/// The pages and what they load. Opening one (GET, HEAD) uses up nothing: the token stands behind
/// `#`, which browsers do not send.
///
/// # Errors
/// Where a template is broken.
pub fn routes() -> Result<Router> {
    let mut templates = Environment::new();
    templates
        .add_template("layout.html", LAYOUT)
        .map_err(Error::internal)?;
    let mut routes = Router::new();
    for (path, template) in PAGES {
        let html = templates
            .render_str(template, ())
            .map_err(Error::internal)?;
        let headers = [
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        routes = routes.route(path, get(async move || (headers, Html(html.clone()))));
    }
    for (path, media_type, text) in ASSETS {
        let headers = [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        routes = routes.route(path, get(async move || (headers, text)));
    }
    Ok(routes)
}

/// What any other path answers; browsers show an error page of their own for an empty answer.
pub async fn not_found() -> (StatusCode, &'static str) {
    let text =
        "There is nothing at this address. The API is at /graphql, its explorer at /graphiql.\n";
    (StatusCode::NOT_FOUND, text)
}
