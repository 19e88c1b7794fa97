use crate::team::summary::Summary;
use async_graphql::SimpleObject;
use entity::membership::MembershipStatus;

/// The number of members by status. `totalUsers` is always `activeNow + pendingInvites`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct TeamSummary {
    /// The number of members, active and invited.
    total_users: i64,
    /// The number of active members.
    active_now: i64,
    /// The number of invited members, including those with expired invitations.
    pending_invites: i64,
    /// The number of invited members whose invitation has expired.
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
