//! Request logs.

use super::client::Proxies;
use axum::extract::MatchedPath;
use axum::http::{Request, Response};
use std::borrow::Cow;
use std::time::Duration;
use tower_http::request_id::RequestId;
use tracing::Span;

/// The longest path segment that is logged for unknown paths, in characters. A token has 43
/// characters.
const LONGEST_SEGMENT: usize = 24;

/// Creates the span of a request, with the client's IP address as throttles see it. It contains the
/// path only: a query string may contain a token.
pub fn span<B>(request: &Request<B>, proxies: &Proxies) -> Span {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    let path = request.uri().path();
    let is_known = request.extensions().get::<MatchedPath>().is_some();
    let path = if is_known {
        Cow::Borrowed(path)
    } else {
        start_of(path)
    };
    let client = proxies.address(request.extensions(), request.headers());
    tracing::info_span!(
        "request",
        id = id.unwrap_or_default(),
        client = client.map(tracing::field::display),
        method = %request.method(),
        path = &*path,
    )
}

/// Logs the response to a request.
pub fn answered<B>(response: &Response<B>, latency: Duration, _: &Span) {
    // Rounds to a tenth of a millisecond.
    let milliseconds = (latency.as_secs_f64() * 10_000.0).round() / 10.0;
    tracing::info!(
        status = response.status().as_u16(),
        milliseconds,
        "answered"
    );
}

/// Returns the part of a path that cannot contain a token. Mail gateways move the token of a link
/// into the path by percent-encoding the `#`. The rest of the path is omitted from the first such
/// character, or from a segment as long as a token.
fn start_of(path: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    let plain = path.find(|c| !is_plain(c)).unwrap_or(path.len());
    let mut end = 0;
    for segment in path[..plain].split_inclusive('/') {
        if segment.trim_end_matches('/').len() > LONGEST_SEGMENT {
            break;
        }
        end += segment.len();
    }
    if end == path.len() {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(format!("{}…", &path[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_paths_are_not_logged() {
        const TOKEN: &str = "q3J0b2tlbnZ1ZS1zZWNyZXQtdG9rZW4tMTIzNDU2Nzg";
        for (path, expected) in [
            ("/accept-invitation%23token=TOKEN", "/accept-invitation…"),
            (
                "/accept-invitation%2523token%3DTOKEN",
                "/accept-invitation…",
            ),
            ("/accept-invitation/%23token=TOKEN", "/accept-invitation/…"),
            (
                "/accept-invitation/token/TOKEN",
                "/accept-invitation/token/…",
            ),
            ("/accept-invitation/TOKEN/", "/accept-invitation/…"),
            ("/reset-password;token=TOKEN", "/reset-password…"),
            ("/TOKEN", "/…"),
            ("/token=TOKEN", "/token…"),
            ("/wp-login.php", "/wp-login.php"),
            ("/.git/HEAD", "/.git/HEAD"),
            ("/a/b//c/", "/a/b//c/"),
            ("/", "/"),
        ] {
            let path = path.replace("TOKEN", TOKEN);
            assert_eq!(start_of(&path), expected);
        }
    }
}
