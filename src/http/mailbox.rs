//! The local mailbox page, where emails can be read if no mail server is configured. An email is
//! rendered with a new link each time it is opened.

mod access;

use crate::App;
use crate::error::{Error, Result};
use crate::mail::mailbox::{self, KeptMail};
use crate::mail::render::Renderer;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use minijinja::{Environment, context};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// Allows the page's style and the inline styles of emails, but no scripts.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The maximum size of the form in bytes: a token and its name.
const MAX_FORM: usize = 1024;

const PAGES: [(&str, &str); 5] = [
    ("layout.html", include_str!("mailbox/layout.html")),
    ("list.html", include_str!("mailbox/list.html")),
    ("mail.html", include_str!("mailbox/mail.html")),
    ("gone.html", include_str!("mailbox/gone.html")),
    ("locked.html", include_str!("mailbox/locked.html")),
];

#[derive(Clone)]
struct Mailbox {
    app: App,
    renderer: Arc<Renderer>,
    pages: Arc<Environment<'static>>,
}

/// An email in the list.
#[derive(Serialize)]
struct Item {
    id: Uuid,
    to: String,
    kind: String,
    created_at: String,
    /// `created_at` formatted for people.
    written: String,
    ended: bool,
}

/// Returns the routes of `/mailbox`; none if a mail server is configured.
///
/// # Errors
/// Fails if a template is invalid.
pub fn routes(app: &App) -> Result<Router> {
    if app.sends_mail() {
        return Ok(Router::new());
    }
    let mut pages = Environment::new();
    for (name, text) in PAGES {
        pages.add_template(name, text).map_err(Error::internal)?;
    }
    let mailbox = Mailbox {
        app: app.clone(),
        renderer: Arc::new(Renderer::new().map_err(Error::internal)?),
        pages: Arc::new(pages),
    };
    let gate = access::Gate::new(mailbox.clone());
    let pages = Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/{id}", get(show))
        .layer(middleware::from_fn_with_state(gate.clone(), access::check))
        .with_state(mailbox);
    let form = Router::new()
        .route("/mailbox", post(access::open))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .with_state(gate);
    Ok(pages.merge(form))
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

fn failed(error: &Error) -> Response {
    tracing::error!(%error, "the mailbox page failed");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn page(mailbox: &Mailbox, name: &str, values: minijinja::Value) -> Response {
    page_with_policy(mailbox, name, values, CONTENT_SECURITY_POLICY)
}

fn page_with_policy(
    mailbox: &Mailbox,
    name: &str,
    values: minijinja::Value,
    policy: &str,
) -> Response {
    let rendered = mailbox
        .pages
        .get_template(name)
        .and_then(|template| template.render(values));
    match rendered {
        Ok(html) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, policy),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, Html(html)).into_response()
        }
        Err(error) => failed(&Error::internal(error)),
    }
}

async fn list(State(mailbox): State<Mailbox>, headers: HeaderMap) -> Response {
    let mails = match mailbox::list(&mailbox.app).await {
        Ok(mails) => mails,
        Err(error) => return failed(&error),
    };
    let items: Vec<Item> = mails.into_iter().map(Item::from).collect();
    if wants_json(&headers) {
        return Json(items).into_response();
    }
    page(&mailbox, "list.html", context! { mails => items })
}

impl From<KeptMail> for Item {
    fn from(mail: KeptMail) -> Item {
        Item {
            id: mail.id,
            to: mail.to,
            kind: mail.kind,
            created_at: mail
                .created_at
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            written: mail.created_at.format("%-d %B %Y, %H:%M UTC").to_string(),
            ended: mail.ended,
        }
    }
}

async fn show(
    State(mailbox): State<Mailbox>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Response {
    let (to, mail) = match mailbox::open(&mailbox.app, &mailbox.renderer, id).await {
        Ok(Some(mail)) => mail,
        Ok(None) => {
            let gone = page(&mailbox, "gone.html", context! {});
            return (StatusCode::NOT_FOUND, gone).into_response();
        }
        Err(error) => return failed(&error),
    };
    let link = mail.link.as_ref().map(|link| link.expose_secret());
    if wants_json(&headers) {
        let json = serde_json::json!({
            "to": to, "subject": mail.subject, "link": link, "text": mail.text, "html": mail.html,
        });
        return Json(json).into_response();
    }
    let values = context! {
        to, link, subject => mail.subject, text => mail.text, html => mail.html,
    };
    page(&mailbox, "mail.html", values)
}
