//! The rows of a team: the one place that writes memberships, and the finders that are scoped to
//! a workspace.

use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::user::UserStatus;
use entity::{Role, invitation, team_summary, user, workspace};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};
use uuid::Uuid;

/// The memberships of one workspace.
pub fn in_workspace(workspace_id: Uuid) -> Select<membership::Entity> {
    membership::Entity::find().filter(membership::Column::WorkspaceId.eq(workspace_id))
}

/// The active memberships of a user.
///
/// # Errors
/// Those of the database.
pub async fn active_of(db: &impl ConnectionTrait, user_id: Uuid) -> Result<Vec<membership::Model>> {
    Ok(membership::Entity::find()
        .filter(membership::Column::UserId.eq(user_id))
        .filter(membership::Column::Status.eq(MembershipStatus::Active))
        .all(db)
        .await?)
}

/// One membership.
///
/// # Errors
/// `NotFound` where the user is no member of the workspace.
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

/// Locks workspaces against every other change of their teams, in an order that all verbs share.
///
/// # Errors
/// Those of the database.
pub async fn lock(
    db: &impl ConnectionTrait,
    workspace_ids: &[Uuid],
) -> Result<Vec<workspace::Model>> {
    Ok(workspace::Entity::find()
        .filter(workspace::Column::Id.is_in(workspace_ids.iter().copied()))
        .order_by_asc(workspace::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(db)
        .await?)
}

/// Locks one workspace.
///
/// # Errors
/// `NotFound` where it is gone.
pub async fn lock_one(db: &impl ConnectionTrait, workspace_id: Uuid) -> Result<workspace::Model> {
    let locked = lock(db, &[workspace_id]).await?;
    locked
        .into_iter()
        .next()
        .ok_or(Error::NotFound("workspace"))
}

/// What lists sort and search by.
pub struct Keys {
    pub name: String,
    pub email: String,
    pub search: String,
}

/// The sort and search keys of a member.
pub fn keys(first_name: &str, last_name: &str, email: &str, email_key: &str) -> Keys {
    let name = name::fold(&name::display(first_name, last_name, email));
    Keys {
        search: format!("{name} {}", name::fold(email)),
        name,
        email: email_key.to_owned(),
    }
}

/// Makes an invited membership active, with the names of the account.
///
/// # Errors
/// Those of the database.
pub async fn activate(
    db: &impl ConnectionTrait,
    workspace_ids: &[Uuid],
    user: &user::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    named(user)
        .col_expr(
            membership::Column::Status,
            Expr::value(MembershipStatus::Active),
        )
        .col_expr(membership::Column::JoinedAt, now.into())
        .filter(membership::Column::WorkspaceId.is_in(workspace_ids.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Carries a user's names and address over to their active memberships.
///
/// # Errors
/// Those of the database.
pub async fn rename(db: &impl ConnectionTrait, user: &user::Model) -> Result<()> {
    named(user)
        .filter(membership::Column::Status.eq(MembershipStatus::Active))
        .exec(db)
        .await?;
    Ok(())
}

fn named(user: &user::Model) -> sea_orm::UpdateMany<membership::Entity> {
    let keys = keys(
        &user.first_name,
        &user.last_name,
        &user.email,
        &user.email_key,
    );
    membership::Entity::update_many()
        .col_expr(
            membership::Column::FirstName,
            user.first_name.as_str().into(),
        )
        .col_expr(membership::Column::LastName, user.last_name.as_str().into())
        .col_expr(membership::Column::Email, user.email.as_str().into())
        .col_expr(membership::Column::NameKey, keys.name.into())
        .col_expr(membership::Column::EmailKey, keys.email.into())
        .col_expr(membership::Column::SearchKey, keys.search.into())
        .filter(membership::Column::UserId.eq(user.id))
}

/// Gives a member another role.
///
/// # Errors
/// Those of the database.
pub async fn set_role(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    user_id: Uuid,
    role: Role,
) -> Result<()> {
    membership::Entity::update_many()
        .col_expr(membership::Column::Role, Expr::value(role))
        .filter(membership::Column::WorkspaceId.eq(workspace_id))
        .filter(membership::Column::UserId.eq(user_id))
        .exec(db)
        .await?;
    Ok(())
}

/// Takes members out, and forgets those of them who never signed up and are invited nowhere else.
///
/// # Errors
/// Those of the database.
pub async fn remove(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    user_ids: &[Uuid],
) -> Result<()> {
    membership::Entity::delete_many()
        .filter(membership::Column::WorkspaceId.eq(workspace_id))
        .filter(membership::Column::UserId.is_in(user_ids.iter().copied()))
        .exec(db)
        .await?;
    let elsewhere = membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .filter(membership::Column::UserId.is_in(user_ids.iter().copied()));
    user::Entity::delete_many()
        .filter(user::Column::Id.is_in(user_ids.iter().copied()))
        .filter(user::Column::Status.eq(UserStatus::Invited))
        .filter(user::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(elsewhere)))
        .exec(db)
        .await?;
    Ok(())
}

/// The open invitation of a member, if there is one.
///
/// # Errors
/// Those of the database.
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

/// Passes unless the member is the only active Workspace Admin. The workspace must be locked.
///
/// # Errors
/// `LastAdmin`, on the given field.
pub async fn not_the_last_admin(
    db: &impl ConnectionTrait,
    member: &membership::Model,
    field: &[&str],
) -> Result<()> {
    if member.role != Role::WorkspaceAdmin || member.status != MembershipStatus::Active {
        return Ok(());
    }
    let summary = team_summary::Entity::find_by_id(member.workspace_id)
        .one(db)
        .await?;
    if summary.is_some_and(|summary| summary.admins_active > 1) {
        return Ok(());
    }
    let message = "This is the only active Workspace Admin. Make somebody else one first.";
    Err(Problem::new(ProblemCode::LastAdmin, field, message).into())
}
