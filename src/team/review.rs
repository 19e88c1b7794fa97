//! The access review: what good practice looks at again and again.

use crate::team::member::list::{MemberQuery, Seen};
use crate::team::member::order::MemberOrder;
use chrono::{DateTime, Duration, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use uuid::Uuid;

/// How old an invitation is before it counts as forgotten.
const STALE: Duration = Duration::days(7);
/// How long a member is away before they count as unseen.
const UNSEEN: Duration = Duration::days(90);

/// Something that a review lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Invitations that were sent over a week ago and not accepted.
    StaleInvitations,
    /// Members who were active once, but not in the last 90 days.
    UnseenMembers,
    /// Members who have never been here since they joined, oldest accounts first.
    NeverSignedIn,
    /// Active Workspace Admins.
    Admins,
}

impl Finding {
    /// The members that a finding is about.
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
