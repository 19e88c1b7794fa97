//! Invitations: queries and states. The operations are in the submodules.

pub mod accept;
pub mod decline;
pub mod expire;
pub mod link;
pub mod list;
pub mod preview;
pub mod request_new;
pub mod resend;
pub mod revoke;
pub mod store;
pub mod transfer;

use crate::App;
use crate::error::{Error, Problem, ProblemCode, Result};
use chrono::{DateTime, Duration, Utc};
use entity::invitation::{self, InvitationState, Model};
use entity::{mail_invitation, membership, workspace};
use sea_orm::sea_query::{Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};
use uuid::Uuid;

/// Returns a query for the invitations of a workspace.
pub fn in_workspace(workspace_id: Uuid) -> Select<invitation::Entity> {
    invitation::Entity::find().filter(invitation::Column::WorkspaceId.eq(workspace_id))
}

/// Returns an invitation.
///
/// # Errors
/// `NotFound` if the workspace has no such invitation.
pub async fn find(db: &impl ConnectionTrait, workspace_id: Uuid, id: Uuid) -> Result<Model> {
    in_workspace(workspace_id)
        .filter(invitation::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("invitation"))
}

/// Returns an invitation and, while it is open, its membership.
///
/// # Errors
/// `NotFound` if the workspace has no such invitation.
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

/// The maximum number of pending invitations that are accepted with a link, besides its own.
const MAX_ACCEPTED: u64 = 500;

/// Returns the pending invitations of a person ordered by workspace, at most [`MAX_ACCEPTED`].
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

/// Returns a subquery for the workspaces of a mail's invitations and of its recipient's pending
/// invitations ([`pending_of`]).
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

/// Returns the state of an invitation at a time. A pending invitation expires by itself.
pub fn state_at(invitation: &Model, now: DateTime<Utc>) -> InvitationState {
    match invitation.state {
        InvitationState::Pending if invitation.expires_at <= now => InvitationState::Expired,
        state => state,
    }
}

/// Returns the lifetime of a workspace's invitations.
pub fn lifetime(app: &App, workspace: &workspace::Model) -> Duration {
    match workspace.invitation_lifetime_days {
        Some(days) => Duration::days(i64::from(days)),
        None => app.config.invitation_lifetime,
    }
}

fn require_open(invitation: &Model) -> Result<(), Problem> {
    if invitation.state.is_open() {
        return Ok(());
    }
    let message = "This invitation has already ended. The member list shows the current state.";
    Err(Problem::new(
        ProblemCode::InvitationEnded,
        &["invitationId"],
        message,
    ))
}
