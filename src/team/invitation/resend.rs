//! Resending invitations.

use super::store::store_sending;
use super::{find_with_member, lifetime, require_open};
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::mail::outbox::{self, MailKind, OutboxMail};
use crate::mail::quota;
use crate::permissions::Permission;
use crate::team::lock::{self, Right, TeamLock};
use entity::invitation::{InvitationState, Model};
use uuid::Uuid;

/// The right to resend an invitation.
pub const RIGHT: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::ResendInvitation,
};

/// Resends an invitation with a new link and invalidates the old one.
///
/// # Errors
/// Those of [`lock::with_right`]. `NotFound` if the workspace has no such invitation. Refused with
/// `InvitationEnded`, `Cooldown`, or `MailCapReached`.
pub async fn resend(app: &App, actor: &Actor, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    let resent = lock::with_right(app, actor, RIGHT, &[workspace_id], |team| async move {
        resend_in(&team, app, actor, workspace_id, id).await
    })
    .await?;
    app.mail_queued.notify_one();
    Ok(resent)
}

async fn resend_in(
    team: &TeamLock,
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    id: Uuid,
) -> Result<Model> {
    let workspace = team.workspace(workspace_id)?;
    let (mut invitation, member) = find_with_member(team.writer(), workspace_id, id).await?;
    require_open(&invitation)?;
    let now = team.now();
    let retry_at = invitation.sent_at + app.config.resend_cooldown;
    if now < retry_at {
        let message = "This invitation was sent a moment ago. Wait before you resend it.";
        let problem = Problem::new(ProblemCode::Cooldown, &["invitationId"], message);
        return Err(problem.retry_at(retry_at).into());
    }
    let member = member.ok_or(Error::NotFound("membership"))?;
    let used_up = quota::count(team, app, actor.user_id, &[&member.email_key]).await?;
    if let Some(problem) = used_up.into_iter().flatten().next() {
        return Err(problem.within(&["invitationId"]).into());
    }
    let mail = OutboxMail::new(
        crate::name::display(&member.first_name, &member.last_name, ""),
        &invitation.email,
        MailKind::Invitation,
    );
    invitation.mail_id = mail.id();
    invitation.state = InvitationState::Pending;
    invitation.sent_at = now;
    invitation.sent_count += 1;
    invitation.expires_at = now + lifetime(app, workspace);
    invitation.renewal_asked_at = None;
    store_sending(team, &invitation).await?;
    outbox::enqueue(team, now, [mail]).await?;
    let entry = Entry::done(workspace_id, AuditKind::ResendInvitation)
        .to(invitation.user_id, &invitation.email);
    audit::record(team, now, actor, [entry]).await?;
    Ok(invitation)
}
