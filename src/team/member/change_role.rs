//! Role changes.

use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use crate::permissions::Permission;
use crate::team::invitation::store;
use crate::team::invitation::transfer::{Transfer, transfer};
use crate::team::lock::{self, Right, TeamLock};
use crate::team::memberships;
use entity::Role;
use entity::membership::{self, MembershipStatus};
use uuid::Uuid;

/// The right to change a role.
pub const RIGHT: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::ChangeRole,
};

/// A new role for a member.
#[derive(Clone, Copy, Debug)]
pub struct RoleChange {
    pub workspace_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
    /// Whether to revoke the invitations for which the member is responsible, if they lose
    /// `TEAM_MANAGE`.
    pub revoke_invitations: bool,
}

/// Changes a member's role. The same role again changes nothing.
///
/// # Errors
/// Those of [`lock::with_right`]. `NotFound` if there is no such member. Refused with `LastAdmin`.
pub async fn change_role(
    app: &App,
    actor: &Actor,
    change: RoleChange,
) -> Result<(membership::Model, Transfer)> {
    lock::with_right(
        app,
        actor,
        RIGHT,
        &[change.workspace_id],
        |team| async move { change_in(&team, actor, change).await },
    )
    .await
}

async fn change_in(
    team: &TeamLock,
    actor: &Actor,
    change: RoleChange,
) -> Result<(membership::Model, Transfer)> {
    let RoleChange {
        workspace_id,
        user_id,
        role,
        ..
    } = change;
    let mut member = memberships::member(team.writer(), workspace_id, user_id).await?;
    if member.role == role {
        return Ok((member, Transfer::default()));
    }
    memberships::not_the_last_admin(team, &member, &["role"]).await?;
    memberships::set_role(team, workspace_id, user_id, role).await?;
    if member.status == MembershipStatus::Invited {
        store::set_role(team, workspace_id, user_id, role).await?;
    }
    let entry = Entry::done(workspace_id, AuditKind::ChangeRole)
        .to(user_id, &member.email)
        .with("from", member.role.code())
        .with("to", role.code());
    audit::record(team, team.now(), actor, [entry]).await?;
    let transfer = if member.role == Role::WorkspaceAdmin {
        transfer(
            team,
            actor,
            workspace_id,
            user_id,
            change.revoke_invitations,
        )
        .await?
    } else {
        Transfer::default()
    };
    member.role = role;
    Ok((member, transfer))
}
