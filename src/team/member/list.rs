//! The member list: filtered, searched, sorted, and paged, at the same cost for any team size.
//!
//! Each order has an index for the whole team and one for each kind of member (role and status). A
//! filtered list is the union of the kinds that it includes. Each kind is read from its index, no
//! further than the page needs.

mod search;
mod statement;

use crate::db::Db;
use crate::error::Result;
use crate::page::{Page, Slice};
use crate::permissions::Permission;
use crate::team::member::Member;
use crate::team::member::order::{MemberOrder, Position};
use chrono::{DateTime, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult as _, Iterable as _};
use uuid::Uuid;

/// A role and a status to select. `None` means any.
type Kind = (Option<Role>, Option<MembershipStatus>);

/// A filter by last activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Whenever,
    Never,
    /// Active before, but not since this time.
    NotSince(DateTime<Utc>),
}

/// The state of an open invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenInvitation {
    Pending,
    Expired,
}

/// The members of a workspace to list, and their order.
#[derive(Clone, Debug)]
pub struct MemberQuery {
    pub workspace_id: Uuid,
    pub role: Option<Role>,
    pub status: Option<MembershipStatus>,
    /// Parts of names and addresses. All words must match.
    pub search: String,
    pub seen: Seen,
    /// Only members whose invitation was sent at or before this time.
    pub invited_before: Option<DateTime<Utc>>,
    /// Only members with an open invitation that is in this state at this time.
    pub invitation: Option<(OpenInvitation, DateTime<Utc>)>,
    pub order: MemberOrder,
    pub descending: bool,
}

impl MemberQuery {
    /// Returns a query for all members of a workspace, by name.
    pub fn of(workspace_id: Uuid) -> MemberQuery {
        MemberQuery {
            workspace_id,
            role: None,
            status: None,
            search: String::new(),
            seen: Seen::Whenever,
            invited_before: None,
            invitation: None,
            order: MemberOrder::Name,
            descending: false,
        }
    }

    /// Returns whether the counters of the team summary contain the number of members.
    pub fn is_counted(&self) -> bool {
        !self.searches() && !self.filters_by_time()
    }

    /// Returns the permission to read the list. Its order, cursors, and filters can reveal more
    /// than its rows show.
    pub fn permission(&self) -> Permission {
        match self.order {
            _ if self.filters_by_time() => Permission::TeamReview,
            MemberOrder::LastActive | MemberOrder::Joined | MemberOrder::InviteSent => {
                Permission::TeamReview
            }
            MemberOrder::Name | MemberOrder::Email | MemberOrder::Role => Permission::TeamView,
        }
    }

    fn filters_by_time(&self) -> bool {
        self.seen != Seen::Whenever || self.invited_before.is_some() || self.invitation.is_some()
    }

    /// Returns a page.
    pub async fn page(&self, db: &Db, slice: &Slice<Position>) -> Result<Page<Member>> {
        if self.is_contradictory() {
            return Ok(slice.cut(Vec::new()));
        }
        let select = self.select_page(db.get_database_backend(), slice);
        let statement = db.build_with_literal_limit(&select);
        let rows = if self.needs_own_plan() {
            db.query_replanned(statement).await?
        } else {
            db.query_all_raw(statement).await?
        };
        let rows: Result<Vec<Member>, DbErr> = rows
            .iter()
            .map(|row| Member::from_query_result(row, ""))
            .collect();
        Ok(slice.cut(rows?))
    }

    /// Counts the members by scanning them, for lists without a counter.
    pub async fn count(&self, db: &Db) -> Result<i64> {
        if self.is_contradictory() {
            return Ok(0);
        }
        let backend = db.get_database_backend();
        let statement = backend.build(&self.select_count(backend));
        let rows = db.query_replanned(statement).await?;
        let count = rows.first().map(|row| row.try_get("", "count"));
        Ok(count.transpose()?.unwrap_or(0))
    }

    fn searches(&self) -> bool {
        !search::words(&self.search).is_empty()
    }

    /// Returns whether no member matches, because active members have no open invitation.
    fn is_contradictory(&self) -> bool {
        self.invitation.is_some() && self.status == Some(MembershipStatus::Active)
    }

    /// Returns whether the best plan depends on the workspace. PostgreSQL expects a workspace of
    /// average size, and would sort a kind of members instead of reading them in order.
    fn needs_own_plan(&self) -> bool {
        self.searches() || self.kind() != (None, None)
    }

    /// Returns the role and status that the filters imply.
    fn kind(&self) -> Kind {
        let invited = self.invitation.map(|_| MembershipStatus::Invited);
        (self.role, self.status.or(invited))
    }

    /// Returns the kinds whose union is the list, or none if one index serves the whole list.
    fn parts(&self) -> Vec<Kind> {
        let kind = self.kind();
        if kind == (None, None) || self.searches() || self.order == MemberOrder::InviteSent {
            return Vec::new();
        }
        let roles = Role::ALL.into_iter();
        roles
            .flat_map(|role| MembershipStatus::iter().map(move |status| (Some(role), Some(status))))
            .filter(|part| kind.0.is_none() || kind.0 == part.0)
            .filter(|part| kind.1.is_none() || kind.1 == part.1)
            .collect()
    }
}
