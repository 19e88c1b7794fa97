//! The rows of a team. The only module that writes memberships, with finders that are scoped to a
//! workspace.

use crate::db::Writer;
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::team::lock::TeamLock;
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::user::UserStatus;
use entity::{Role, invitation, team_count, user, workspace};
use sea_orm::sea_query::{Expr, IntoCondition, LockType, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, Iterable as _,
    JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

/// The maximum number of a user's memberships that are read or changed at once, oldest workspaces
/// first. Further ones do not count until others are left or removed. Nothing else limits how many
/// workspaces may invite a user.
pub const MAX_OF_USER: i64 = 1_000;

/// Returns a query for the memberships of a workspace.
pub fn in_workspace(workspace_id: Uuid) -> Select<membership::Entity> {
    membership::Entity::find().filter(membership::Column::WorkspaceId.eq(workspace_id))
}

/// Returns the active memberships of a user, at most [`MAX_OF_USER`].
pub async fn active_of(db: &impl ConnectionTrait, user_id: Uuid) -> Result<Vec<membership::Model>> {
    Ok(membership::Entity::find()
        .filter(membership::Column::UserId.eq(user_id))
        .filter(membership::Column::Status.eq(MembershipStatus::Active))
        .order_by_asc(membership::Column::WorkspaceId)
        .limit(MAX_OF_USER.unsigned_abs())
        .all(db)
        .await?)
}

/// Returns a membership.
///
/// # Errors
/// `NotFound` if the user is not a member of the workspace.
pub async fn member(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    user_id: Uuid,
) -> Result<membership::Model> {
    in_workspace(workspace_id)
        .filter(membership::Column::UserId.eq(user_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("membership"))
}

/// Returns a membership and its user.
///
/// # Errors
/// `NotFound` if the user is not a member of the workspace.
pub async fn member_and_user(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    user_id: Uuid,
) -> Result<(membership::Model, user::Model)> {
    let to_user = membership::Entity::belongs_to(user::Entity)
        .from(membership::Column::UserId)
        .to(user::Column::Id);
    let found = in_workspace(workspace_id)
        .filter(membership::Column::UserId.eq(user_id))
        .join(JoinType::InnerJoin, to_user.into())
        .select_also(user::Entity)
        .one(db)
        .await?;
    let found = found.and_then(|(member, user)| Some((member, user?)));
    found.ok_or(Error::NotFound("membership"))
}

/// Locks workspaces against all other changes of their teams, in an order that all operations
/// share. Only a [`TeamLock`] gives the right to change them.
pub(super) async fn lock_all(
    writer: &Writer,
    workspace_ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<workspace::Model>> {
    lock(writer, workspace::Column::Id.is_in(workspace_ids)).await
}

/// Locks the workspaces for which a condition holds, in the same order.
pub(super) async fn lock(
    writer: &Writer,
    which: impl IntoCondition,
) -> Result<Vec<workspace::Model>> {
    Ok(workspace::Entity::find()
        .filter(which)
        .order_by_asc(workspace::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(writer)
        .await?)
}

/// The names and the address that a workspace shows for a member.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a str,
    pub email_key: &'a str,
}

impl<'a> From<&'a user::Model> for Identity<'a> {
    fn from(user: &'a user::Model) -> Self {
        Identity {
            first_name: &user.first_name,
            last_name: &user.last_name,
            email: &user.email,
            email_key: &user.email_key,
        }
    }
}

impl Identity<'_> {
    /// Returns the folded display name, by which lists are sorted.
    fn name_key(&self) -> String {
        name::fold(&name::display(self.first_name, self.last_name, self.email))
    }

    /// Returns the folded name and address, in which searches look.
    fn search_key(&self) -> String {
        format!("{} {}", self.name_key(), name::fold(self.email))
    }
}

/// Returns the active membership of a user who joins a workspace now.
pub fn active(
    workspace_id: Uuid,
    role: Role,
    user: &user::Model,
    now: DateTime<Utc>,
) -> membership::Model {
    membership::Model {
        status: MembershipStatus::Active,
        invite_sent_at: None,
        ..invited(workspace_id, role, user.id, user.into(), now)
    }
}

/// Returns the membership of a user who is invited to a workspace now.
pub fn invited(
    workspace_id: Uuid,
    role: Role,
    user_id: Uuid,
    identity: Identity<'_>,
    now: DateTime<Utc>,
) -> membership::Model {
    membership::Model {
        workspace_id,
        user_id,
        role,
        status: MembershipStatus::Invited,
        first_name: identity.first_name.to_owned(),
        last_name: identity.last_name.to_owned(),
        email: identity.email.to_owned(),
        name_key: identity.name_key(),
        email_key: identity.email_key.to_owned(),
        search_key: identity.search_key(),
        joined_at: now,
        invite_sent_at: Some(now),
    }
}

/// The maximum number of rows of an insert, well below SQLite's 32,766 and PostgreSQL's 65,535
/// parameters.
pub(super) const CHUNK: usize = 500;

/// Stores memberships: inserts them, or replaces those that exist.
pub async fn store(team: &TeamLock, members: &[membership::Model]) -> Result<()> {
    use membership::Column;
    let others = Column::iter().filter(|c| !matches!(c, Column::WorkspaceId | Column::UserId));
    let replaced = OnConflict::columns([Column::WorkspaceId, Column::UserId])
        .update_columns(others)
        .to_owned();
    for chunk in members.chunks(CHUNK) {
        for member in chunk {
            team.covers(&[member.workspace_id])?;
        }
        let rows = chunk.iter().cloned().map(|row| row.into_active_model());
        membership::Entity::insert_many(rows)
            .on_conflict(replaced.clone())
            .exec_without_returning(team.writer())
            .await?;
    }
    Ok(())
}

/// Activates invited memberships of a user, with the names of the account.
pub async fn activate(team: &TeamLock, workspace_ids: &[Uuid], user: &user::Model) -> Result<()> {
    team.covers(workspace_ids)?;
    named(user)
        .col_expr(
            membership::Column::Status,
            Expr::value(MembershipStatus::Active),
        )
        .col_expr(membership::Column::JoinedAt, team.now().into())
        .filter(membership::Column::WorkspaceId.is_in(workspace_ids.iter().copied()))
        .exec(team.writer())
        .await?;
    Ok(())
}

/// The maximum number of memberships that [`rename`] changes at once.
const RENAMED: usize = 100;

/// Copies a user's names and address to the next hundred active memberships, whose workspaces have
/// IDs greater than `after`. Returns the ID of the last workspace if there may be more.
pub async fn rename(writer: &Writer, user: &user::Model, after: Uuid) -> Result<Option<Uuid>> {
    let ids: Vec<Uuid> = membership::Entity::find()
        .select_only()
        .column(membership::Column::WorkspaceId)
        .filter(membership::Column::UserId.eq(user.id))
        .filter(membership::Column::Status.eq(MembershipStatus::Active))
        .filter(membership::Column::WorkspaceId.gt(after))
        .order_by_asc(membership::Column::WorkspaceId)
        .limit(RENAMED as u64)
        .into_tuple()
        .all(writer)
        .await?;
    let last = ids.last().copied().filter(|_| ids.len() == RENAMED);
    named(user)
        .filter(membership::Column::Status.eq(MembershipStatus::Active))
        .filter(membership::Column::WorkspaceId.is_in(ids))
        .exec(writer)
        .await?;
    Ok(last)
}

fn named(user: &user::Model) -> sea_orm::UpdateMany<membership::Entity> {
    let identity = Identity::from(user);
    membership::Entity::update_many()
        .col_expr(membership::Column::FirstName, identity.first_name.into())
        .col_expr(membership::Column::LastName, identity.last_name.into())
        .col_expr(membership::Column::Email, identity.email.into())
        .col_expr(membership::Column::NameKey, identity.name_key().into())
        .col_expr(membership::Column::EmailKey, identity.email_key.into())
        .col_expr(membership::Column::SearchKey, identity.search_key().into())
        .filter(membership::Column::UserId.eq(user.id))
}

/// Changes a member's role.
pub async fn set_role(
    team: &TeamLock,
    workspace_id: Uuid,
    user_id: Uuid,
    role: Role,
) -> Result<()> {
    team.covers(&[workspace_id])?;
    membership::Entity::update_many()
        .col_expr(membership::Column::Role, Expr::value(role))
        .filter(membership::Column::WorkspaceId.eq(workspace_id))
        .filter(membership::Column::UserId.eq(user_id))
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Removes users who have signed up from workspaces.
pub async fn remove_active(
    team: &TeamLock,
    workspace_ids: &[Uuid],
    user_ids: &[Uuid],
) -> Result<()> {
    team.covers(workspace_ids)?;
    membership::Entity::delete_many()
        .filter(membership::Column::WorkspaceId.is_in(workspace_ids.iter().copied()))
        .filter(membership::Column::UserId.is_in(user_ids.iter().copied()))
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Removes invited users from workspaces. Deletes users who never signed up and have no other
/// membership.
pub async fn remove_invited(
    team: &TeamLock,
    workspace_ids: &[Uuid],
    user_ids: &[Uuid],
) -> Result<()> {
    remove_active(team, workspace_ids, user_ids).await?;
    let elsewhere = membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .filter(membership::Column::UserId.is_in(user_ids.iter().copied()));
    user::Entity::delete_many()
        .filter(user::Column::Id.is_in(user_ids.iter().copied()))
        .filter(user::Column::Status.eq(UserStatus::Invited))
        .filter(user::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(elsewhere)))
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Returns the open invitation of a member, if any.
pub async fn open_invitation(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    user_id: Uuid,
) -> Result<Option<invitation::Model>> {
    Ok(invitation::Entity::find()
        .filter(invitation::Column::WorkspaceId.eq(workspace_id))
        .filter(invitation::Column::UserId.eq(user_id))
        .filter(invitation::Column::State.is_in(invitation::InvitationState::OPEN))
        .one(db)
        .await?)
}

/// Requires that the member is not the only active Workspace Admin.
///
/// # Errors
/// Refused with `LastAdmin` on `field`.
pub async fn not_the_last_admin(
    team: &TeamLock,
    member: &membership::Model,
    field: &[&str],
) -> Result<()> {
    if member.role != Role::WorkspaceAdmin || member.status != MembershipStatus::Active {
        return Ok(());
    }
    let key = (member.workspace_id, member.role, member.status);
    let admins = team_count::Entity::find_by_id(key)
        .one(team.writer())
        .await?;
    if admins.is_some_and(|admins| admins.members > 1) {
        return Ok(());
    }
    let message = "This is the only active Workspace Admin. Make another member an admin first.";
    Err(Problem::new(ProblemCode::LastAdmin, field, message).into())
}
