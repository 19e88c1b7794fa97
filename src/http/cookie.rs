//! The cookies of the session, of a known device and of the mailbox.

use crate::App;
use crate::account::device::DeviceProof;
use crate::graphql::request_context::CookieChange;
use axum::http::HeaderValue;
use axum_extra::extract::cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret as _, SecretString};

/// Returns the name of the session cookie. Over HTTPS, its prefix makes browsers require `Secure`,
/// this host and the root path (RFC 6265bis, 4.1.3.2), so that no neighboring host can set it.
pub fn name(app: &App) -> &'static str {
    if is_secure(app) {
        "__Host-tokenvue_session"
    } else {
        "tokenvue_session"
    }
}

/// Returns the name of the mailbox cookie.
pub fn mailbox_name(app: &App) -> &'static str {
    if is_secure(app) {
        "__Host-tokenvue_mailbox"
    } else {
        "tokenvue_mailbox"
    }
}

/// Returns the `Set-Cookie` header that gives access to the mailbox until the browser is closed.
pub fn mailbox_header(app: &App, token: &SecretString) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((mailbox_name(app), token.expose_secret()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .build();
    cookie.set_secure(is_secure(app));
    let mut header = HeaderValue::from_str(&cookie.to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn is_secure(app: &App) -> bool {
    app.config.public_url().scheme() == "https"
}

/// Returns the name of the cookie of a known device.
pub fn device_name(app: &App) -> &'static str {
    if is_secure(app) {
        "__Host-tokenvue_device"
    } else {
        "tokenvue_device"
    }
}

/// Returns the `Set-Cookie` header that makes a browser a known device.
pub fn device_header(app: &App, proof: &DeviceProof) -> Option<HeaderValue> {
    let value = proof.secret().expose_secret().to_owned();
    let lifetime = app.config.quotas.known_device_lifetime;
    set(app, device_name(app), value, lifetime.num_seconds())
}

/// Returns the `Set-Cookie` header for a session change.
pub fn header(app: &App, change: &CookieChange) -> Option<HeaderValue> {
    let (value, seconds) = match change {
        CookieChange::Set(token) => (
            token.secret().expose_secret().to_owned(),
            app.config.session_lifetime.num_seconds(),
        ),
        CookieChange::Clear => (String::new(), 0),
    };
    set(app, name(app), value, seconds)
}

fn set(app: &App, name: &'static str, value: String, seconds: i64) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .build();
    cookie.set_secure(is_secure(app));
    let text = format!("{cookie}; Max-Age={seconds}");
    let mut header = HeaderValue::from_str(&text).ok()?;
    header.set_sensitive(true);
    Some(header)
}
