//! Invitations: their state at a time, finding them, sending them again and revoking them.

use super::roster;
use crate::App;
use crate::account::throttle;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::mail::outbox::{self, Mail, Notice};
use chrono::{DateTime, Duration, Utc};
use entity::invitation::{self, InvitationState, Model};
use entity::{mail_invitation, membership, workspace};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction,
    EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Select,
};
use uuid::Uuid;

/// The time for which mails to one address are counted together.
pub const MAIL_WINDOW: Duration = Duration::days(1);

/// The invitations of one workspace.
pub fn in_workspace(workspace_id: Uuid) -> Select<invitation::Entity> {
    invitation::Entity::find().filter(invitation::Column::WorkspaceId.eq(workspace_id))
}

/// One invitation.
///
/// # Errors
/// `NotFound` where the workspace has no such invitation.
pub async fn find(db: &impl ConnectionTrait, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    in_workspace(workspace_id)
        .filter(invitation::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("invitation"))
}

/// Where an invitation stands at a time: it expires by itself.
pub fn state_at(invitation: &Model, now: DateTime<Utc>) -> InvitationState {
    match invitation.state {
        InvitationState::Pending if invitation.expires_at <= now => InvitationState::Expired,
        state => state,
    }
}

/// How long links of this workspace's invitations are valid.
pub fn lifetime(app: &App, workspace: &workspace::Model) -> Duration {
    match workspace.invitation_lifetime_days {
        Some(days) => Duration::days(i64::from(days)),
        None => app.config.invitation_lifetime,
    }
}

/// Counts one more mail to an address; gives the problem to show where there were too many today.
///
/// # Errors
/// Those of the database.
pub async fn count_mail(
    db: &impl ConnectionTrait,
    app: &App,
    email_key: &str,
) -> Result<Option<Problem>> {
    let key = throttle::key("mail", email_key);
    let limit = app.config.mails_per_address;
    let until = throttle::take(db, &key, limit, MAIL_WINDOW, app.now()).await?;
    Ok(until.map(too_many_mails))
}

/// What is said of an address that has got too many mails; counting starts anew at `until`.
pub fn too_many_mails(until: DateTime<Utc>) -> Problem {
    let message = "This address has got too many mails today. Try again tomorrow.";
    Problem::new(ProblemCode::MailCapReached, &[], message).retry_at(until)
}

/// Sends an invitation anew: its earlier link ends.
///
/// # Errors
/// `NotFound`; `InvitationEnded`, `Cooldown` or `MailCapReached` as problems.
pub async fn resend(app: &App, actor: &Actor, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    let resent = app
        .db
        .transaction(|tx| async move { resend_in(&tx, app, actor, workspace_id, id).await })
        .await?;
    app.mail_queued.notify_one();
    Ok(resent)
}

async fn resend_in(
    tx: &DatabaseTransaction,
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    id: Uuid,
) -> Result<Model> {
    let workspace = roster::lock_one(tx, workspace_id).await?;
    let mut invitation = find(tx, workspace_id, id).await?;
    still_open(&invitation)?;
    let now = app.now();
    let rested = invitation.sent_at + app.config.resend_cooldown;
    if now < rested {
        let message =
            "This invitation was sent a moment ago. Wait a little before sending it again.";
        let problem = Problem::new(ProblemCode::Cooldown, &["invitationId"], message);
        return Err(problem.retry_at(rested).into());
    }
    let member = roster::member(tx, workspace_id, invitation.user_id).await?;
    if let Some(problem) = count_mail(tx, app, &member.email_key).await? {
        return Err(problem.within(&["invitationId"]).into());
    }
    let mail = Mail::new(
        crate::name::display(&member.first_name, &member.last_name, ""),
        &invitation.email,
        Notice::Invitation,
    );
    invitation.mail_id = mail.id();
    invitation.state = InvitationState::Pending;
    invitation.sent_at = now;
    invitation.sent_count += 1;
    invitation.expires_at = now + lifetime(app, &workspace);
    invitation.renewal_asked_at = None;
    store_sending(tx, &invitation).await?;
    outbox::enqueue(tx, now, [mail]).await?;
    let entry = Entry::done(workspace_id, AuditKind::ResendInvitation)
        .to(invitation.user_id, &invitation.email);
    audit::record(tx, now, actor, [entry]).await?;
    Ok(invitation)
}

