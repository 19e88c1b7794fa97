//! The local mailbox: where mails can be read as long as no mail server is configured. For the
//! person at this machine only; a mail is put together, and its link made, each time it is opened.

use crate::App;
use crate::error::{Error, Result};
use crate::mail::compose;
use crate::mail::render::{Rendered, Renderer};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use entity::outbox::{self, MailState};
use minijinja::{Environment, context};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;

/// Mails that the page lists.
const LISTED: u64 = 100;
/// The page's own style, and the mails' inline ones; nothing else, and no script.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGES: [(&str, &str); 4] = [
    ("layout.html", include_str!("mailbox/layout.html")),
    ("list.html", include_str!("mailbox/list.html")),
    ("mail.html", include_str!("mailbox/mail.html")),
    ("gone.html", include_str!("mailbox/gone.html")),
];

#[derive(Clone)]
struct Mailbox {
    app: App,
    renderer: Arc<Renderer>,
    pages: Arc<Environment<'static>>,
}

/// A mail in the list.
#[derive(Serialize)]
struct Item {
    id: Uuid,
    to: String,
    kind: String,
    created_at: String,
    /// The same for people.
    written: String,
    /// Whether what it is about has ended, so that there is nothing to open.
    ended: bool,
}

/// `/mailbox`, where no mail server is configured.
///
/// # Errors
/// When a template is broken.
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
    Ok(Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/{id}", get(show))
        .layer(middleware::from_fn(only_here))
        .with_state(mailbox))
}

/// Lets requests pass that come from this machine, straight, and under a name of this machine:
/// neither through a proxy nor from a page whose name was pointed here.
async fn only_here(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let from_here = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let headers = request.headers();
    let relayed = ["x-forwarded-for", "forwarded", "via"]
        .iter()
        .any(|name| headers.contains_key(*name));
    if from_here && !relayed && names_this_machine(headers) {
        next.run(request).await
    } else {
        let (parts, _) = request.into_parts();
        super::console::not_found(parts.method, parts.headers).await
    }
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

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

fn failed(error: &Error) -> Response {
    tracing::error!(%error, "the mailbox failed");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn page(mailbox: &Mailbox, name: &str, values: minijinja::Value) -> Response {
    let rendered = mailbox
        .pages
        .get_template(name)
        .and_then(|template| template.render(values));
    match rendered {
        Ok(html) => {
            let policy = [
                (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (policy, Html(html)).into_response()
        }
        Err(error) => failed(&Error::internal(error)),
    }
}

async fn list(State(mailbox): State<Mailbox>, headers: HeaderMap) -> Response {
    let mails = outbox::Entity::find()
        .filter(outbox::Column::State.eq(MailState::Queued))
        .order_by_desc(outbox::Column::Id)
        .limit(LISTED)
        .all(&mailbox.app.db)
        .await;
    let mails = match mails {
        Ok(mails) => mails,
        Err(error) => return failed(&error.into()),
    };
    let ended = match compose::ended(&mailbox.app, &mails).await {
        Ok(ended) => ended,
        Err(error) => return failed(&error),
    };
    let items: Vec<Item> = mails
        .into_iter()
        .map(|mail| Item {
            id: mail.id,
            kind: mail.letter["kind"].as_str().unwrap_or_default().to_owned(),
            to: mail.recipient_email,
            ended: ended.contains(&mail.id),
            created_at: mail
                .created_at
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            written: mail.created_at.format("%-d %B %Y, %H:%M UTC").to_string(),
        })
        .collect();
    if wants_json(&headers) {
        return Json(items).into_response();
    }
    page(&mailbox, "list.html", context! { mails => items })
}

async fn show(
    State(mailbox): State<Mailbox>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Response {
    match open(&mailbox, id).await {
        Ok(Some((to, mail))) if wants_json(&headers) => {
            let json = serde_json::json!({ "to": to, "subject": mail.subject, "text": mail.text, "html": mail.html });
            Json(json).into_response()
        }
        Ok(Some((to, mail))) => {
            let link = mail
                .text
                .split_whitespace()
                .find(|word| word.contains("#token="));
            let values = context! { to, link, subject => mail.subject, text => mail.text, html => mail.html };
            page(&mailbox, "mail.html", values)
        }
        Ok(None) => {
            let gone = page(&mailbox, "gone.html", context! {});
            (StatusCode::NOT_FOUND, gone).into_response()
        }
        Err(error) => failed(&error),
    }
}

async fn open(mailbox: &Mailbox, id: Uuid) -> Result<Option<(String, Rendered)>> {
    let mail = outbox::Entity::find_by_id(id).one(&mailbox.app.db).await?;
    let Some(mail) = mail else { return Ok(None) };
    let rendered = compose::render(&mailbox.app, &mailbox.renderer, &mail).await?;
    Ok(rendered.map(|rendered| (mail.recipient_email, rendered)))
}
