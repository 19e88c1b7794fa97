//! Who may read the mailbox. Its mails hold links that reset passwords, so that whoever reads them
//! can take every account.

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

/// Headers by which proxies say that they are one.
const PROXY_HEADERS: [&str; 7] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];
/// Reads the token behind `#` and sends it as a form: in the body of a request, where no log sees it.
const SCRIPT: &str = include_str!("open.js");

/// The mailbox and what opens it.
#[derive(Clone)]
pub struct Gate {
    mailbox: Mailbox,
    /// Allows the page's one script and its form.
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

    /// The page that asks for the link; `reason` where one was tried.
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

/// Lets requests pass that may read the mailbox.
///
/// A proxy need not say that it is one, and every request through it comes from this machine. So
/// what comes from this machine counts only where the public URL says that nobody else is meant to
/// reach the server; elsewhere it takes the link from the terminal.
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

/// Exchanges the token of the link for a cookie. GET requests consume nothing.
pub async fn open(State(gate): State<Gate>, headers: HeaderMap, form: Bytes) -> Response {
    let app = &gate.mailbox.app;
    let fields = url::form_urlencoded::parse(&form);
    let token = fields.into_iter().find(|(name, _)| name == "token");
    let token = token.map(|(_, token)| token).unwrap_or_default();
    // People copy the whole link, too.
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
                "This link is not complete, or it has been used already: it works once. \
                 Start the server again to get another one.",
            ),
        ),
        Err(error) => super::failed(&Error::internal(error)),
    }
}

/// Whether a request comes from this machine, directly, and to a name of this machine: neither
/// through a proxy that shows itself nor from a page whose name was pointed here.
fn is_from_here(request: &Request) -> bool {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let from_here = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let relayed = PROXY_HEADERS.iter().any(|name| headers.contains_key(*name))
        // What nginx speaks to what is behind it, unless told otherwise.
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
