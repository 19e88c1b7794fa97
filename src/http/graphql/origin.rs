//! Which web pages may use the session cookie, and which of them can.

use axum::http::{HeaderMap, StatusCode, header};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

use super::refusal::Refusal;
use crate::config::Config;
use crate::graphql::code;
use crate::graphql::request_context::CookieTransport;
use crate::http::site;

const SEC_FETCH_SITE: &str = "sec-fetch-site";
/// Addresses under which the server was opened by mistake that are logged. Anybody can make some up.
const LOGGED: usize = 10;
/// The longest of them, in bytes.
const MAX_LOGGED_BYTES: usize = 200;

/// The web pages that may use the session cookie.
#[derive(Clone, Debug)]
pub struct Origins(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    public: Url,
    /// The public URL's origin and those allowed by settings, as browsers write them.
    allowed: Vec<String>,
    /// Those of them that browsers give no cookie.
    elsewhere: Vec<String>,
    logged: Mutex<HashSet<String>>,
}

/// How a page's origin relates to this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It is the public URL's, or allowed by the settings.
    Allowed,
    /// The page came from this server, under another address than the public URL.
    Alias,
    /// Neither.
    Foreign,
}

impl Origins {
    /// Reads the settings.
    pub fn new(config: &Config) -> Self {
        let public = config.public_url();
        let serialize = |url: &Url| url.origin().ascii_serialization();
        let others = &config.allowed_origins;
        let elsewhere = others.iter().filter(|url| !site::is_same(url, &public));
        Self(Arc::new(Inner {
            allowed: std::iter::once(&public)
                .chain(others)
                .map(serialize)
                .collect(),
            elsewhere: elsewhere.map(serialize).collect(),
            logged: Mutex::default(),
            public,
        }))
    }

    /// Logs which allowed origins cannot do all that they may.
    pub fn report(&self) {
        for origin in &self.0.elsewhere {
            tracing::warn!(
                origin,
                public_url = %self.0.public,
                "an origin in TOKENVUE_ALLOWED_ORIGINS is on another site than TOKENVUE_PUBLIC_URL: \
                 browsers keep no session cookie for its pages, which can only use bearer tokens"
            );
        }
    }

    /// Checks a request that carries the session cookie. Others have nothing that a foreign page
    /// could borrow and need no check.
    ///
    /// # Errors
    /// 403, `FORBIDDEN`, with the setting that would allow it.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let allowed = match headers.get(header::ORIGIN) {
            Some(origin) => match origin.to_str() {
                Ok(origin) => self.relation(origin, headers) != Relation::Foreign,
                Err(_) => false,
            },
            // No browser that sends neither header sends a cookie across sites by itself.
            None => is_own_site(headers).unwrap_or(true),
        };
        if allowed {
            return Ok(());
        }
        let public = self.0.public.origin().ascii_serialization();
        let message = format!(
            "The session cookie can't be used from another site than {public} (TOKENVUE_PUBLIC_URL)."
        );
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            message,
        ))
    }

    /// Whether the page that sends this request would keep a session cookie. A page of this server
    /// that was opened under another address than the public URL is logged, once.
    pub fn cookie_transport(&self, headers: &HeaderMap) -> CookieTransport {
        let Some(origin) = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok()) else {
            return CookieTransport::Available;
        };
        if self.0.elsewhere.iter().any(|elsewhere| elsewhere == origin) {
            return CookieTransport::OtherSite;
        }
        let is_loopback = || Url::parse(origin).is_ok_and(|page| site::is_loopback(&page));
        let transport = match self.relation_by_address(origin, headers) {
            Relation::Allowed => return CookieTransport::Available,
            // A tunnel to this machine: nobody else is meant to use it.
            Relation::Alias if is_loopback() => return CookieTransport::Available,
            Relation::Alias if self.is_downgrade(origin) => CookieTransport::Insecure,
            Relation::Alias => CookieTransport::Available,
            // A proxy between the two has replaced `Host`.
            Relation::Foreign if is_own_site(headers) == Some(true) => {
                CookieTransport::OtherAddress
            }
            Relation::Foreign => return CookieTransport::Available,
        };
        self.log_alias(origin, transport);
        transport
    }

    /// Whether a page without HTTPS asks for a cookie that is meant for HTTPS.
    fn is_downgrade(&self, origin: &str) -> bool {
        self.0.public.scheme() == "https" && origin.starts_with("http://")
    }

    /// Like [`Self::relation_by_address`], but a plain page may not use a cookie meant for HTTPS.
    fn relation(&self, origin: &str, headers: &HeaderMap) -> Relation {
        let relation = self.relation_by_address(origin, headers);
        let is_loopback = || Url::parse(origin).is_ok_and(|page| site::is_loopback(&page));
        match relation {
            Relation::Alias if self.is_downgrade(origin) && !is_loopback() => Relation::Foreign,
            relation => relation,
        }
    }

    fn relation_by_address(&self, origin: &str, headers: &HeaderMap) -> Relation {
        if self.0.allowed.iter().any(|allowed| allowed == origin) {
            Relation::Allowed
        } else if is_addressed(origin, headers) {
            Relation::Alias
        } else {
            Relation::Foreign
        }
    }

    fn log_alias(&self, origin: &str, transport: CookieTransport) {
        let mut logged = self.0.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() >= LOGGED || origin.len() > MAX_LOGGED_BYTES || logged.contains(origin) {
            return;
        }
        logged.insert(origin.to_owned());
        let consequence = match transport {
            CookieTransport::Insecure => {
                "browsers keep the session cookie over HTTPS only, so nobody can sign in there"
            }
            CookieTransport::OtherAddress => {
                "the session cookie is refused there, unless the proxy passes the Host header on"
            }
            _ => "the links in mails lead to the latter",
        };
        tracing::warn!(
            origin,
            public_url = self.0.public.as_str(),
            consequence,
            "the console was opened under another address than TOKENVUE_PUBLIC_URL"
        );
    }
}

