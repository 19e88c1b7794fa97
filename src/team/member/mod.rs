//! A membership as read by lists and loaders, with the time of last activity, in one join.

pub mod actions;
pub mod change_role;
mod departure;
pub mod leave;
pub mod list;
pub mod order;
pub mod remove;
pub mod send_password_reset;
pub mod shared;

use crate::error::Result;
use crate::name;
use crate::page::never;
use crate::team::member::order::{MemberOrder, Position, SortKey};
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::{Role, member_activity};
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, FromQueryResult};
use uuid::Uuid;

/// A membership as shown in lists.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Member {
    pub workspace_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
    pub status: MembershipStatus,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub joined_at: DateTime<Utc>,
    pub invite_sent_at: Option<DateTime<Utc>>,
    name_key: String,
    email_key: String,
    /// The Unix epoch means never.
    last_active_at: DateTime<Utc>,
}

/// The membership's columns in a [`Member`].
///
/// For a page of fifty members, building the statement with sea-query takes 1.5 µs longer than
/// formatting text, and reading the rows by name 6 µs longer than by position. The whole request
/// takes about 350 µs.
const COLUMNS: [membership::Column; 11] = [
    membership::Column::WorkspaceId,
    membership::Column::UserId,
    membership::Column::Role,
    membership::Column::Status,
    membership::Column::FirstName,
    membership::Column::LastName,
    membership::Column::Email,
    membership::Column::JoinedAt,
    membership::Column::InviteSentAt,
    membership::Column::NameKey,
    membership::Column::EmailKey,
];

impl Member {
    /// Returns the key: workspace and user.
    pub fn key(&self) -> (Uuid, Uuid) {
        (self.workspace_id, self.user_id)
    }

    /// Returns the first and last name, or the email address if there are none.
    pub fn name(&self) -> String {
        name::display(&self.first_name, &self.last_name, &self.email)
    }

    /// Returns the time of the member's last activity, or `None` if there was none.
    pub fn last_active_at(&self) -> Option<DateTime<Utc>> {
        Some(self.last_active_at).filter(|at| *at > never())
    }

    /// Returns the member's position in a list with this order.
    pub fn position(&self, order: MemberOrder) -> Position {
        let key = match order {
            MemberOrder::Name => SortKey::Text(self.name_key.clone()),
            MemberOrder::Email => SortKey::Text(self.email_key.clone()),
            MemberOrder::Role => SortKey::Ranked(self.role.rank(), self.name_key.clone()),
            MemberOrder::LastActive => SortKey::Time(self.last_active_at),
            MemberOrder::Joined => SortKey::Time(self.joined_at),
            MemberOrder::InviteSent => SortKey::Time(self.invite_sent_at.unwrap_or_else(never)),
        };
        Position {
            key,
            user_id: self.user_id,
        }
    }
}

/// Selects the columns of a [`Member`], from nothing yet.
fn select() -> SelectStatement {
    Query::select()
        .columns(COLUMNS.map(|column| column.as_column_ref()))
        .column(member_activity::Column::LastActiveAt.as_column_ref())
        .take()
}

/// Selects members.
fn members() -> SelectStatement {
    select()
        .from(membership::Entity)
        .inner_join(member_activity::Entity, same_member())
        .take()
}

/// Returns the join condition between a membership and its activity.
fn same_member() -> Expr {
    let same = |membership: membership::Column, activity: member_activity::Column| {
        membership.into_expr().eq(activity.into_expr())
    };
    same(
        membership::Column::WorkspaceId,
        member_activity::Column::WorkspaceId,
    )
    .and(same(
        membership::Column::UserId,
        member_activity::Column::UserId,
    ))
}

/// Returns members by workspace and user, in one statement.
pub async fn by_keys(db: &impl ConnectionTrait, keys: &[(Uuid, Uuid)]) -> Result<Vec<Member>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let key = [
        membership::Column::WorkspaceId.into_expr(),
        membership::Column::UserId.into_expr(),
    ];
    let keys = Query::select()
        .column(Asterisk)
        .from_values(keys.iter().copied(), "keys")
        .take();
    let select = members()
        .and_where(Expr::tuple(key).in_subquery(keys))
        .take();
    let statement = db.get_database_backend().build(&select);
    Ok(Member::find_by_statement(statement).all(db).await?)
}

/// Returns the memberships of users in workspaces, in one statement.
pub async fn of_users(
    db: &impl ConnectionTrait,
    workspace_ids: &[Uuid],
    user_ids: &[Uuid],
) -> Result<Vec<Member>> {
    if workspace_ids.is_empty() || user_ids.is_empty() {
        return Ok(Vec::new());
    }
    let (workspace, user) = (membership::Column::WorkspaceId, membership::Column::UserId);
    let select = members()
        .and_where(user.is_in(user_ids.iter().copied()))
        .and_where(workspace.is_in(workspace_ids.iter().copied()))
        .order_by(workspace.as_column_ref(), Order::Asc)
        .order_by(user.as_column_ref(), Order::Asc)
        .take();
    let statement = db.get_database_backend().build(&select);
    Ok(Member::find_by_statement(statement).all(db).await?)
}
