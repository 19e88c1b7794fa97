//! Leaving a workspace, by oneself or by an admin's hand.

use super::lock::{self, Right, TeamLock};
use super::transfer::{Handover, transfer};
use super::{invitation, memberships};
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use crate::permissions::Permission;
use entity::invitation::InvitationState;
use entity::membership::MembershipStatus;
use uuid::Uuid;

/// What removing a member needs.
pub const RIGHT: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::RemoveMember,
};

/// Removes a member from a workspace. The invitation of one who is still invited is revoked;
/// `revoke_invitations` says whether the invitations that the member answers for are, too.
///
/// # Errors
/// Those of [`lock::with_right`]; `NotFound`; `LastAdmin` as a problem on `membershipId`.
pub async fn remove(
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    user_id: Uuid,
    revoke_invitations: bool,
) -> Result<Handover> {
    lock::with_right(app, actor, RIGHT, &[workspace_id], |team| async move {
        let departure = Departure {
            workspace_id,
            user_id,
            revoke_invitations,
            field: "membershipId",
        };
        depart(&team, actor, departure).await
    })
    .await
}

/// Removes the actor from a workspace. Invitations that they answer for are transferred.
///
/// # Errors
/// Those of [`lock::as_member`]; `LastAdmin` as a problem on `workspaceId`.
pub async fn leave(app: &App, actor: &Actor, workspace_id: Uuid) -> Result<Handover> {
    lock::as_member(app, actor, workspace_id, |team| async move {
        let departure = Departure {
            workspace_id,
            user_id: actor.user_id,
            revoke_invitations: false,
            field: "workspaceId",
        };
        depart(&team, actor, departure).await
    })
    .await
}

/// Who goes from where.
struct Departure {
    workspace_id: Uuid,
    user_id: Uuid,
    revoke_invitations: bool,
    /// The field of the input that names the member or the workspace, for problems to point at.
    field: &'static str,
}

async fn depart(team: &TeamLock, actor: &Actor, departure: Departure) -> Result<Handover> {
    let Departure {
        workspace_id,
        user_id,
        ..
    } = departure;
    let member = memberships::member(team.writer(), workspace_id, user_id).await?;
    memberships::not_the_last_admin(team, &member, &[departure.field]).await?;
    let kind = if actor.user_id == user_id {
        AuditKind::LeaveWorkspace
    } else {
        RIGHT.kind
    };
    let entry = Entry::done(workspace_id, kind)
        .to(user_id, &member.email)
        .with("role", member.role.code());
    match member.status {
        MembershipStatus::Active => {
            memberships::remove_active(team, &[workspace_id], &[user_id]).await?;
        }
        MembershipStatus::Invited => {
            let open = memberships::open_invitation(team.writer(), workspace_id, user_id).await?;
            if let Some(open) = open {
                invitation::end(team, &[open], InvitationState::Revoked).await?;
            }
            memberships::remove_invited(team, &[workspace_id], &[user_id]).await?;
        }
    }
    audit::record(team, team.now(), actor, [entry]).await?;
    transfer(
        team,
        actor,
        workspace_id,
        user_id,
        departure.revoke_invitations,
    )
    .await
}
