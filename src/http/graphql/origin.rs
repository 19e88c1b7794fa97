//! Refuses what a foreign web page sends with a visitor's cookie.

use axum::http::{HeaderMap, StatusCode, header};
use std::sync::Arc;
use url::{Host, Url};

use super::refusal::Refusal;
use crate::graphql::execution::errors;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The web pages that may use the session cookie.
#[derive(Clone, Debug)]
pub struct Origins {
    /// Those allowed by settings, as browsers write them.
    allowed: Arc<[String]>,
}

impl Origins {
    /// Allows the origins of the public URL and of the others, and on a loopback address the one that the request is
    /// addressed to.
    pub fn new(public_url: &Url, others: &[Url]) -> Self {
        let all = std::iter::once(public_url).chain(others);
        Self {
            allowed: all.map(|url| url.origin().ascii_serialization()).collect(),
        }
    }

    /// Checks a request that carries the session cookie. Others have nothing that a foreign page
    /// could borrow and need no check.
    ///
    /// # Errors
    /// 403, `FORBIDDEN`.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let allowed = match headers.get(header::ORIGIN) {
            Some(origin) => origin.to_str().is_ok_and(|origin| {
                self.allowed.iter().any(|allowed| allowed == origin)
                    || is_own_loopback(origin, headers)
            }),
            // No browser that sends neither header sends a cookie across sites by itself.
            None => headers
                .get(SEC_FETCH_SITE)
                .is_none_or(|site| site == "same-origin" || site == "none"),
        };
        if allowed {
            return Ok(());
        }
        let message = "The session cookie can't be used from another site.";
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            errors::FORBIDDEN,
            message,
        ))
    }
}

/// Whether `origin` is a loopback address and the one that the request is addressed to. Only there
/// can `Host` be trusted: no foreign page can be on it, whatever its name resolves to.
fn is_own_loopback(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some((url, authority)) = Url::parse(origin).ok().zip(host) else {
        return false;
    };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    is_loopback
        && origin
            .split_once("://")
            .is_some_and(|(_, own)| own == authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header value"));
        }
        let url = Url::parse("https://team.example.com/console").expect("a URL");
        Origins::new(&url, &[]).check(&map).is_ok()
    }

    #[test]
    fn only_our_own_pages_may_use_the_cookie() {
        assert!(check(&[("origin", "https://team.example.com")]));
        assert!(check(&[
            ("origin", "http://localhost:8080"),
            ("host", "localhost:8080")
        ]));
        assert!(check(&[
            ("origin", "http://[::1]:8080"),
            ("host", "[::1]:8080")
        ]));
        assert!(check(&[]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[("sec-fetch-site", "none")]));
    }

    #[test]
    fn other_pages_may_not() {
        for origin in [
            "https://evil.example",
            "http://team.example.com",
            "https://team.example.com:444",
            "https://team.example.com.evil.example",
            "null",
            "",
        ] {
            assert!(
                !check(&[("origin", origin), ("sec-fetch-site", "same-origin")]),
                "{origin}"
            );
        }
        assert!(!check(&[
            ("origin", "http://localhost:9"),
            ("host", "localhost:8080")
        ]));
        assert!(!check(&[
            ("origin", "http://evil.example"),
            ("host", "evil.example")
        ]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
    }
}
