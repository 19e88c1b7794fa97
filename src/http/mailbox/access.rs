//! Access to the mailbox. Its emails contain password reset links: a person who reads them can
//! take over every account.

use super::{Mailbox, page_with_policy, wants_json};
use crate::config::MailboxAccess;
use crate::error::Error;
use crate::http::{console, cookie};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::context;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::sync::Arc;

/// Headers that identify a proxy.
const PROXY_HEADERS: [&str; 7] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];
/// Reads the token after `#` and submits it as a form: in the request body, it does not appear in
/// logs.
const SCRIPT: &str = include_str!("open.js");

/// The mailbox with its access policy.
#[derive(Clone)]
pub struct Gate {
    mailbox: Mailbox,
    /// The content security policy, which allows the page's script and form.
    policy: Arc<str>,
}

impl Gate {
    pub fn new(mailbox: Mailbox) -> Gate {
        let hash = STANDARD.encode(Sha256::digest(SCRIPT));
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; \
             img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        Gate {
            mailbox,
            policy: policy.into(),
        }
    }

    fn lets_pass(&self, request: &Request) -> bool {
        let app = &self.mailbox.app;
        let session = CookieJar::from_headers(request.headers());
        let session = session.get(cookie::mailbox_name(app));
        match app.config.mailbox {
            MailboxAccess::Open => true,
            MailboxAccess::Local => {
                app.config.is_local() && is_from_here(request)
                    || session.is_some_and(|session| app.mailbox_key.opens(session.value()))
            }
        }
    }

    /// Responds with the page that asks for the link; `reason` explains why a link was rejected.
    fn locked(&self, headers: &HeaderMap, reason: Option<&str>) -> Response {
        let hint = "Open the mailbox with the link that the server printed when it started.";
        if wants_json(headers) {
            let json = Json(serde_json::json!({ "error": reason.unwrap_or(hint) }));
            return (StatusCode::FORBIDDEN, json).into_response();
        }
        let values = context! { reason, script => SCRIPT };
        let page = page_with_policy(&self.mailbox, "locked.html", values, &self.policy);
        (StatusCode::FORBIDDEN, page).into_response()
    }
}

/// Middleware that allows only requests with access to the mailbox.
///
/// A proxy may not identify itself, and its requests come from this machine. Therefore, requests
/// from this machine are trusted only if the public URL is local; otherwise, the link from the
/// terminal is required.
pub async fn check(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if gate.lets_pass(&request) {
        return next.run(request).await;
    }
    if gate.mailbox.app.config.mailbox_needs_link() {
        return gate.locked(request.headers(), None);
    }
    let (parts, _) = request.into_parts();
    console::not_found(parts.method, parts.headers).await
}

/// Exchanges the token of the link for a cookie. GET requests do not use up the link.
pub async fn open(State(gate): State<Gate>, headers: HeaderMap, form: Bytes) -> Response {
    let app = &gate.mailbox.app;
    let fields = url::form_urlencoded::parse(&form);
    let token = fields.into_iter().find(|(name, _)| name == "token");
    let token = token.map(|(_, token)| token).unwrap_or_default();
    // People may also paste the whole link.
    let token = token.trim().rsplit("#token=").next().unwrap_or_default();
    match app.mailbox_key.redeem(token) {
        Ok(Some(session)) => {
            let cookie = cookie::mailbox_header(app, session.secret());
            let headers = cookie.map(|cookie| [(header::SET_COOKIE, cookie)]);
            (headers, Redirect::to("/mailbox")).into_response()
        }
        Ok(None) => gate.locked(
            &headers,
            Some(
                "This link is incomplete or was already used: it works once. Restart the server to \
                 get a new one.",
            ),
        ),
        Err(error) => super::failed(&Error::internal(error)),
    }
}

/// Returns whether a request comes directly from this machine and is addressed to it: neither
/// through a proxy that identifies itself nor from a page whose domain was pointed here (DNS
/// rebinding).
fn is_from_here(request: &Request) -> bool {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let from_here = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let relayed = PROXY_HEADERS.iter().any(|name| headers.contains_key(*name))
        // nginx uses HTTP/1.0 to its backends by default.
        || request.version() < Version::HTTP_11;
    from_here && !relayed && names_this_machine(headers)
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.chars().all(|c| c.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
