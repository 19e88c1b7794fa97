//! Revoking invitations.

use super::{find, require_open, store};
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Result};
use crate::permissions::Permission;
use crate::team::lock::{self, Right, TeamLock};
use crate::team::memberships;
use entity::invitation::{InvitationState, Model};
use uuid::Uuid;

/// The right to revoke an invitation.
pub const RIGHT: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::RevokeInvitation,
};

/// Revokes an open invitation and deletes its membership.
///
/// # Errors
/// Those of [`lock::with_right`]. `NotFound` if the workspace has no such invitation. Refused with
/// `InvitationEnded`.
pub async fn revoke(app: &App, actor: &Actor, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    lock::with_right(app, actor, RIGHT, &[workspace_id], |team| async move {
        let invitation = find(team.writer(), workspace_id, id).await?;
        require_open(&invitation)?;
        let revoked = revoke_all(&team, actor, &[invitation]).await?;
        let revoked = revoked.into_iter().next();
        revoked.ok_or(Error::NotFound("invitation"))
    })
    .await
}

/// Revokes open invitations of one workspace, deletes their memberships, and returns the
/// invitations.
pub async fn revoke_all(
    team: &TeamLock,
    actor: &Actor,
    invitations: &[Model],
) -> Result<Vec<Model>> {
    let Some(first) = invitations.first() else {
        return Ok(Vec::new());
    };
    let revoked = store::end(team, invitations, InvitationState::Revoked).await?;
    let users: Vec<Uuid> = invitations
        .iter()
        .map(|invitation| invitation.user_id)
        .collect();
    memberships::remove_invited(team, &[first.workspace_id], &users).await?;
    let entries = invitations.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::RevokeInvitation)
            .to(invitation.user_id, &invitation.email)
    });
    audit::record(team, team.now(), actor, entries).await?;
    Ok(revoked)
}
