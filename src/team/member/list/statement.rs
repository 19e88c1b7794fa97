//! The SQL of the member list.

use crate::page::{Slice, never};
use crate::team::member::list::search::{contains, words};
use crate::team::member::list::{Kind, MemberQuery, OpenInvitation, Seen};
use crate::team::member::order::{MemberOrder, Position};
use crate::team::member::{COLUMNS, members, same_member, select};
use chrono::{DateTime, Utc};
use entity::invitation::{self, InvitationState};
use entity::{member_activity, membership};
use sea_orm::sea_query::{
    Asterisk, Cond, DynIden, Expr, ExprTrait as _, Func, IntoIden as _, Order, Query,
    SelectStatement, UnionType,
};
use sea_orm::{ColumnTrait as _, DbBackend, Iterable as _};

impl MemberQuery {
    /// Returns the statement of a page. It finds the rows in the table whose index serves the
    /// order, and joins only those with the other table, unless conditions need both.
    pub(super) fn select_page(
        &self,
        backend: DbBackend,
        slice: &Slice<Position>,
    ) -> SelectStatement {
        if self.needs_both() {
            return self.cut(members(), backend, self.kind(), slice);
        }
        let found = self.find(backend, slice);
        let mut page = select();
        match self.order {
            MemberOrder::LastActive => page
                .from_subquery(found, member_activity::Entity)
                .inner_join(membership::Entity, same_member()),
            _ => page
                .from_subquery(found, membership::Entity)
                .inner_join(member_activity::Entity, same_member()),
        };
        self.sort(page, Some(self.order.table()), slice)
    }

    /// Returns the statement that counts the members by scanning them.
    pub(super) fn select_count(&self, backend: DbBackend) -> SelectStatement {
        let mut count = Query::select();
        count
            .expr_as(Func::count(Expr::col(Asterisk)), "count")
            .from(membership::Entity);
        if self.seen != Seen::Whenever {
            count.inner_join(member_activity::Entity, same_member());
        }
        let table = membership::Entity.into_iden();
        count
            .cond_where(self.conditions(backend, &table, self.kind()))
            .take()
    }

    /// Returns whether the conditions of a page need both tables.
    fn needs_both(&self) -> bool {
        match self.order {
            MemberOrder::LastActive => {
                !words(&self.search).is_empty() || self.invited_before.is_some()
            }
            _ => self.seen != Seen::Whenever,
        }
    }

    /// Selects the rows of a page from one index, or from one index for each kind.
    fn find(&self, backend: DbBackend, slice: &Slice<Position>) -> SelectStatement {
        let mut rows = Query::select();
        match self.order {
            MemberOrder::LastActive => rows
                .columns(member_activity::Column::iter())
                .from(member_activity::Entity),
            _ => rows.columns(COLUMNS).from(membership::Entity),
        };
        let of_kind = |kind| self.cut(rows.clone(), backend, kind, slice);
        let kinds = self.parts();
        if kinds.len() <= 1 {
            return of_kind(self.kind());
        }
        // SQLite does not allow `LIMIT` in the parts of a union.
        let branches = kinds.into_iter().map(|kind| {
            Query::select()
                .column(Asterisk)
                .from_subquery(of_kind(kind), "kind")
                .take()
        });
        let union = branches.reduce(|mut all, kind| all.union(UnionType::All, kind).take());
        self.sort(union.unwrap_or_default(), None, slice)
            .limit(slice.fetch())
            .take()
    }

    /// Restricts rows to the conditions and to a slice, with order and limit.
    fn cut(
        &self,
        mut rows: SelectStatement,
        backend: DbBackend,
        kind: Kind,
        slice: &Slice<Position>,
    ) -> SelectStatement {
        let table = self.order.table();
        let key = || {
            let columns = self.order.columns().into_iter();
            Expr::tuple(columns.map(|column| Expr::col((table.clone(), column))))
        };
        let end = |position: &Position| Expr::tuple(position.values().into_iter().map(Expr::val));
        let (after, before) = (
            slice.after.as_ref().map(end),
            slice.before.as_ref().map(end),
        );
        let (greater, less) = if self.descending {
            (before, after)
        } else {
            (after, before)
        };
        rows.cond_where(self.conditions(backend, &table, kind));
        rows.and_where_option(greater.map(|end| key().gt(end)));
        rows.and_where_option(less.map(|end| key().lt(end)));
        self.sort(rows, Some(table), slice)
            .limit(slice.fetch())
            .take()
    }

    /// Adds the order, by columns of a table or of a union.
    fn sort(
        &self,
        mut rows: SelectStatement,
        table: Option<DynIden>,
        slice: &Slice<Position>,
    ) -> SelectStatement {
        let order = if self.descending == slice.backward {
            Order::Asc
        } else {
            Order::Desc
        };
        for column in self.order.columns() {
            match &table {
                Some(table) => rows.order_by((table.clone(), column), order.clone()),
                None => rows.order_by(column, order.clone()),
            };
        }
        rows
    }

    /// Returns the conditions on a row of a table and on what it is joined with. Roles and statuses
    /// are literals instead of parameters, so that each list has its own plan.
    fn conditions(&self, backend: DbBackend, table: &DynIden, (role, status): Kind) -> Cond {
        // Both tables have these columns.
        let column = |column: membership::Column| Expr::col((table.clone(), column));
        let role = role.map(|role| Expr::Constant(role.into()));
        let status = status.map(|status| Expr::Constant(status.into()));
        let is_open = self
            .invitation
            .map(|state| column(membership::Column::UserId).in_subquery(self.invited(state)));
        let all = Cond::all()
            .add(column(membership::Column::WorkspaceId).eq(self.workspace_id))
            .add_option(role.map(|role| column(membership::Column::Role).eq(role)))
            .add_option(status.map(|status| column(membership::Column::Status).eq(status)))
            .add_option(self.seen.condition())
            .add_option(
                self.invited_before
                    .map(|time| membership::Column::InviteSentAt.lte(time)),
            )
            .add_option(is_open);
        let words = words(&self.search);
        let matches = words.iter().map(|word| contains(backend, word));
        matches.fold(all, Cond::add)
    }

    /// Selects the users with an open invitation in a state at a time.
    fn invited(&self, (state, now): (OpenInvitation, DateTime<Utc>)) -> SelectStatement {
        // Literals, as in the conditions of partial indexes.
        let marked = |state: InvitationState| {
            let state = Expr::Constant(state.into());
            invitation::Column::State.into_expr().eq(state)
        };
        let at = invitation::Column::ExpiresAt;
        let pending = marked(InvitationState::Pending);
        let in_state = match state {
            OpenInvitation::Pending => pending.and(at.gt(now)),
            OpenInvitation::Expired => {
                marked(InvitationState::Expired).or(pending.and(at.lte(now)))
            }
        };
        Query::select()
            .column(invitation::Column::UserId)
            .from(invitation::Entity)
            .and_where(invitation::Column::WorkspaceId.eq(self.workspace_id))
            .and_where(in_state)
            .take()
    }
}

impl Seen {
    fn condition(self) -> Option<Cond> {
        let at = member_activity::Column::LastActiveAt;
        match self {
            Seen::Whenever => None,
            Seen::Never => Some(Cond::all().add(at.eq(never()))),
            Seen::NotSince(time) => Some(Cond::all().add(at.gt(never())).add(at.lt(time))),
        }
    }
}
