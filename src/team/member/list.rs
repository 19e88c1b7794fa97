//! The member list: filtered, searched, sorted, and paged, at the same cost for any team size.
//!
//! Each order has an index for the whole team and one for each kind of member (role and status). A
//! filtered list is the union of the kinds that it includes. Each kind is read from its index, no
//! further than the page needs.

use crate::db::Db;
use crate::error::Result;
use crate::name;
use crate::page::{Page, Slice, Sql, contains, never};
use crate::permissions::Permission;
use crate::team::member::order::{MemberOrder, Position};
use crate::team::member::{COLUMNS, MATCH, Member, SELECT};
use chrono::{DateTime, Utc};
use entity::Role;
use entity::membership::MembershipStatus;
use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult as _};
use uuid::Uuid;

/// The maximum number of words in a search. Further ones are ignored.
const MAX_WORDS: usize = 5;

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
        self.words().is_empty() && !self.filters_by_time()
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
        let mut sql = Sql::default();
        let text = self.page_text(db, &mut sql, slice);
        let statement = sql.statement(db.get_database_backend(), text);
        let rows = if self.scans() {
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

    /// Builds the statement of a page. Finds the rows in the table whose index serves the order,
    /// and joins only those with the other table, unless conditions need both.
    fn page_text(&self, db: &Db, sql: &mut Sql, slice: &Slice<Position>) -> String {
        const BOTH: &str = "memberships m JOIN member_activity a ON";
        let table = self.order.columns().0;
        if self.needs_both() {
            return self.branch(
                db,
                sql,
                slice,
                None,
                &format!("{SELECT} FROM {BOTH} {MATCH}"),
            );
        }
        let (columns, from, other) = match table {
            "m" => (COLUMNS, "memberships m", "member_activity a"),
            _ => (
                "a.workspace_id, a.user_id, a.last_active_at",
                "member_activity a",
                "memberships m",
            ),
        };
        // Find the rows of the page: in one index, or in one index for each kind.
        let select = format!("SELECT {columns} FROM {from}");
        let found = match self.kinds().as_slice() {
            [] => self.branch(db, sql, slice, None, &select),
            [only] => self.branch(db, sql, slice, Some(*only), &select),
            kinds => {
                let branches = kinds.iter().enumerate().map(|(n, kind)| {
                    format!(
                        "SELECT * FROM ({}) k{n}",
                        self.branch(db, sql, slice, Some(*kind), &select)
                    )
                });
                let branches: Vec<String> = branches.collect();
                let order = self.order_by("", slice.backward);
                format!(
                    "{} ORDER BY {order} LIMIT {}",
                    branches.join(" UNION ALL "),
                    slice.fetch()
                )
            }
        };
        // Join the rows found with the other table.
        let order = self.order_by(&format!("{table}."), slice.backward);
        format!("{SELECT} FROM ({found}) {table} JOIN {other} ON {MATCH} ORDER BY {order}")
    }

    fn needs_both(&self) -> bool {
        match self.order.columns().0 {
            "m" => self.seen != Seen::Whenever,
            _ => !self.words().is_empty() || self.invited_before.is_some(),
        }
    }

    /// Counts the members by scanning them, for lists without a counter.
    pub async fn count(&self, db: &Db) -> Result<i64> {
        let mut sql = Sql::default();
        let conditions = self.conditions(db, &mut sql, "m", None);
        let text = format!(
            "SELECT count(*) AS count FROM memberships m JOIN member_activity a
             ON a.workspace_id = m.workspace_id AND a.user_id = m.user_id WHERE {conditions}"
        );
        let statement = sql.statement(db.get_database_backend(), text);
        let rows = db.query_replanned(statement).await?;
        let count = rows
            .first()
            .map(|row| row.try_get_by_index(0))
            .transpose()?;
        Ok(count.unwrap_or(0))
    }

    fn words(&self) -> Vec<String> {
        // Names have no control characters, and PostgreSQL rejects text with U+0000.
        let folded = name::fold(&self.search.replace(char::is_control, " "));
        folded
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
            .map(str::to_owned)
            .collect()
    }

    /// Returns whether the query scans members because no index covers its filter.
    fn scans(&self) -> bool {
        self.invitation.is_some() || !self.words().is_empty()
    }

    /// Returns the kinds whose union is the list, or none if one index serves the whole list.
    fn kinds(&self) -> Vec<(Role, MembershipStatus)> {
        let filtered = self.role.is_some() || self.status.is_some();
        if !filtered || self.scans() || self.order == MemberOrder::InviteSent {
            return Vec::new();
        }
        let statuses = [MembershipStatus::Active, MembershipStatus::Invited];
        Role::ALL
            .into_iter()
            .filter(|role| self.role.is_none_or(|wanted| wanted == *role))
            .flat_map(|role| statuses.map(|status| (role, status)))
            .filter(|(_, status)| self.status.is_none_or(|wanted| wanted == *status))
            .collect()
    }

    fn branch(
        &self,
        db: &Db,
        sql: &mut Sql,
        slice: &Slice<Position>,
        kind: Option<(Role, MembershipStatus)>,
        select: &str,
    ) -> String {
        let (table, columns) = self.order.columns();
        let mut conditions = self.conditions(db, sql, table, kind);
        // Compare with the ends of the slice.
        let forward = if self.descending { "<" } else { ">" };
        let back = if self.descending { ">" } else { "<" };
        let ends = [(&slice.after, forward), (&slice.before, back)];
        for (position, sign) in ends
            .into_iter()
            .filter_map(|(p, sign)| Some((p.as_ref()?, sign)))
        {
            let names: Vec<String> = columns
                .iter()
                .map(|column| format!("{table}.{column}"))
                .collect();
            let values: Vec<String> = position
                .values()
                .into_iter()
                .map(|value| sql.bind(value))
                .collect();
            conditions += &format!(" AND ({}) {sign} ({})", names.join(", "), values.join(", "));
        }
        let order = self.order_by(&format!("{table}."), slice.backward);
        format!(
            "{select} WHERE {conditions} ORDER BY {order} LIMIT {}",
            slice.fetch()
        )
    }

    fn order_by(&self, prefix: &str, backward: bool) -> String {
        let direction = if self.descending == backward {
            "ASC"
        } else {
            "DESC"
        };
        let columns = self.order.columns().1;
        let terms: Vec<String> = columns
            .iter()
            .map(|column| format!("{prefix}{column} {direction}"))
            .collect();
        terms.join(", ")
    }

    /// Roles and statuses are literals instead of parameters, so that each list has its own plan.
    fn conditions(
        &self,
        db: &Db,
        sql: &mut Sql,
        table: &str,
        kind: Option<(Role, MembershipStatus)>,
    ) -> String {
        let mut all = vec![format!(
            "{table}.workspace_id = {}",
            sql.bind(self.workspace_id)
        )];
        let role = kind.map_or(self.role, |(role, _)| Some(role));
        let status = kind.map_or(self.status, |(_, status)| Some(status));
        all.extend(role.map(|role| format!("{table}.role = {}", role.rank())));
        all.extend(status.map(|status| {
            let code = match status {
                MembershipStatus::Active => "ACTIVE",
                MembershipStatus::Invited => "INVITED",
            };
            format!("{table}.status = '{code}'")
        }));
        for word in self.words() {
            all.push(contains(db, sql, &word));
        }
        match self.seen {
            Seen::Whenever => {}
            Seen::Never => all.push(format!("a.last_active_at = {}", sql.bind(never()))),
            Seen::NotSince(time) => {
                let (never, time) = (sql.bind(never()), sql.bind(time));
                all.push(format!(
                    "a.last_active_at > {never} AND a.last_active_at < {time}"
                ));
            }
        }
        if let Some(time) = self.invited_before {
            all.push(format!("m.invite_sent_at <= {}", sql.bind(time)));
        }
        if let Some((state, now)) = self.invitation {
            let (workspace_id, now) = (sql.bind(self.workspace_id), sql.bind(now));
            let in_state = match state {
                OpenInvitation::Pending => {
                    format!("i.state = 'PENDING' AND i.expires_at > {now}")
                }
                OpenInvitation::Expired => format!(
                    "(i.state = 'EXPIRED' OR i.state = 'PENDING' AND i.expires_at <= {now})"
                ),
            };
            all.push(format!(
                "{table}.user_id IN (SELECT i.user_id FROM invitations i
                    WHERE i.workspace_id = {workspace_id} AND {in_state})"
            ));
        }
        all.join(" AND ")
    }
}