/// What the browser says of the page that sends the request; `None` where it says nothing.
fn is_own_site(headers: &HeaderMap) -> Option<bool> {
    let site = headers.get(SEC_FETCH_SITE)?;
    Some(site == "same-origin" || site == "none")
}

/// Whether the request is addressed to the host that its page came from. A page cannot choose
/// `Host`. Another name that was pointed at this server (DNS rebinding) passes, but it has no cookie
/// of ours: browsers keep cookies by name.
fn is_addressed(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").map(|(_, authority)| authority);
    matches!((own, host), (Some(own), Some(host)) if own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTPS: [&str; 2] = ["--public-url", "https://team.example.com"];

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        map
    }

    fn check(settings: &[&str], of: &[(&'static str, &str)]) -> bool {
        let config = Config::from_flags(settings).unwrap();
        Origins::new(&config).check(&headers(of)).is_ok()
    }

    #[test]
    fn only_our_own_pages_may_use_the_cookie() {
        for of in [
            &[("origin", "https://team.example.com")][..],
            &[
                ("origin", "https://team.example.com"),
                ("host", "10.0.0.1:8080"),
            ],
            // By another name, and by an address that a tunnel leads to.
            &[
                ("origin", "https://alias.example"),
                ("host", "alias.example"),
            ],
            &[
                ("origin", "https://a.example:8443"),
                ("host", "a.example:8443"),
            ],
            &[
                ("origin", "http://localhost:8080"),
                ("host", "localhost:8080"),
            ],
            &[("origin", "http://[::1]:8080"), ("host", "[::1]:8080")],
            &[],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(check(&HTTPS, of), "{of:?}");
        }
        // Without HTTPS there is nothing to lose.
        let plain = ["--public-url", "http://team.example.com"];
        for origin in ["http://alias.example", "https://alias.example"] {
            assert!(check(
                &plain,
                &[("origin", origin), ("host", "alias.example")]
            ));
        }
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
            for site in ["same-origin", "cross-site"] {
                let of = [
                    ("origin", origin),
                    ("sec-fetch-site", site),
                    ("host", "team.example.com"),
                ];
                assert!(!check(&HTTPS, &of), "{origin} {site}");
            }
        }
        for of in [
            &[("origin", "http://localhost:9"), ("host", "localhost:8080")][..],
            // What somebody between the two could have put into the page.
            &[("origin", "http://evil.example"), ("host", "evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(!check(&HTTPS, of), "{of:?}");
        }
    }

    #[test]
    fn a_page_that_would_lose_the_cookie_is_noticed() {
        use CookieTransport::{Available, Insecure, OtherAddress, OtherSite};
        let flags = [
            "--public-url",
            "https://team.example.com",
            "--allowed-origins",
            "https://console.example.com,https://partner.test",
        ];
        let origins = Origins::new(&Config::from_flags(&flags).unwrap());
        for (origin, host, expected) in [
            ("https://team.example.com", "team.example.com", Available),
            ("https://console.example.com", "team.example.com", Available),
            ("https://partner.test", "team.example.com", OtherSite),
            ("https://alias.example", "alias.example", Available),
            ("http://team.example.com", "team.example.com", Insecure),
            ("http://10.0.0.1:8080", "10.0.0.1:8080", Insecure),
            ("http://localhost:8080", "localhost:8080", Available),
            // A client of another kind, which says what it likes.
            ("https://explorer.example", "team.example.com", Available),
        ] {
            let of = headers(&[("origin", origin), ("host", host)]);
            assert_eq!(origins.cookie_transport(&of), expected, "{origin}");
        }
        let behind_proxy = headers(&[
            ("origin", "https://other.example"),
            ("host", "10.0.0.1:8080"),
            ("sec-fetch-site", "same-origin"),
        ]);
        assert_eq!(origins.cookie_transport(&behind_proxy), OtherAddress);
        assert_eq!(origins.cookie_transport(&headers(&[])), Available);
        let logged = origins.0.logged.lock().unwrap();
        assert_eq!(logged.len(), 4, "{logged:?}");
    }
}
