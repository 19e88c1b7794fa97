//! The sweep that marks expired invitations.

use crate::App;
use crate::error::Result;
use entity::invitation::{self, InvitationState};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

/// The maximum number of invitations that one sweep marks, so that it never locks many rows.
const BATCH: u64 = 500;

/// Marks expired invitations, so that counting them is cheap. Returns their number.
pub async fn mark_expired(app: &App) -> Result<u64> {
    let now = app.now();
    let expired = invitation::Entity::find()
        .filter(invitation::Column::State.eq(InvitationState::Pending))
        .filter(invitation::Column::ExpiresAt.lte(now))
        .order_by_asc(invitation::Column::WorkspaceId)
        .limit(BATCH)
        .all(&app.db)
        .await?;
    let mut marked = 0;
    for invitations in expired.chunk_by(|a, b| a.workspace_id == b.workspace_id) {
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
