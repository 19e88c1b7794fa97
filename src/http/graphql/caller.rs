//! Who sends a request, as far as the transport knows.

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

/// What a request proves its session with. Neither has been looked at yet.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The token of `Authorization: Bearer`, which goes before a cookie.
    pub bearer: Option<SecretString>,
    /// The value of the session cookie.
    pub cookie: Option<SecretString>,
}

/// The names of the cookies that are read.
#[derive(Clone, Copy, Debug)]
pub struct CookieNames {
    /// Of the session.
    pub session: &'static str,
    /// Of a known device.
    pub device: &'static str,
}

/// The sender of a request.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// How they prove who they are.
    pub credentials: Credentials,
    /// Where they are.
    pub origin: ClientInfo,
}

impl Caller {
    /// Reads the caller from a request that has passed the layers before us.
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
    /// The session token; what cannot be one counts as signed out.
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

/// The token in the value of an `Authorization` header (RFC 6750, section 2.1).
pub(super) fn bearer(authorization: &str) -> Option<SecretString> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .then(|| SecretString::from(token.to_owned()))
}
