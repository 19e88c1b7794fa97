//! `/graphiql`: the GraphQL explorer, served from embedded files.
//!
//! Nothing is fetched from other hosts, as enforced by the content security policy of the page.

use super::files::{File, Files};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

static EXPLORER: Files = include!(concat!(env!("OUT_DIR"), "/explorer.rs"));

/// Allows content from this origin only; GraphiQL's fonts are `data:` URLs. The policy also blocks
/// the style element with which GraphiQL's dialogs lock page scrolling. The page does not scroll,
/// so this has no effect.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the routes of the explorer page and its assets. Both are public: the API decides what it
/// shows.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/assets/{version}/{name}", get(asset))
}

async fn page(request: HeaderMap) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)];
    (policy, EXPLORER.page.answer(&request)).into_response()
}

async fn asset(uri: Uri, request: HeaderMap) -> Response {
    match EXPLORER.find(uri.path()) {
        Some(file) => file.answer(&request),
        None => StatusCode::NOT_FOUND.into_response(),
    }
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
    async fn page_blocks_foreign_content() {
        let response = fetch("/graphiql").await;
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str();
        let policy = policy.expect("a printable policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("http"), "{policy}");
    }

    #[tokio::test]
    async fn only_the_current_assets_are_served() {
        let other = fetch("/graphiql/assets/other/explorer.js").await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
        let mut scripts = EXPLORER.others.iter();
        let script = scripts.find(|file| file.path.ends_with("/explorer.js"));
        let script = script.expect("npm at build time").path;
        assert_eq!(fetch(script).await.status(), StatusCode::OK);
        let page = script.replace("/explorer.js", "/index.html");
        assert_eq!(fetch(&page).await.status(), StatusCode::NOT_FOUND);
    }
}
