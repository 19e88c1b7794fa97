//! The list of a workspace's invitations, latest first.

use crate::error::Result;
use crate::page::{self, IdPosition, LatestFirst, Page, Slice, cut_by_id, latest_first};
use chrono::{DateTime, Utc};
use entity::invitation::{Column, Entity, InvitationState, Model};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, Iterable as _,
    QueryFilter as _, QueryTrait as _, Select,
};
use uuid::Uuid;

/// A filter of invitations.
#[derive(Clone, Debug)]
pub struct InvitationQuery {
    pub workspace_id: Uuid,
    pub state: Option<InvitationState>,
    /// The time for which states are determined.
    pub now: DateTime<Utc>,
}

impl InvitationQuery {
    fn select(&self) -> Select<Entity> {
        let rows = crate::team::invitation::in_workspace(self.workspace_id);
        match self.state {
            None => rows,
            Some(InvitationState::Expired) => {
                let [marked, unmarked] = self.expired();
                rows.filter(Condition::any().add(marked).add(unmarked))
            }
            Some(InvitationState::Pending) => {
                let pending = Column::State.eq(InvitationState::Pending);
                rows.filter(pending.and(Column::ExpiresAt.gt(self.now)))
            }
            Some(state) => rows.filter(Column::State.eq(state)),
        }
    }

    /// Returns the conditions of expired invitations: marked as expired by the sweep, or pending
    /// past their expiry.
    fn expired(&self) -> [Expr; 2] {
        // A literal, as in the condition of the partial index.
        let pending = Expr::cust("state = 'PENDING'");
        [
            Column::State.eq(InvitationState::Expired),
            pending.and(Column::ExpiresAt.lte(self.now)),
        ]
    }

    /// Selects the expired invitations for a page: for each condition, the first ones from its
    /// index. An `OR` would scan all invitations.
    fn expired_on(&self, slice: &Slice<IdPosition>) -> SelectStatement {
        let kinds = self.expired().map(|is_kind| {
            let rows = crate::team::invitation::in_workspace(self.workspace_id).filter(is_kind);
            // SQLite does not allow `LIMIT` in the parts of a union.
            Query::select()
                .columns(Column::iter())
                .from_subquery(cut_by_id(rows, Column::Id, slice).into_query(), "kind")
                .take()
        });
        let [mut marked, unmarked] = kinds;
        marked
            .union(UnionType::All, unmarked)
            .order_by(Column::Id, slice.order())
            .limit(slice.fetch())
            .take()
    }
}

impl LatestFirst for InvitationQuery {
    type Row = Model;

    async fn page(
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

    async fn count(&self, db: &impl ConnectionTrait) -> Result<i64> {
        page::count(db, self.select()).await
    }
}
