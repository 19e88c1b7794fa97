//! Invitations: their state at a time, finding them, sending them again and revoking them.

use super::lock::{self, Right, TeamLock};
use super::{mail_quota, memberships};
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::mail::outbox::{self, MailKind, OutboxMail};
use crate::permissions::Permission;
use chrono::{DateTime, Duration, Utc};
use entity::invitation::{self, InvitationState, Model};
use entity::{Role, mail_invitation, membership, workspace};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    IntoActiveModel as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select, UpdateMany,
};
use uuid::Uuid;

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

/// One invitation, with the membership that waits for it while it is open.
///
/// # Errors
/// `NotFound` where the workspace has no such invitation.
async fn find_with_member(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    id: Uuid,
) -> Result<(Model, Option<membership::Model>)> {
    let to_member = invitation::Entity::belongs_to(membership::Entity)
        .from((invitation::Column::WorkspaceId, invitation::Column::UserId))
        .to((membership::Column::WorkspaceId, membership::Column::UserId));
    in_workspace(workspace_id)
        .filter(invitation::Column::Id.eq(id))
        .join(JoinType::LeftJoin, to_member.into())
        .select_also(membership::Entity)
        .one(db)
        .await?
        .ok_or(Error::NotFound("invitation"))
}

/// Pending invitations that are accepted with one link, besides those that its mail named.
const MAX_ACCEPTED: u64 = 500;

/// The invitations of a person that wait for an answer, in the order of their workspaces; at most
/// [`MAX_ACCEPTED`].
///
/// # Errors
/// Those of the database.
pub async fn pending_of(
    db: &impl ConnectionTrait,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Model>> {
    Ok(select_pending(user_id, now).all(db).await?)
}

fn select_pending(user_id: Uuid, now: DateTime<Utc>) -> Select<invitation::Entity> {
    invitation::Entity::find()
        .filter(invitation::Column::UserId.eq(user_id))
        .filter(invitation::Column::State.eq(InvitationState::Pending))
        .filter(invitation::Column::ExpiresAt.gt(now))
        .order_by_asc(invitation::Column::WorkspaceId)
        .limit(MAX_ACCEPTED)
}

/// The workspaces of the invitations that a mail named, and of those that wait for an answer of its
/// recipient ([`pending_of`]): a subquery.
pub fn workspaces_of_mailbox(mail_id: Uuid, user_id: Uuid, now: DateTime<Utc>) -> SelectStatement {
    let pending = select_pending(user_id, now)
        .select_only()
        .column(invitation::Column::WorkspaceId);
    let named = mail_invitation::Entity::find()
        .select_only()
        .column(mail_invitation::Column::WorkspaceId)
        .filter(mail_invitation::Column::MailId.eq(mail_id));
    Query::select()
        .column(invitation::Column::WorkspaceId)
        .from_subquery(pending.into_query(), "pending")
        .union(UnionType::Distinct, named.into_query())
        .take()
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

/// What sending an invitation again needs.
pub const RESEND: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::ResendInvitation,
};

/// What revoking an invitation needs.
pub const REVOKE: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::RevokeInvitation,
};

