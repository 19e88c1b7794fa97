//! The member list: filtered, searched, sorted, and read in pages that cost the same in any team.
//!
//! Each order has an index for the whole team and one for each kind of member (role and status).
//! A filtered list is put together from the kinds that it lets through, each read from its index
//! no further than the page needs.

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

/// Words of a search that count; further ones are ignored.
const MAX_WORDS: usize = 5;

/// When members were last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Whenever,
    Never,
    /// Seen, but not since this time.
    NotSince(DateTime<Utc>),
}

/// How an invitation stands that still holds its membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenInvitation {
    Pending,
    Expired,
}

/// Which members of a workspace to list, and in what order.
#[derive(Clone, Debug)]
pub struct MemberQuery {
    pub workspace_id: Uuid,
    pub role: Option<Role>,
    pub status: Option<MembershipStatus>,
    /// Parts of names and addresses; all words must be found.
    pub search: String,
    pub seen: Seen,
    /// Only those whose invitation was sent before this time.
    pub invited_before: Option<DateTime<Utc>>,
    /// Only those with an open invitation that is in this state at this time.
    pub invitation: Option<(OpenInvitation, DateTime<Utc>)>,
    pub order: MemberOrder,
    pub descending: bool,
}

impl MemberQuery {
    /// All members of a workspace, by name.
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

    /// Whether the counters of the summary know how many there are.
    pub fn is_counted(&self) -> bool {
        self.words().is_empty() && !self.looks_into_times()
    }

    /// What the viewer must hold to read the list. Its order, its cursors and who is in it may tell
    /// what stands in no row of it.
    pub fn permission(&self) -> Permission {
        match self.order {
            _ if self.looks_into_times() => Permission::TeamReview,
            MemberOrder::LastActive | MemberOrder::Joined | MemberOrder::InviteSent => {
                Permission::TeamReview
            }
            MemberOrder::Name | MemberOrder::Email | MemberOrder::Role => Permission::TeamView,
        }
    }

    fn looks_into_times(&self) -> bool {
        self.seen != Seen::Whenever || self.invited_before.is_some() || self.invitation.is_some()
    }

    /// Reads a page.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn page(&self, db: &Db, slice: &Slice<Position>) -> Result<Page<Member>> {
        let mut sql = Sql::default();
        let text = self.page_text(db, &mut sql, slice);
        let statement = sql.statement(db.get_database_backend(), text);
        let rows = if self.walks() {
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

    /// The rows of the page are found in the one table whose index serves the order, and only
    /// those are joined with the other; unless conditions need both.
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
        let order = self.order_by(&format!("{table}."), slice.backward);
        format!("{SELECT} FROM ({found}) {table} JOIN {other} ON {MATCH} ORDER BY {order}")
    }

    fn needs_both(&self) -> bool {
        match self.order.columns().0 {
            "m" => self.seen != Seen::Whenever,
            _ => !self.words().is_empty() || self.invited_before.is_some(),
        }
    }

    /// Counts the members, one by one: for lists that no counter knows.
    ///
    /// # Errors
    /// Those of the database.
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
        // No name has control characters, and PostgreSQL takes no text with U+0000.
        let folded = name::fold(&self.search.replace(char::is_control, " "));
        folded
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
            .map(str::to_owned)
            .collect()
    }

    /// Whether members are looked at one by one, as no index knows who is in the list.
    fn walks(&self) -> bool {
        self.invitation.is_some() || !self.words().is_empty()
    }

    /// The kinds of member to put the list together from; none where one index serves it all.
    fn kinds(&self) -> Vec<(Role, MembershipStatus)> {
        let filtered = self.role.is_some() || self.status.is_some();
        if !filtered || self.walks() || self.order == MemberOrder::InviteSent {
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

    /// Roles and statuses are written out, being ours, so that each list gets a plan of its own.
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
            let stands = match state {
                OpenInvitation::Pending => {
                    format!("i.state = 'PENDING' AND i.expires_at > {now}")
                }
                OpenInvitation::Expired => format!(
                    "(i.state = 'EXPIRED' OR i.state = 'PENDING' AND i.expires_at <= {now})"
                ),
            };
            all.push(format!(
                "{table}.user_id IN (SELECT i.user_id FROM invitations i
                    WHERE i.workspace_id = {workspace_id} AND {stands})"
            ));
        }
        all.join(" AND ")
    }
}
