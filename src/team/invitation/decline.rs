//! Declining invitations.

use crate::App;
use crate::actor::{Actor, ClientInfo};
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use crate::team::invitation::link::{Link, LinkState};
use crate::team::invitation::store;
use crate::team::lock::{Reach, TeamLock};
use crate::team::memberships;
use entity::invitation::{InvitationState, Model};
use uuid::Uuid;

/// Declines all valid invitations of a link and deletes their memberships.
///
/// # Errors
/// Refused with the problem of the link.
pub async fn decline(app: &App, token: &str, origin: &ClientInfo) -> Result<Vec<Model>> {
    let seen = &Link::find(&app.db, token, app.now()).await?;
    seen.valid()?;
    app.db
        .transaction(AuditKind::DeclineInvitation.code(), |tx| async move {
            let (team, link) = TeamLock::by_link(tx, app, token, seen, Reach::Mail).await?;
            decline_in(&team, &link, origin).await
        })
        .await
}

async fn decline_in(team: &TeamLock, link: &Link, origin: &ClientInfo) -> Result<Vec<Model>> {
    link.valid()?;
    let valid = link.with_state(LinkState::Valid).into_iter();
    let valid: Vec<Model> = valid.cloned().collect();
    let Some(first) = valid.first() else {
        return Ok(valid);
    };
    let declined = store::end(team, &valid, InvitationState::Declined).await?;
    // A mail has one recipient.
    let workspace_ids: Vec<Uuid> = declined.iter().map(|i| i.workspace_id).collect();
    memberships::remove_invited(team, &workspace_ids, &[first.user_id]).await?;
    let entries = declined.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::DeclineInvitation)
            .to(invitation.user_id, &invitation.email)
    });
    audit::record(team, team.now(), &Actor::invitee(first, origin), entries).await?;
    Ok(declined)
}
