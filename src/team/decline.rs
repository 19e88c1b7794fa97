//! Declining: the invited person says no.

use super::link::{Link, LinkState};
use super::{invitation, roster};
use crate::App;
use crate::actor::{Actor, Origin};
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use entity::invitation::{InvitationState, Model};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// Declines all invitations that a link names; the memberships that wait for them go away.
///
/// # Errors
/// Those of the link, as problems.
pub async fn decline(app: &App, token: &str, origin: &Origin) -> Result<Vec<Model>> {
    app.db
        .transaction(|tx| async move { decline_in(&tx, app, token, origin).await })
        .await
}

async fn decline_in(
    tx: &DatabaseTransaction,
    app: &App,
    token: &str,
    origin: &Origin,
) -> Result<Vec<Model>> {
    let now = app.now();
    let seen = Link::find(tx, token, now).await?;
    let places: Vec<Uuid> = seen.valid()?.iter().map(|i| i.workspace_id).collect();
    roster::lock(tx, &places).await?;
    let link = Link::find(tx, token, now).await?;
    link.valid()?;
    let mut declined: Vec<Model> = link
        .with_state(LinkState::Valid)
        .into_iter()
        .cloned()
        .collect();
    invitation::end(tx, &declined, InvitationState::Declined, now).await?;
    for invitation in &mut declined {
        roster::remove(tx, invitation.workspace_id, &[invitation.user_id]).await?;
        let actor = Actor {
            user_id: invitation.user_id,
            name: invitation.email.clone(),
            email: invitation.email.clone(),
            origin: origin.clone(),
        };
        let entry = Entry::done(invitation.workspace_id, AuditKind::DeclineInvitation)
            .to(invitation.user_id, &invitation.email);
        audit::record(tx, now, &actor, [entry]).await?;
        invitation.state = InvitationState::Declined;
        invitation.ended_at = Some(now);
    }
    Ok(declined)
}
