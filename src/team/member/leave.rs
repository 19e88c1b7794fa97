//! Leaving a workspace.

use super::departure::{Departure, depart};
use crate::App;
use crate::actor::Actor;
use crate::audit::AuditKind;
use crate::error::Result;
use crate::team::invitation::transfer::Transfer;
use crate::team::lock;
use uuid::Uuid;

/// Removes the actor from a workspace. Invitations for which they are responsible are transferred.
///
/// # Errors
/// Those of [`lock::as_member`]. Refused with `LastAdmin` on `workspaceId`.
pub async fn leave(app: &App, actor: &Actor, workspace_id: Uuid) -> Result<Transfer> {
    let operation = AuditKind::LeaveWorkspace.code();
    lock::as_member(app, actor, operation, workspace_id, |team| async move {
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
