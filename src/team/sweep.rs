//! What time does by itself: invitations that lapse, and rows that nobody needs any longer.

use crate::App;
use crate::error::Result;
use chrono::Duration;
use entity::invitation::{self, InvitationState};
use entity::outbox::MailState;
use entity::{link_token, outbox, session, throttle};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

/// Invitations that one sweep marks at most, so that it never holds many rows.
const BATCH: u64 = 500;
/// How long sent mails, and the hashes of links, are kept.
const KEEP: Duration = Duration::days(180);

/// Marks invitations whose time is over, so that counting them costs nothing.
///
/// # Errors
/// Those of the database.
pub async fn mark_expired(app: &App) -> Result<u64> {
    let now = app.now();
    let lapsed = invitation::Entity::find()
        .filter(invitation::Column::State.eq(InvitationState::Pending))
        .filter(invitation::Column::ExpiresAt.lte(now))
        .order_by_asc(invitation::Column::WorkspaceId)
        .limit(BATCH)
        .all(&app.db)
        .await?;
    let mut marked = 0;
    for invitations in lapsed.chunk_by(|a, b| a.workspace_id == b.workspace_id) {
        let workspace_id = invitations[0].workspace_id;
        let ids: Vec<_> = invitations.iter().map(|invitation| invitation.id).collect();
        marked += invitation::Entity::update_many()
            .col_expr(
                invitation::Column::State,
                Expr::value(InvitationState::Expired),
            )
            .filter(invitation::Column::WorkspaceId.eq(workspace_id))
            .filter(invitation::Column::Id.is_in(ids))
            .filter(invitation::Column::State.eq(InvitationState::Pending))
            .filter(invitation::Column::ExpiresAt.lte(now))
            .exec(&app.db.maintenance())
            .await?
            .rows_affected;
    }
    Ok(marked)
}

/// Deletes what has outlived its use: ended sessions, old mails and links, idle counters.
///
/// # Errors
/// Those of the database.
pub async fn clear_away(app: &App) -> Result<()> {
    let now = app.now();
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(now))
        .exec(&app.db.maintenance())
        .await?;
    throttle::Entity::delete_many()
        .filter(throttle::Column::ResetsAt.lte(now))
        .exec(&app.db.maintenance())
        .await?;
    outbox::Entity::delete_many()
        .filter(outbox::Column::State.ne(MailState::Queued))
        .filter(outbox::Column::CreatedAt.lte(now - KEEP))
        .exec(&app.db.maintenance())
        .await?;
    link_token::Entity::delete_many()
        .filter(link_token::Column::CreatedAt.lte(now - KEEP))
        .exec(&app.db.maintenance())
        .await?;
    Ok(())
}
