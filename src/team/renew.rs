//! Asking for a new link in place of one that has expired.

use super::link::{Link, LinkState};
use super::lock::{Reach, TeamLock};
use crate::App;
use crate::actor::{Actor, Origin};
use crate::audit::{self, AuditKind, Entry};
use crate::error::Result;
use crate::mail::outbox::{self, Mail, Notice};
use crate::name;
use chrono::Duration;
use entity::invitation::Model;
use entity::{invitation, user, workspace};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long the inviters are left alone after they were told.
const PAUSE: Duration = Duration::days(1);

/// Tells the inviters that an invitee asks for a new link, once a day at most. The answer is the
/// same for every link that was once sent.
///
/// # Errors
/// `TokenUnknown` as a problem, where no such link was ever sent.
pub async fn request(app: &App, token: &str, origin: &Origin) -> Result<()> {
    let link = Link::find(&app.db, token, app.now()).await?;
    if link.with_state(LinkState::Expired).is_empty() {
        return Ok(());
    }
    let seen = &link;
    app.db
        .transaction(|tx| async move {
            let (team, link) = TeamLock::by_link(tx, app, token, seen, Reach::Mail).await?;
            request_in(&team, &link, origin).await
        })
        .await?;
    app.mail_queued.notify_one();
    Ok(())
}

async fn request_in(team: &TeamLock, link: &Link, origin: &Origin) -> Result<()> {
    let now = team.now();
    let due = |i: &&Model| i.renewal_asked_at.is_none_or(|asked| asked + PAUSE <= now);
    let mut by_inviter: BTreeMap<Uuid, Vec<Model>> = BTreeMap::new();
    for invitation in link.with_state(LinkState::Expired).into_iter().filter(due) {
        by_inviter
            .entry(invitation.inviter_id)
            .or_default()
            .push(invitation.clone());
    }
    for (inviter_id, invitations) in by_inviter {
        let Some(inviter) = user::Entity::find_by_id(inviter_id)
            .one(team.writer())
            .await?
        else {
            continue;
        };
        outbox::enqueue(
            team,
            now,
            [letter(&inviter, &invitations, team.workspaces())],
        )
        .await?;
        for invitation in invitations {
            note(team, invitation, origin).await?;
        }
    }
    Ok(())
}

fn letter(inviter: &user::Model, invitations: &[Model], workspaces: &[workspace::Model]) -> Mail {
    let workspace = |i: &Model| workspaces.iter().find(|w| w.id == i.workspace_id);
    let notice = Notice::RenewalAsked {
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
    Mail::new(name, &inviter.email, notice)
}

async fn note(team: &TeamLock, mut asked: Model, origin: &Origin) -> Result<()> {
    let now = team.now();
    let actor = Actor::invitee(&asked, origin);
    let entry = Entry::done(asked.workspace_id, AuditKind::RequestNewInvitation)
        .to(asked.user_id, &asked.email);
    audit::record(team, now, &actor, [entry]).await?;
    asked.renewal_asked_at = Some(now);
    invitation::Entity::update(asked.into_active_model().reset_all())
        .exec(team.writer())
        .await?;
    Ok(())
}
