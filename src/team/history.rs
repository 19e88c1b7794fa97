//! The access history of a workspace: its audit log, the latest first.

use super::page::{IdPosition, Page, Slice, latest_first};
use crate::audit::{self, AuditKind};
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::audit_event::{AuditOutcome, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    Select,
};
use uuid::Uuid;

/// Which entries to read.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    pub workspace_id: Uuid,
    pub kind: Option<AuditKind>,
    pub outcome: Option<AuditOutcome>,
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// Whom it was done to.
    pub subject_id: Option<Uuid>,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

impl HistoryQuery {
    fn select(&self) -> Select<Entity> {
        let mut rows = Entity::find().filter(Column::WorkspaceId.eq(self.workspace_id));
        if let Some(kind) = self.kind {
            rows = rows.filter(Column::Kind.eq(kind.code()));
        }
        if let Some(outcome) = self.outcome {
            // Written out, being ours, so that each has a plan of its own: refused ones are rare.
            rows = rows.filter(Expr::cust(match outcome {
                AuditOutcome::Done => "outcome = 'DONE'",
                AuditOutcome::Refused => "outcome = 'REFUSED'",
            }));
        }
        if let Some(actor) = self.actor_id {
            rows = rows.filter(Column::ActorId.eq(actor));
        }
        if let Some(subject) = self.subject_id {
            rows = rows.filter(Column::SubjectId.eq(subject));
        }
        if let Some(from) = self.from {
            rows = rows.filter(Column::Id.gte(audit::first_id(from)));
        }
        if let Some(until) = self.until {
            rows = rows.filter(Column::Id.lt(audit::first_id(until)));
        }
        rows
    }

    /// Reads a page, the latest entries first.
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

    /// Counts the entries.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, db: &impl ConnectionTrait) -> Result<i64> {
        let count = self.select().count(db).await?;
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }
}
