//! Transfer of open invitations. A current admin is always responsible for each invitation.

use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Result};
use crate::team::invitation::{self, revoke};
use crate::team::lock::TeamLock;
use entity::Role;
use entity::invitation::{Column, Entity, InvitationState, Model};
use entity::membership::{self, MembershipStatus};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

/// The transferred and revoked invitations.
#[derive(Clone, Debug, Default)]
pub struct Transfer {
    /// Transferred to another admin.
    pub reassigned: Vec<Model>,
    /// Revoked.
    pub revoked: Vec<Model>,
}

/// Transfers or revokes the open invitations for which a user is responsible in a workspace. Call
/// this after the user's membership has changed.
pub async fn transfer(
    team: &TeamLock,
    actor: &Actor,
    workspace_id: Uuid,
    from: Uuid,
    revoke: bool,
) -> Result<Transfer> {
    let mut open = invitation::in_workspace(workspace_id)
        .filter(Column::InviterId.eq(from))
        .filter(Column::State.is_in(InvitationState::OPEN))
        .all(team.writer())
        .await?;
    if open.is_empty() {
        return Ok(Transfer::default());
    }
    if revoke {
        return Ok(Transfer {
            revoked: revoke::revoke_all(team, actor, &open).await?,
            ..Transfer::default()
        });
    }
    let successor = successor(team.writer(), workspace_id, actor.user_id).await?;
    Entity::update_many()
        .col_expr(Column::InviterId, successor.user_id.into())
        .filter(Column::WorkspaceId.eq(workspace_id))
        .filter(Column::InviterId.eq(from))
        .filter(Column::State.is_in(InvitationState::OPEN))
        .exec(team.writer())
        .await?;
    let entries = open.iter().map(|invitation| {
        Entry::done(workspace_id, AuditKind::ReassignInvitation)
            .to(invitation.user_id, &invitation.email)
            .with("to", &successor.email)
    });
    audit::record(team, team.now(), actor, entries).await?;
    for invitation in &mut open {
        invitation.inviter_id = successor.user_id;
    }
    Ok(Transfer {
        reassigned: open,
        ..Transfer::default()
    })
}

/// Returns the admin who made the change, or else the longest-serving one.
async fn successor(
    tx: &impl ConnectionTrait,
    workspace_id: Uuid,
    actor_id: Uuid,
) -> Result<membership::Model> {
    let admins = crate::team::memberships::in_workspace(workspace_id)
        .filter(membership::Column::Role.eq(Role::WorkspaceAdmin))
        .filter(membership::Column::Status.eq(MembershipStatus::Active));
    let acting = admins
        .clone()
        .filter(membership::Column::UserId.eq(actor_id))
        .one(tx)
        .await?;
    if let Some(acting) = acting {
        return Ok(acting);
    }
    admins
        .order_by_asc(membership::Column::JoinedAt)
        .order_by_asc(membership::Column::UserId)
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("a workspace without an admin"))
}
