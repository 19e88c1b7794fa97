//! The invitations of a workspace, the latest first.

use crate::error::Result;
use crate::page::{IdPosition, Page, Slice, cut_by_id, latest_first};
use chrono::{DateTime, Utc};
use entity::invitation::{Column, Entity, InvitationState, Model};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, Iterable as _,
    PaginatorTrait as _, QueryFilter as _, QueryTrait as _, Select,
};
use uuid::Uuid;

/// Which invitations to list.
#[derive(Clone, Debug)]
pub struct InvitationQuery {
    pub workspace_id: Uuid,
    pub state: Option<InvitationState>,
    /// The time at which states are looked at.
    pub now: DateTime<Utc>,
}

impl InvitationQuery {
    fn select(&self) -> Select<Entity> {
        let rows = crate::team::invitation::in_workspace(self.workspace_id);
        match self.state {
            None => rows,
            Some(InvitationState::Expired) => {
                let [marked, lapsed] = self.expired();
                rows.filter(Condition::any().add(marked).add(lapsed))
            }
            Some(InvitationState::Pending) => {
                let pending = Column::State.eq(InvitationState::Pending);
                rows.filter(pending.and(Column::ExpiresAt.gt(self.now)))
            }
            Some(state) => rows.filter(Column::State.eq(state)),
        }
    }

    /// Expired are those that have been marked so, and those that no sweep has come to.
    fn expired(&self) -> [Expr; 2] {
        // Written out, as the index of those that lapse has it.
        let pending = Expr::cust("state = 'PENDING'");
        [
            Column::State.eq(InvitationState::Expired),
            pending.and(Column::ExpiresAt.lte(self.now)),
        ]
    }

    /// The expired ones that a page can hold: some of each kind, each from its index, in the order of
    /// the slice. An `OR` would look at all invitations.
    fn expired_on(&self, slice: &Slice<IdPosition>) -> SelectStatement {
        let kinds = self.expired().map(|is_kind| {
            let rows = crate::team::invitation::in_workspace(self.workspace_id).filter(is_kind);
            // SQLite takes no `LIMIT` in the parts of a union.
            Query::select()
                .columns(Column::iter())
                .from_subquery(cut_by_id(rows, Column::Id, slice).into_query(), "kind")
                .take()
        });
        let [mut marked, lapsed] = kinds;
        marked
            .union(UnionType::All, lapsed)
            .order_by(Column::Id, slice.order())
            .limit(slice.fetch())
            .take()
    }

    /// Reads a page.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn page(
        &self,
        db: &impl ConnectionTrait,
        slice: &Slice<IdPosition>,
    ) -> Result<Page<Model>> {
        if self.state != Some(InvitationState::Expired) {
            return latest_first(db, self.select(), Column::Id, slice).await;
        }
        let statement = db.get_database_backend().build(&self.expired_on(slice));
        let rows = Entity::find().from_raw_sql(statement).all(db).await?;
        Ok(slice.cut(rows))
    }

    /// Counts the invitations.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, db: &impl ConnectionTrait) -> Result<i64> {
        let count = self.select().count(db).await?;
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }
}
