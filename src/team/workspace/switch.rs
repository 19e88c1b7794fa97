//! Switching the active workspace of a session.

use crate::App;
use crate::account::session::mark_active;
use crate::actor::Actor;
use crate::error::Result;
use crate::team::lock;
use entity::session;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

/// Changes the active workspace of the actor's session. This counts as activity there.
///
/// # Errors
/// Those of [`lock::as_member`].
pub async fn switch(app: &App, actor: &Actor, workspace_id: Uuid) -> Result<()> {
    lock::as_member(
        app,
        actor,
        "SWITCH_WORKSPACE",
        workspace_id,
        |team| async move {
            session::Entity::update_many()
                .col_expr(session::Column::ActiveWorkspaceId, workspace_id.into())
                .filter(session::Column::Id.eq(actor.session_id))
                .exec(team.writer())
                .await?;
            mark_active(&team, actor.user_id, &[workspace_id], team.now()).await
        },
    )
    .await
}
