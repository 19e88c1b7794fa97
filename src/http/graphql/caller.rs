//! Who sends a request, as far as the transport knows.

use crate::actor::Origin;
use crate::http::client::Proxies;
use crate::token::Token;
use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
    request::Parts,
};
use axum_extra::extract::cookie::CookieJar;
use secrecy::{ExposeSecret as _, SecretString};

/// What a request proves its session with. Neither has been looked at yet.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The token of `Authorization: Bearer`, which goes before a cookie.
    pub bearer: Option<SecretString>,
    /// The value of the session cookie.
    pub cookie: Option<SecretString>,
}

/// The sender of a request.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// How they prove who they are.
    pub credentials: Credentials,
    /// Where they are.
    pub origin: Origin,
}

impl Caller {
    /// Reads the caller from a request that has passed the layers before us.
    pub fn of(parts: &Parts, session_cookie: &str, proxies: &Proxies) -> Self {
        Self {
            credentials: Credentials::of(&parts.headers, session_cookie),
            origin: proxies.origin(parts),
        }
    }
}

impl Credentials {
    /// The session token; what cannot be one counts as signed out.
    pub fn token(&self) -> Option<Token> {
        let text = self.bearer.as_ref().or(self.cookie.as_ref())?;
        Token::parse(text.expose_secret())
    }

    fn of(headers: &HeaderMap, session_cookie: &str) -> Self {
        let authorization = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let cookie = headers
            .contains_key(COOKIE)
            .then(|| CookieJar::from_headers(headers))
            .and_then(|jar| Some(jar.get(session_cookie)?.value().to_owned()));
        Self {
            bearer: authorization.and_then(bearer),
            cookie: cookie.map(SecretString::from),
        }
    }
}

/// The token in the value of an `Authorization` header (RFC 6750, section 2.1).
pub(super) fn bearer(authorization: &str) -> Option<SecretString> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .then(|| SecretString::from(token.to_owned()))
}
