//! The memberships of users in workspaces that the viewer manages, page by page.

use crate::error::Result;
use crate::page::Slice;
use crate::team::member::{COLUMNS, Member, same_member, select};
use entity::{member_activity, membership};
use sea_orm::sea_query::{
    Asterisk, Cond, Expr, ExprTrait as _, Func, Order, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, FromQueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// A page of the memberships of one user.
#[derive(Clone, Debug, Default)]
pub struct SharedMembers {
    /// The members with their indexes in the whole list, in reading order of the slice.
    pub members: Vec<(usize, Member)>,
    /// The total number of memberships.
    pub total: usize,
}

/// A membership with its position among those of its user, from 1 to the total.
#[derive(FromQueryResult)]
struct NumberedMember {
    #[sea_orm(nested)]
    member: Member,
    position: i64,
    total: i64,
}

/// Returns a page of the memberships of each user in some workspaces, ordered by workspace, in one
/// statement. It reads the rows of the slice and the first row of each user, which has the total.
pub async fn of_users(
    db: &impl ConnectionTrait,
    workspace_ids: &[Uuid],
    user_ids: &[Uuid],
    slice: &Slice<usize>,
) -> Result<HashMap<Uuid, SharedMembers>> {
    if workspace_ids.is_empty() || user_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let select = select_page(workspace_ids, user_ids, slice);
    let statement = db.get_database_backend().build(&select);
    let rows = NumberedMember::find_by_statement(statement).all(db).await?;
    let mut found: HashMap<Uuid, SharedMembers> = HashMap::new();
    for NumberedMember {
        member,
        position,
        total,
    } in rows
    {
        let theirs = found.entry(member.user_id).or_default();
        theirs.total = usize::try_from(total).unwrap_or_default();
        let index = usize::try_from(position - 1).unwrap_or_default();
        theirs.members.push((index, member));
    }
    for theirs in found.values_mut() {
        let indexes = slice.indexes(theirs.total);
        theirs.members.retain(|(index, _)| indexes.contains(index));
        if slice.backward {
            theirs.members.reverse();
        }
    }
    Ok(found)
}

fn select_page(workspace_ids: &[Uuid], user_ids: &[Uuid], slice: &Slice<usize>) -> SelectStatement {
    let numbered = Query::select()
        .columns(COLUMNS)
        .expr_window_as(
            Func::cust("row_number"),
            of_user()
                .order_by(membership::Column::WorkspaceId, Order::Asc)
                .take(),
            "position",
        )
        .expr_window_as(Func::count(Expr::col(Asterisk)), of_user(), "total")
        .from(membership::Entity)
        .and_where(membership::Column::UserId.is_in(user_ids.iter().copied()))
        .and_where(membership::Column::WorkspaceId.is_in(workspace_ids.iter().copied()))
        .take();
    let position = || Expr::col((membership::Entity, "position"));
    select()
        .column((membership::Entity, "position"))
        .column((membership::Entity, "total"))
        .from_subquery(numbered, membership::Entity)
        .inner_join(member_activity::Entity, same_member())
        .cond_where(Cond::any().add(position().eq(1)).add(within(slice)))
        .order_by(membership::Column::UserId.as_column_ref(), Order::Asc)
        .order_by((membership::Entity, "position"), Order::Asc)
        .take()
}

/// Returns the window of the memberships of one user.
fn of_user() -> WindowStatement {
    WindowStatement::partition_by(membership::Column::UserId)
}

/// Returns the condition for the indexes of [`Slice::indexes`], for at most a page of indexes.
fn within(slice: &Slice<usize>) -> Cond {
    let number = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
    let position = || Expr::col((membership::Entity, "position"));
    let total = Expr::col((membership::Entity, "total"));
    let start = slice
        .after
        .map_or(0, |after| number(after).saturating_add(1));
    let before = slice.before.map(number);
    let fetch = i64::try_from(slice.fetch()).unwrap_or(i64::MAX);
    let within = Cond::all()
        .add(position().gt(start))
        .add_option(before.map(|before| position().lte(before)));
    if !slice.backward {
        return within.add(position().lte(start.saturating_add(fetch)));
    }
    let last = Cond::any()
        .add(position().gt(total.sub(fetch)))
        .add_option(before.map(|before| position().gt(before.saturating_sub(fetch))));
    within.add(last)
}
