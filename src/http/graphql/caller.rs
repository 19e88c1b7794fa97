//! The sender of a request, as known to the transport.

use crate::actor::ClientInfo;
use crate::http::client::Proxies;
use crate::token::Token;
use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
    request::Parts,
};
use axum_extra::extract::cookie::CookieJar;
use secrecy::{ExposeSecret as _, SecretString};

/// The credentials of a request, not yet verified.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The token of `Authorization: Bearer`. It takes precedence over the cookie.
    pub bearer: Option<SecretString>,
    /// The value of the session cookie.
    pub cookie: Option<SecretString>,
}

/// The names of the cookies.
#[derive(Clone, Copy, Debug)]
pub struct CookieNames {
    /// The session cookie.
    pub session: &'static str,
    /// The cookie of a known device.
    pub device: &'static str,
}

/// The sender of a request.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The credentials.
    pub credentials: Credentials,
    /// The client's address, user agent and request ID.
    pub origin: ClientInfo,
}

impl Caller {
    /// Reads the caller from a request processed by the middleware.
    pub fn of(parts: &Parts, cookies: CookieNames, proxies: &Proxies) -> Self {
        let jar = parts
            .headers
            .contains_key(COOKIE)
            .then(|| CookieJar::from_headers(&parts.headers));
        let cookie = |name| Some(SecretString::from(jar.as_ref()?.get(name)?.value()));
        let mut origin = proxies.origin(parts);
        origin.device = cookie(cookies.device);
        Self {
            credentials: Credentials::of(&parts.headers, cookie(cookies.session)),
            origin,
        }
    }
}

impl Credentials {
    /// Returns the session token. An invalid token counts as signed out.
    pub fn token(&self) -> Option<Token> {
        let text = self.bearer.as_ref().or(self.cookie.as_ref())?;
        Token::parse(text.expose_secret())
    }

    fn of(headers: &HeaderMap, cookie: Option<SecretString>) -> Self {
        let authorization = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        Self {
            bearer: authorization.and_then(bearer),
            cookie,
        }
    }
}

/// Returns the token in the value of an `Authorization` header (RFC 6750, section 2.1).
pub(super) fn bearer(authorization: &str) -> Option<SecretString> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .then(|| SecretString::from(token.to_owned()))
}
