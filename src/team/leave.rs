//! Leaving a workspace, by oneself or by an admin's hand.

use super::handover::{Handover, hand_over};
use super::{invitation, roster};
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use entity::invitation::InvitationState;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// Who is to go from where.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    pub workspace_id: Uuid,
    pub user_id: Uuid,
    /// Whether invitations that the member answers for are revoked.
    pub revoke_invitations: bool,
    /// The field of the input that names the member or the workspace, for problems to point at.
    pub field: &'static str,
}

/// Takes a member out of a workspace. Somebody who is still invited is revoked.
///
/// # Errors
/// `NotFound`; `LastAdmin` as a problem.
pub async fn remove(app: &App, actor: &Actor, departure: Departure) -> Result<Handover> {
    app.db
        .transaction(|tx| async move { depart(&tx, app, actor, departure).await })
        .await
}

async fn depart(
    tx: &DatabaseTransaction,
    app: &App,
    actor: &Actor,
    departure: Departure,
) -> Result<Handover> {
    let Departure {
        workspace_id,
        user_id,
        revoke_invitations,
        field,
    } = departure;
    let now = app.now();
    roster::lock_one(tx, workspace_id).await?;
    let member = roster::member(tx, workspace_id, user_id).await?;
    let by_oneself = actor.user_id == user_id;
    roster::not_the_last_admin(tx, &member, &[field]).await?;
    let kind = if by_oneself {
        AuditKind::LeaveWorkspace
    } else {
        AuditKind::RemoveMember
    };
    let entry = Entry::done(workspace_id, kind)
        .to(user_id, &member.email)
        .with("role", member.role.code());
    audit::record(tx, now, actor, [entry]).await?;
    if let Some(open) = roster::open_invitation(tx, workspace_id, user_id).await? {
        invitation::end(tx, &[open], InvitationState::Revoked, now).await?;
    }
    roster::remove(tx, workspace_id, &[user_id]).await?;
    hand_over(tx, now, actor, workspace_id, user_id, revoke_invitations).await
}
