//! The access history of a workspace: its audit log, latest first.

use crate::audit::{self, AuditKind};
use crate::error::Result;
use crate::page::{self, IdPosition, LatestFirst, Page, Slice, cut_by_id, within};
use chrono::{DateTime, Utc};
use entity::audit_event::{AuditOutcome, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Select};
use uuid::Uuid;

/// A filter of audit log entries.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    pub workspace_id: Uuid,
    pub kind: Option<AuditKind>,
    pub outcome: Option<AuditOutcome>,
    /// The user who acted.
    pub actor_id: Option<Uuid>,
    /// The user who was affected.
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
            // A literal instead of a parameter, so that each outcome has its own plan: refused
            // entries are rare.
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
        rows
    }

    /// Returns the time range as a range of IDs, without its ends.
    fn window(&self) -> Slice<IdPosition> {
        let before_first =
            |from| Uuid::from_u128(audit::first_id(from).as_u128().saturating_sub(1));
        Slice {
            limit: 0,
            backward: false,
            after: self.until.map(audit::first_id).map(IdPosition),
            before: self.from.map(before_first).map(IdPosition),
        }
    }
}

impl LatestFirst for HistoryQuery {
    type Row = Model;

    async fn page(
        &self,
        db: &impl ConnectionTrait,
        slice: &Slice<IdPosition>,
    ) -> Result<Page<Model>> {
        // Use only the narrower bound on each side, so that the plan has one range.
        let window = self.window();
        let id = |position: &IdPosition| position.0;
        let narrowed = Slice {
            after: window.after.into_iter().chain(slice.after).min_by_key(id),
            before: window.before.into_iter().chain(slice.before).max_by_key(id),
            ..slice.clone()
        };
        let rows = cut_by_id(self.select(), Column::Id, &narrowed)
            .all(db)
            .await?;
        Ok(slice.cut(rows))
    }

    async fn count(&self, db: &impl ConnectionTrait) -> Result<i64> {
        page::count(db, within(self.select(), Column::Id, &self.window())).await
    }
}
