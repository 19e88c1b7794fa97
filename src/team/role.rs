//! Changing a member's role.

use super::handover::{Handover, hand_over};
use super::roster;
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use entity::{Role, invitation, membership};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

/// A role to give to a member.
#[derive(Clone, Copy, Debug)]
pub struct RoleChange {
    pub workspace_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
    /// Whether invitations that the member answers for are revoked, where they lose that right.
    pub revoke_invitations: bool,
}

/// Gives a member another role; the same role again changes nothing.
///
/// # Errors
/// `NotFound`; `LastAdmin` as a problem.
pub async fn change(
    app: &App,
    actor: &Actor,
    change: RoleChange,
) -> Result<(membership::Model, Handover)> {
    app.db
        .transaction(|tx| async move { change_in(&tx, app, actor, change).await })
        .await
}

async fn change_in(
    tx: &DatabaseTransaction,
    app: &App,
    actor: &Actor,
    change: RoleChange,
) -> Result<(membership::Model, Handover)> {
    let RoleChange {
        workspace_id,
        user_id,
        role,
        ..
    } = change;
    roster::lock_one(tx, workspace_id).await?;
    let mut member = roster::member(tx, workspace_id, user_id).await?;
    if member.role == role {
        return Ok((member, Handover::default()));
    }
    roster::not_the_last_admin(tx, &member, &["role"]).await?;
    roster::set_role(tx, workspace_id, user_id, role).await?;
    invitation::Entity::update_many()
        .col_expr(invitation::Column::Role, Expr::value(role))
        .filter(invitation::Column::WorkspaceId.eq(workspace_id))
        .filter(invitation::Column::UserId.eq(user_id))
        .filter(invitation::Column::State.is_in(invitation::InvitationState::OPEN))
        .exec(tx)
        .await?;
    let entry = Entry::done(workspace_id, AuditKind::ChangeRole)
        .to(user_id, &member.email)
        .with("from", member.role.code())
        .with("to", role.code());
    audit::record(tx, app.now(), actor, [entry]).await?;
    let handover = if member.role == Role::WorkspaceAdmin {
        hand_over(
            tx,
            app.now(),
            actor,
            workspace_id,
            user_id,
            change.revoke_invitations,
        )
        .await?
    } else {
        Handover::default()
    };
    member.role = role;
    Ok((member, handover))
}
