//! The mailbox page, which shows mails that are kept because no mail server is configured.

use super::compose;
use super::render::{RenderedMail, Renderer};
use crate::App;
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::outbox::{self, MailState};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

/// The maximum number of listed mails.
const LISTED: u64 = 100;

/// A kept mail in the list.
pub struct KeptMail {
    pub id: Uuid,
    /// The recipient's email address.
    pub to: String,
    /// The kind, such as `PASSWORD_RESET`.
    pub kind: String,
    pub created_at: DateTime<Utc>,
    /// Whether the subject of the mail has ended, so that it cannot be opened.
    pub ended: bool,
}

/// Returns the latest kept mails, newest first.
pub async fn list(app: &App) -> Result<Vec<KeptMail>> {
    let mails = outbox::Entity::find()
        .filter(outbox::Column::State.eq(MailState::Queued))
        .order_by_desc(outbox::Column::Id)
        .limit(LISTED)
        .all(&app.db)
        .await?;
    let ended = compose::ended(app, &mails).await?;
    let mails = mails.into_iter().map(|mail| KeptMail {
        id: mail.id,
        kind: mail.content["kind"].as_str().unwrap_or_default().to_owned(),
        to: mail.recipient_email,
        created_at: mail.created_at,
        ended: ended.contains(&mail.id),
    });
    Ok(mails.collect())
}

/// Renders a mail with a new link. Returns the recipient's address and the mail, or `None` if there
/// is no such mail or its subject has ended.
///
/// # Errors
/// `Internal` if the row or a template is invalid.
pub async fn open(
    app: &App,
    renderer: &Renderer,
    id: Uuid,
) -> Result<Option<(String, RenderedMail)>> {
    let mail = outbox::Entity::find_by_id(id).one(&app.db).await?;
    let Some(mail) = mail else { return Ok(None) };
    let rendered = compose::render(app, renderer, &mail).await?;
    Ok(rendered.map(|rendered| (mail.recipient_email, rendered)))
}
