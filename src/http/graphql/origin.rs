//! Web origins: which pages may use the session cookie, and for which it works.

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
/// The maximum number of unexpected origins that are logged. Clients can forge them.
const LOGGED: usize = 10;
/// The maximum length of a logged origin, in bytes.
const MAX_LOGGED_BYTES: usize = 200;

/// The origins that may use the session cookie.
#[derive(Clone, Debug)]
pub struct Origins(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    public: Url,
    /// The origins of the public URL and the settings, as browsers send them.
    allowed: Vec<String>,
    /// The allowed origins on other sites, to which browsers send no cookie.
    elsewhere: Vec<String>,
    logged: Mutex<HashSet<String>>,
}

/// The relation of a page's origin to this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// The origin of the public URL, or allowed by the settings.
    Allowed,
    /// The page came from this server, at an address other than the public URL.
    Alias,
    /// Any other origin.
    Foreign,
}

impl Origins {
    /// Creates the origins from the settings.
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

    /// Logs the allowed origins for which the session cookie does not work.
    pub fn report(&self) {
        for origin in &self.0.elsewhere {
            tracing::warn!(
                origin,
                public_url = %self.0.public,
                "an origin in TOKENVUE_ALLOWED_ORIGINS is not on the same site as TOKENVUE_PUBLIC_URL: \
                 browsers do not keep the session cookie for its pages, so they can only use bearer \
                 tokens"
            );
        }
    }

    /// Checks the origin of a request with a session cookie. Other requests carry nothing that
    /// another site could abuse and need no check.
    ///
    /// # Errors
    /// 403 with code `FORBIDDEN`; the message names the setting.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let allowed = match headers.get(header::ORIGIN) {
            Some(origin) => match origin.to_str() {
                Ok(origin) => self.relation(origin, headers) != Relation::Foreign,
                Err(_) => false,
            },
            // Browsers that send neither header do not send cookies across sites by themselves.
            None => is_own_site(headers).unwrap_or(true),
        };
        if allowed {
            return Ok(());
        }
        let public = self.0.public.origin().ascii_serialization();
        let message = format!(
            "The session cookie can't be used from sites other than {public} (TOKENVUE_PUBLIC_URL)."
        );
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            message,
        ))
    }

    /// Returns whether the page that sent this request would keep a session cookie. A page of this
    /// server at an address other than the public URL is logged, once.
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
            // A tunnel to this machine, used only by its user.
            Relation::Alias if is_loopback() => return CookieTransport::Available,
            Relation::Alias if self.is_downgrade(origin) => CookieTransport::Insecure,
            Relation::Alias => CookieTransport::Available,
            // A proxy in between has replaced `Host`.
            Relation::Foreign if is_own_site(headers) == Some(true) => {
                CookieTransport::OtherAddress
            }
            Relation::Foreign => return CookieTransport::Available,
        };
        self.log_alias(origin, transport);
        transport
    }

    /// Returns whether a page without HTTPS requests a cookie that requires HTTPS.
    fn is_downgrade(&self, origin: &str) -> bool {
        self.0.public.scheme() == "https" && origin.starts_with("http://")
    }

    /// Like [`Self::relation_by_address`], but a page without HTTPS may not use a cookie that
    /// requires HTTPS.
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
                "browsers keep the session cookie only over HTTPS, so sign-in does not work there"
            }
            CookieTransport::OtherAddress => {
                "the session cookie is refused there unless the proxy passes on the Host header"
            }
            _ => "links in emails point to TOKENVUE_PUBLIC_URL",
        };
        tracing::warn!(
            origin,
            public_url = self.0.public.as_str(),
            consequence,
            "the console was opened at an address other than TOKENVUE_PUBLIC_URL"
        );
    }
}

/// Returns whether `Sec-Fetch-Site` reports the page as same-origin or the request as initiated by
/// the user. Returns `None` if the header is missing.
fn is_own_site(headers: &HeaderMap) -> Option<bool> {
    let site = headers.get(SEC_FETCH_SITE)?;
    Some(site == "same-origin" || site == "none")
}

/// Returns whether the request is addressed to the host of its page. A page cannot choose `Host`.
/// Another name that points at this server (DNS rebinding) passes, but has no session cookie:
/// browsers store cookies by name.
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
    fn own_pages_may_use_the_cookie() {
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
        // Without HTTPS, any own address is allowed.
        let plain = ["--public-url", "http://team.example.com"];
        for origin in ["http://alias.example", "https://alias.example"] {
            assert!(check(
                &plain,
                &[("origin", origin), ("host", "alias.example")]
            ));
        }
    }

    #[test]
    fn foreign_pages_may_not_use_the_cookie() {
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
            // A man in the middle could have injected this into the page.
            &[("origin", "http://evil.example"), ("host", "evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(!check(&HTTPS, of), "{of:?}");
        }
    }

    #[test]
    fn pages_that_would_lose_the_cookie_are_detected() {
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
            // A client that is not a browser and sends arbitrary headers.
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
