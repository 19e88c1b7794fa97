use crate::team::summary::Summary;
use async_graphql::SimpleObject;
use entity::membership::MembershipStatus;

/// The counts of the team page. Always `totalUsers = activeNow + pendingInvites`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct TeamSummary {
    /// All members, active and invited.
    total_users: i64,
    /// Members who are in.
    active_now: i64,
    /// Members who still have to accept, whether or not their invitation has expired.
    pending_invites: i64,
    /// Those of the pending ones whose invitation has expired.
    expired_invites: i64,
}

impl From<Summary> for TeamSummary {
    fn from(summary: Summary) -> TeamSummary {
        TeamSummary {
            total_users: summary.count(None, None),
            active_now: summary.count(None, Some(MembershipStatus::Active)),
            pending_invites: summary.count(None, Some(MembershipStatus::Invited)),
            expired_invites: summary.expired(),
        }
    }
}
