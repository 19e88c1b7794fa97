//! The mails that are kept where no mail server is configured, for the page that shows them.

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

/// Mails that are listed.
const LISTED: u64 = 100;

/// A kept mail, as the list shows it.
pub struct KeptMail {
    pub id: Uuid,
    /// The address of its recipient.
    pub to: String,
    /// Its kind, like `PASSWORD_RESET`.
    pub kind: String,
    pub created_at: DateTime<Utc>,
    /// Whether what it is about has ended, so that there is nothing to open.
    pub ended: bool,
}

/// The latest kept mails, the latest first.
///
/// # Errors
/// Those of the database.
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

/// A mail with its recipient's address, rendered with a new link; `None` where there is no such
/// mail, or what it is about has ended.
///
/// # Errors
/// Those of the database; `Internal` where the row or a template is broken.
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
