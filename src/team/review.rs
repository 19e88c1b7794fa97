//! The access review.

use crate::team::member::list::{MemberQuery, Seen};
use crate::team::member::order::MemberOrder;
use chrono::{DateTime, Duration, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use uuid::Uuid;

/// The age at which a pending invitation counts as stale.
const STALE: Duration = Duration::days(7);
/// The time without activity after which a member counts as inactive.
const UNSEEN: Duration = Duration::days(90);

/// A finding of the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Invitations sent more than a week ago and not accepted.
    StaleInvitations,
    /// Members who were active before, but not in the last 90 days.
    UnseenMembers,
    /// Members who have never been active since they joined, oldest accounts first.
    NeverSignedIn,
    /// Active Workspace Admins.
    Admins,
}

impl Finding {
    /// Returns a query for the members of a finding.
    pub fn query(self, workspace_id: Uuid, now: DateTime<Utc>) -> MemberQuery {
        let all = MemberQuery::of(workspace_id);
        let active = MemberQuery {
            status: Some(MembershipStatus::Active),
            ..all.clone()
        };
        match self {
            Finding::StaleInvitations => MemberQuery {
                status: Some(MembershipStatus::Invited),
                invited_before: Some(now - STALE),
                order: MemberOrder::InviteSent,
                ..all
            },
            Finding::UnseenMembers => MemberQuery {
                seen: Seen::NotSince(now - UNSEEN),
                order: MemberOrder::LastActive,
                ..active
            },
            Finding::NeverSignedIn => MemberQuery {
                seen: Seen::Never,
                order: MemberOrder::LastActive,
                ..active
            },
            Finding::Admins => MemberQuery {
                role: Some(Role::WorkspaceAdmin),
                ..active
            },
        }
    }
}
