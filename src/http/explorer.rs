//! `/graphiql`: the GraphQL explorer, from files that the program carries.
//!
//! `build.rs` lays the files out; nothing is fetched from another host, and the
//! page's content security policy makes sure of it.

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// Everything from this origin only; GraphiQL's fonts are `data:` URLs. It also
/// stops the style element by which GraphiQL's dialogs lock the page's
/// scrolling: this page does not scroll, so nothing is lost by that.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Changes with every byte of the assets, and is part of their URLs.
const VERSION: &str = include_str!(concat!(env!("OUT_DIR"), "/explorer/version"));

/// Takes a file of those that `build.rs` laid out.
macro_rules! built {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/explorer/", $name))
    };
}

const PAGE: &[u8] = built!("index.html");
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, media type and compressed bytes.
const ASSETS: [(&str, &str, &[u8]); 6] = [
    ("explorer.css", CSS, built!("explorer.css.gz")),
    ("explorer.js", JAVASCRIPT, built!("explorer.js.gz")),
    ("graphiql.css", CSS, built!("graphiql.css.gz")),
    ("graphiql.js", JAVASCRIPT, built!("graphiql.js.gz")),
    ("react.js", JAVASCRIPT, built!("react.js.gz")),
    ("react-dom.js", JAVASCRIPT, built!("react-dom.js.gz")),
];

/// The explorer's page and its assets. Both are public: what the API shows is
/// decided by the API.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/assets/{version}/{name}", get(asset))
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Html(PAGE)).into_response()
}

/// One asset. It is only stored compressed, which every browser understands.
async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    let found = ASSETS.iter().find(|asset| asset.0 == name);
    let Some((_, media_type, bytes)) = found.filter(|_| version == VERSION) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, *media_type),
        (header::CONTENT_ENCODING, "gzip"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, *bytes).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn fetch(path: &str) -> Response {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        routes::<()>().oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn the_page_allows_nothing_from_elsewhere() {
        let response = fetch("/graphiql").await;
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str();
        let policy = policy.expect("a printable policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("http"), "{policy}");
    }

    #[tokio::test]
    async fn assets_answer_to_their_own_version_only() {
        let other = fetch("/graphiql/assets/other/explorer.js").await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
        let page = fetch(&format!("/graphiql/assets/{VERSION}/index.html")).await;
        assert_eq!(page.status(), StatusCode::NOT_FOUND);
        let script = fetch(&format!("/graphiql/assets/{VERSION}/explorer.js")).await;
        assert_eq!(script.headers()[header::CONTENT_ENCODING], "gzip");
    }
}
