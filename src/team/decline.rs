//! Declining: the invited person says no.

use super::link::{Link, LinkState};
use super::lock::{Reach, TeamLock};
use super::{invitation, roster};
use crate::App;
use crate::actor::{Actor, Origin};
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use entity::invitation::{InvitationState, Model};

/// Declines all invitations that a link names; the memberships that wait for them go away.
///
/// # Errors
/// Those of the link, as problems.
pub async fn decline(app: &App, token: &str, origin: &Origin) -> Result<Vec<Model>> {
    let seen = &Link::find(&app.db, token, app.now()).await?;
    seen.valid()?;
    app.db
        .transaction(|tx| async move {
            let (team, link) = TeamLock::by_link(tx, app, token, seen, Reach::Mail).await?;
            decline_in(&team, &link, origin).await
        })
        .await
}

async fn decline_in(team: &TeamLock, link: &Link, origin: &Origin) -> Result<Vec<Model>> {
    link.valid()?;
    let mut declined: Vec<Model> = link
        .with_state(LinkState::Valid)
        .into_iter()
        .cloned()
        .collect();
    invitation::end(team, &declined, InvitationState::Declined).await?;
    for invitation in &mut declined {
        roster::remove(team, invitation.workspace_id, &[invitation.user_id]).await?;
        let actor = Actor::invitee(invitation, origin);
        let entry = Entry::done(invitation.workspace_id, AuditKind::DeclineInvitation)
            .to(invitation.user_id, &invitation.email);
        audit::record(team, team.now(), &actor, [entry]).await?;
        invitation.state = InvitationState::Declined;
        invitation.ended_at = Some(team.now());
    }
    Ok(declined)
}