/// Stores what changes each time an invitation is sent, and ties its mail to it.
///
/// # Errors
/// Those of the database.
pub async fn store_sending(tx: &impl ConnectionTrait, invitation: &Model) -> Result<()> {
    invitation::Entity::update(invitation.clone().into_active_model().reset_all())
        .exec(tx)
        .await?;
    membership::Entity::update_many()
        .col_expr(membership::Column::InviteSentAt, invitation.sent_at.into())
        .filter(membership::Column::WorkspaceId.eq(invitation.workspace_id))
        .filter(membership::Column::UserId.eq(invitation.user_id))
        .exec(tx)
        .await?;
    tie_mail(tx, std::slice::from_ref(invitation)).await
}

/// Notes which invitations a mail names.
///
/// # Errors
/// Those of the database.
pub async fn tie_mail(tx: &impl ConnectionTrait, invitations: &[Model]) -> Result<()> {
    let ties = invitations.iter().map(|invitation| {
        mail_invitation::Model {
            mail_id: invitation.mail_id,
            workspace_id: invitation.workspace_id,
            invitation_id: invitation.id,
        }
        .into_active_model()
    });
    if !invitations.is_empty() {
        mail_invitation::Entity::insert_many(ties)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn still_open(invitation: &Model) -> Result<(), Problem> {
    if invitation.state.is_open() {
        return Ok(());
    }
    let message =
        "This invitation has ended already. Look at the member list for how things stand.";
    Err(Problem::new(
        ProblemCode::InvitationEnded,
        &["invitationId"],
        message,
    ))
}

/// Takes an invitation back, and with it the membership that waits for it.
///
/// # Errors
/// `NotFound`; `InvitationEnded` as a problem.
pub async fn revoke(app: &App, actor: &Actor, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    app.db
        .transaction(|tx| async move {
            roster::lock_one(&*tx, workspace_id).await?;
            let mut invitation = find(&*tx, workspace_id, id).await?;
            still_open(&invitation)?;
            revoke_all(&*tx, app.now(), actor, std::slice::from_ref(&invitation)).await?;
            invitation.state = InvitationState::Revoked;
            invitation.ended_at = Some(app.now());
            Ok(invitation)
        })
        .await
}

/// Takes open invitations of one workspace back. The workspace must be locked.
///
/// # Errors
/// Those of the database.
pub async fn revoke_all(
    tx: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: &Actor,
    invitations: &[Model],
) -> Result<()> {
    let Some(first) = invitations.first() else {
        return Ok(());
    };
    end(tx, invitations, InvitationState::Revoked, now).await?;
    let users: Vec<Uuid> = invitations
        .iter()
        .map(|invitation| invitation.user_id)
        .collect();
    roster::remove(tx, first.workspace_id, &users).await?;
    let entries = invitations.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::RevokeInvitation)
            .to(invitation.user_id, &invitation.email)
    });
    audit::record(tx, now, actor, entries).await
}

/// Ends open invitations.
///
/// # Errors
/// Those of the database.
pub async fn end(
    tx: &impl ConnectionTrait,
    invitations: &[Model],
    state: InvitationState,
    now: DateTime<Utc>,
) -> Result<()> {
    let keys = invitations
        .iter()
        .map(|invitation| (invitation.workspace_id, invitation.id));
    invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value(state))
        .col_expr(invitation::Column::EndedAt, now.into())
        .filter(
            Expr::tuple([
                Expr::col(invitation::Column::WorkspaceId),
                Expr::col(invitation::Column::Id),
            ])
            .in_tuples(keys),
        )
        .exec(tx)
        .await?;
    Ok(())
}
