//! Removing a member from a workspace.

use super::departure::{Departure, depart};
use crate::App;
use crate::actor::Actor;
use crate::audit::AuditKind;
use crate::error::Result;
use crate::permissions::Permission;
use crate::team::invitation::transfer::Transfer;
use crate::team::lock::{self, Right};
use uuid::Uuid;

/// The right to remove a member.
pub const RIGHT: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::RemoveMember,
};

/// Removes a member from a workspace. Revokes the invitation of an invited member. Invitations for
/// which the member is responsible are transferred, or revoked if `revoke_invitations` is set.
///
/// # Errors
/// Those of [`lock::with_right`]. `NotFound` if there is no such member. Refused with `LastAdmin`
/// on `membershipId`.
pub async fn remove(
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    user_id: Uuid,
    revoke_invitations: bool,
) -> Result<Transfer> {
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
