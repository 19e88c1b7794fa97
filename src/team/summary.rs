//! The team summary, read from counters that are updated with each change.

use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

/// The number of members by role and status, from one consistent read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    members: Vec<(Role, MembershipStatus, i64)>,
    expired: i64,
}

/// A row of [`LOAD`].
#[derive(FromQueryResult)]
struct Count {
    role: Option<Role>,
    status: Option<MembershipStatus>,
    count: i64,
}

/// The counters of members, and one row for the expired invitations: those that the sweep marked,
/// and those that have expired since.
const LOAD: &str = "SELECT role, status, members AS count FROM team_counts WHERE workspace_id = $1
    UNION ALL
    SELECT NULL, NULL,
        coalesce((SELECT invitations FROM expired_invitation_counts WHERE workspace_id = $1), 0)
        + (SELECT count(*) FROM invitations
            WHERE workspace_id = $1 AND state = 'PENDING' AND expires_at <= $2)";

/// Returns the summary of a workspace.
pub async fn load(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Summary> {
    let values = [workspace_id.into(), now.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), LOAD, values);
    let mut summary = Summary::default();
    for row in Count::find_by_statement(statement).all(db).await? {
        match (row.role, row.status) {
            (Some(role), Some(status)) => summary.members.push((role, status, row.count)),
            _ => summary.expired = row.count,
        }
    }
    Ok(summary)
}

impl Summary {
    /// Returns the number of members with this role and status. `None` means any.
    pub fn count(&self, role: Option<Role>, status: Option<MembershipStatus>) -> i64 {
        self.members
            .iter()
            .filter(|(r, s, _)| {
                role.is_none_or(|role| role == *r) && status.is_none_or(|status| status == *s)
            })
            .map(|(_, _, count)| count)
            .sum()
    }

    /// Returns the number of invited members whose invitation has expired.
    pub fn expired(&self) -> i64 {
        self.expired
    }
}
