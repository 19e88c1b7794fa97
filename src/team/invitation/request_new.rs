//! Requests for a new invitation in place of an expired one.

use crate::App;
use crate::actor::{Actor, ClientInfo};
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use crate::mail::outbox::{self, MailKind, OutboxMail};
use crate::name;
use crate::team::invitation::link::{Link, LinkState};
use crate::team::invitation::store;
use crate::team::lock::{Reach, TeamLock};
use chrono::Duration;
use entity::invitation::Model;
use entity::{user, workspace};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The minimum time between two requests to an inviter.
const PAUSE: Duration = Duration::days(1);

/// Notifies the inviters that an invitee requests a new invitation, at most once a day. The
/// response is the same for every link that was sent.
///
/// # Errors
/// Refused with `TokenUnknown` if no such link was sent.
pub async fn request(app: &App, token: &str, origin: &ClientInfo) -> Result<()> {
    let link = Link::find(&app.db, token, app.now()).await?;
    if link.with_state(LinkState::Expired).is_empty() {
        return Ok(());
    }
    let seen = &link;
    app.db
        .transaction(AuditKind::RequestNewInvitation.code(), |tx| async move {
            let (team, link) = TeamLock::by_link(tx, app, token, seen, Reach::Mail).await?;
            request_in(&team, &link, origin).await
        })
        .await?;
    app.mail_queued.notify_one();
    Ok(())
}

async fn request_in(team: &TeamLock, link: &Link, origin: &ClientInfo) -> Result<()> {
    let now = team.now();
    let due = |i: &&Model| i.renewal_asked_at.is_none_or(|at| at + PAUSE <= now);
    let mut by_inviter: BTreeMap<Uuid, Vec<Model>> = BTreeMap::new();
    for invitation in link.with_state(LinkState::Expired).into_iter().filter(due) {
        by_inviter
            .entry(invitation.inviter_id)
            .or_default()
            .push(invitation.clone());
    }
    if by_inviter.is_empty() {
        return Ok(());
    }
    let inviters = user::Entity::find()
        .filter(user::Column::Id.is_in(by_inviter.keys().copied()))
        .all(team.writer())
        .await?;
    let mut requested = Vec::new();
    for inviter in inviters {
        let invitations = by_inviter.remove(&inviter.id).unwrap_or_default();
        // Queue one by one: several mails at once would count as bulk mail.
        let mail = mail(&inviter, &invitations, team.workspaces());
        outbox::enqueue(team, now, [mail]).await?;
        requested.extend(invitations);
    }
    note(team, &requested, origin).await
}

fn mail(
    inviter: &user::Model,
    invitations: &[Model],
    workspaces: &[workspace::Model],
) -> OutboxMail {
    let workspace = |i: &Model| workspaces.iter().find(|w| w.id == i.workspace_id);
    let kind = MailKind::NewInvitationRequested {
        invitee: invitations
            .first()
            .map_or_else(String::new, |i| i.email.clone()),
        workspaces: invitations
            .iter()
            .filter_map(workspace)
            .map(|w| w.name.clone())
            .collect(),
        slug: invitations
            .first()
            .and_then(workspace)
            .map(|w| w.slug.clone()),
    };
    let name = name::display(&inviter.first_name, &inviter.last_name, "");
    OutboxMail::new(name, &inviter.email, kind)
}

/// Records the requests for new invitations, also in the audit log.
async fn note(team: &TeamLock, requested: &[Model], origin: &ClientInfo) -> Result<()> {
    let Some(first) = requested.first() else {
        return Ok(());
    };
    let entries = requested.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::RequestNewInvitation)
            .to(invitation.user_id, &invitation.email)
    });
    let actor = Actor::invitee(first, origin);
    audit::record(team, team.now(), &actor, entries).await?;
    store::set_renewal_asked(team, requested).await
}
