//! The common part of leaving a workspace and being removed from it.

use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use crate::team::invitation::store;
use crate::team::invitation::transfer::{Transfer, transfer};
use crate::team::lock::TeamLock;
use crate::team::memberships;
use entity::invitation::InvitationState;
use entity::membership::MembershipStatus;
use uuid::Uuid;

/// The member who leaves and the workspace.
pub(super) struct Departure {
    pub(super) workspace_id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) revoke_invitations: bool,
    /// The input field that problems refer to.
    pub(super) field: &'static str,
}

pub(super) async fn depart(
    team: &TeamLock,
    actor: &Actor,
    departure: Departure,
) -> Result<Transfer> {
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
        AuditKind::RemoveMember
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
                store::end(team, &[open], InvitationState::Revoked).await?;
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