/// Sends an invitation again: its earlier link ends.
///
/// # Errors
/// Those of [`lock::with_right`]; `NotFound`; `InvitationEnded`, `Cooldown` or `MailCapReached` as problems.
pub async fn resend(app: &App, actor: &Actor, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    let resent = lock::with_right(app, actor, RESEND, &[workspace_id], |team| async move {
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
    still_open(&invitation)?;
    let now = team.now();
    let rested = invitation.sent_at + app.config.resend_cooldown;
    if now < rested {
        let message =
            "This invitation was sent a moment ago. Wait a little before sending it again.";
        let problem = Problem::new(ProblemCode::Cooldown, &["invitationId"], message);
        return Err(problem.retry_at(rested).into());
    }
    let member = member.ok_or(Error::NotFound("membership"))?;
    let used_up = mail_quota::count(team, app, actor.user_id, &[&member.email_key]).await?;
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

/// Stores what changes each time an invitation is sent, and ties its mail to it.
///
/// # Errors
/// Those of the database.
pub async fn store_sending(team: &TeamLock, invitation: &Model) -> Result<()> {
    team.covers(&[invitation.workspace_id])?;
    invitation::Entity::update(invitation.clone().into_active_model().reset_all())
        .exec(team.writer())
        .await?;
    membership::Entity::update_many()
        .col_expr(membership::Column::InviteSentAt, invitation.sent_at.into())
        .filter(membership::Column::WorkspaceId.eq(invitation.workspace_id))
        .filter(membership::Column::UserId.eq(invitation.user_id))
        .exec(team.writer())
        .await?;
    tie_mail(team, std::slice::from_ref(invitation)).await
}

/// Notes which invitations a mail names.
///
/// # Errors
/// Those of the database.
async fn tie_mail(team: &TeamLock, invitations: &[Model]) -> Result<()> {
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
            .exec_without_returning(team.writer())
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

/// Revokes an invitation, and with it the membership that waits for it.
///
/// # Errors
/// Those of [`lock::with_right`]; `NotFound`; `InvitationEnded` as a problem.
pub async fn revoke(app: &App, actor: &Actor, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    lock::with_right(app, actor, REVOKE, &[workspace_id], |team| async move {
        let mut invitation = find(team.writer(), workspace_id, id).await?;
        still_open(&invitation)?;
        revoke_all(&team, actor, std::slice::from_ref(&invitation)).await?;
        invitation.state = InvitationState::Revoked;
        invitation.ended_at = Some(team.now());
        Ok(invitation)
    })
    .await
}

/// Revokes open invitations of one workspace.
///
/// # Errors
/// Those of the database.
pub async fn revoke_all(team: &TeamLock, actor: &Actor, invitations: &[Model]) -> Result<()> {
    let Some(first) = invitations.first() else {
        return Ok(());
    };
    end(team, invitations, InvitationState::Revoked).await?;
    let users: Vec<Uuid> = invitations
        .iter()
        .map(|invitation| invitation.user_id)
        .collect();
    memberships::remove_invited(team, &[first.workspace_id], &users).await?;
    let entries = invitations.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::RevokeInvitation)
            .to(invitation.user_id, &invitation.email)
    });
    audit::record(team, team.now(), actor, entries).await
}

/// Adds invitations, and notes which mails name them.
///
/// # Errors
/// Those of the database.
pub async fn insert(team: &TeamLock, invitations: &[Model]) -> Result<()> {
    for chunk in invitations.chunks(memberships::CHUNK) {
        for invitation in chunk {
            team.covers(&[invitation.workspace_id])?;
        }
        let rows = chunk.iter().cloned().map(|row| row.into_active_model());
        invitation::Entity::insert_many(rows)
            .exec_without_returning(team.writer())
            .await?;
        tie_mail(team, chunk).await?;
    }
    Ok(())
}

/// Gives the role of a member to their open invitation, if they have one.
///
/// # Errors
/// Those of the database.
pub async fn set_role(
    team: &TeamLock,
    workspace_id: Uuid,
    user_id: Uuid,
    role: Role,
) -> Result<()> {
    team.covers(&[workspace_id])?;
    invitation::Entity::update_many()
        .col_expr(invitation::Column::Role, Expr::value(role))
        .filter(invitation::Column::WorkspaceId.eq(workspace_id))
        .filter(invitation::Column::UserId.eq(user_id))
        .filter(invitation::Column::State.is_in(InvitationState::OPEN))
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Ends open invitations.
///
/// # Errors
/// Those of the database.
pub async fn end(team: &TeamLock, invitations: &[Model], state: InvitationState) -> Result<()> {
    update_all(team, invitations)?
        .col_expr(invitation::Column::State, Expr::value(state))
        .col_expr(invitation::Column::EndedAt, team.now().into())
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Notes that the invitee has asked for new links.
///
/// # Errors
/// Those of the database.
pub async fn set_renewal_asked(team: &TeamLock, invitations: &[Model]) -> Result<()> {
    update_all(team, invitations)?
        .col_expr(invitation::Column::RenewalAskedAt, team.now().into())
        .exec(team.writer())
        .await?;
    Ok(())
}

/// An update of invitations in one statement.
fn update_all(team: &TeamLock, invitations: &[Model]) -> Result<UpdateMany<invitation::Entity>> {
    for invitation in invitations {
        team.covers(&[invitation.workspace_id])?;
    }
    let columns = Expr::tuple([
        Expr::col(invitation::Column::WorkspaceId),
        Expr::col(invitation::Column::Id),
    ]);
    let keys = invitations
        .iter()
        .map(|invitation| (invitation.workspace_id, invitation.id));
    Ok(invitation::Entity::update_many().filter(columns.in_tuples(keys)))
}
