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
use crate::page::{Sql, never};
use crate::team::member::order::{MemberOrder, Position, SortKey};
use chrono::{DateTime, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

/// A membership as shown in lists.
#[derive(Clone, Debug)]
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

/// The membership's own columns in a [`Member`].
pub(super) const COLUMNS: &str =
    "m.workspace_id, m.user_id, m.role, m.status, m.first_name, m.last_name,
    m.email, m.joined_at, m.invite_sent_at, m.name_key, m.email_key";
/// The columns of a [`Member`], in the order in which they are read.
pub(super) const SELECT: &str = "SELECT m.workspace_id, m.user_id, m.role, m.status, m.first_name,
    m.last_name, m.email, m.joined_at, m.invite_sent_at, m.name_key, m.email_key, a.last_active_at";
/// The join condition between a membership and its activity.
pub(super) const MATCH: &str = "a.workspace_id = m.workspace_id AND a.user_id = m.user_id";

/// Reads columns by position, which is noticeably cheaper for a page of fifty than by name.
impl FromQueryResult for Member {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Member, DbErr> {
        Ok(Member {
            workspace_id: row.try_get_by_index(0)?,
            user_id: row.try_get_by_index(1)?,
            role: row.try_get_by_index(2)?,
            status: row.try_get_by_index(3)?,
            first_name: row.try_get_by_index(4)?,
            last_name: row.try_get_by_index(5)?,
            email: row.try_get_by_index(6)?,
            joined_at: row.try_get_by_index(7)?,
            invite_sent_at: row.try_get_by_index(8)?,
            name_key: row.try_get_by_index(9)?,
            email_key: row.try_get_by_index(10)?,
            last_active_at: row.try_get_by_index(11)?,
        })
    }
}

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

/// Returns members by workspace and user, in one statement.
pub async fn by_keys(db: &impl ConnectionTrait, keys: &[(Uuid, Uuid)]) -> Result<Vec<Member>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::default();
    let pairs: Vec<String> = keys
        .iter()
        .map(|(workspace_id, user_id)| {
            format!("({}, {})", sql.bind(*workspace_id), sql.bind(*user_id))
        })
        .collect();
    let text = format!(
        "{SELECT} FROM memberships m JOIN member_activity a ON {MATCH}
         WHERE (m.workspace_id, m.user_id) IN (VALUES {})",
        pairs.join(", ")
    );
    let statement = sql.statement(db.get_database_backend(), text);
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
    let mut sql = Sql::default();
    let workspaces: Vec<String> = workspace_ids.iter().map(|id| sql.bind(*id)).collect();
    let users: Vec<String> = user_ids.iter().map(|id| sql.bind(*id)).collect();
    let text = format!(
        "{SELECT} FROM memberships m JOIN member_activity a ON {MATCH}
         WHERE m.user_id IN ({}) AND m.workspace_id IN ({}) ORDER BY m.workspace_id, m.user_id",
        users.join(", "),
        workspaces.join(", ")
    );
    let statement = sql.statement(db.get_database_backend(), text);
    Ok(Member::find_by_statement(statement).all(db).await?)
}
