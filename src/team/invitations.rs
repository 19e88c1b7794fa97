//! The invitations of a workspace, the latest first.

use super::page::{IdPosition, Page, Slice, latest_first};
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::invitation::{Column, Entity, InvitationState, Model};
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, PaginatorTrait as _, QueryFilter as _, Select,
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
        let rows = super::invitation::in_workspace(self.workspace_id);
        let Some(state) = self.state else { return rows };
        let marked = Column::State.eq(state);
        let pending = Column::State.eq(InvitationState::Pending);
        match state {
            InvitationState::Pending => rows.filter(pending.and(Column::ExpiresAt.gt(self.now))),
            InvitationState::Expired => {
                let lapsed = pending.and(Column::ExpiresAt.lte(self.now));
                rows.filter(Condition::any().add(marked).add(lapsed))
            }
            _ => rows.filter(marked),
        }
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
        latest_first(db, self.select(), Column::Id, slice).await
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
