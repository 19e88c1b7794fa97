//! The team summary, read from counters that are updated with each change.

use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

/// The number of members by role and status, from one consistent read.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Summary {
    admins_active: i64,
    admins_invited: i64,
    operators_active: i64,
    operators_invited: i64,
    auditors_active: i64,
    auditors_invited: i64,
    invitations_expired: i64,
    /// Invitations that have expired since the last sweep.
    invitations_lapsed: i64,
}

const LOAD: &str = "SELECT s.admins_active, s.admins_invited, s.operators_active,
        s.operators_invited, s.auditors_active, s.auditors_invited, s.invitations_expired,
        (SELECT count(*) FROM invitations i WHERE i.workspace_id = s.workspace_id
            AND i.state = 'PENDING' AND i.expires_at <= $2) AS invitations_lapsed
    FROM team_summaries s WHERE s.workspace_id = $1";

/// Returns the summary of a workspace.
pub async fn load(
    db: &impl ConnectionTrait,
    workspace_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Summary> {
    let values = [workspace_id.into(), now.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), LOAD, values);
    Ok(Summary::find_by_statement(statement)
        .one(db)
        .await?
        .unwrap_or_default())
}

impl Summary {
    /// Returns the number of members with this role and status. `None` means any.
    pub fn count(&self, role: Option<Role>, status: Option<MembershipStatus>) -> i64 {
        let counters = [
            (
                Role::WorkspaceAdmin,
                MembershipStatus::Active,
                self.admins_active,
            ),
            (
                Role::WorkspaceAdmin,
                MembershipStatus::Invited,
                self.admins_invited,
            ),
            (
                Role::GatewayOperator,
                MembershipStatus::Active,
                self.operators_active,
            ),
            (
                Role::GatewayOperator,
                MembershipStatus::Invited,
                self.operators_invited,
            ),
            (
                Role::SecurityAuditor,
                MembershipStatus::Active,
                self.auditors_active,
            ),
            (
                Role::SecurityAuditor,
                MembershipStatus::Invited,
                self.auditors_invited,
            ),
        ];
        counters
            .into_iter()
            .filter(|(r, s, _)| {
                role.is_none_or(|role| role == *r) && status.is_none_or(|status| status == *s)
            })
            .map(|(_, _, count)| count)
            .sum()
    }

    /// Returns the number of invited members whose invitation has expired.
    pub fn expired(&self) -> i64 {
        self.invitations_expired + self.invitations_lapsed
    }
}
