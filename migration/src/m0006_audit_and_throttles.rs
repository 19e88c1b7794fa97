use crate::dialect::{is_postgres, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE audit_events (
        workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
        id {uuid} NOT NULL,
        at {time} NOT NULL,
        last_at {time} NOT NULL,
        count integer NOT NULL DEFAULT 1 CHECK (count >= 1),
        hour {time},
        kind text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('DONE', 'REFUSED')),
        actor_id {uuid},
        actor_label text NOT NULL,
        subject_id {uuid},
        subject_label text NOT NULL,
        details {json} NOT NULL,
        address text NOT NULL,
        request_id text NOT NULL,
        PRIMARY KEY (workspace_id, id),
        CHECK ((outcome = 'REFUSED') = (hour IS NOT NULL)),
        CHECK (outcome = 'REFUSED' OR count = 1)
    )",
    "CREATE UNIQUE INDEX audit_events_refused ON audit_events (workspace_id, actor_id, kind, hour)
        WHERE outcome = 'REFUSED'",
    "CREATE INDEX audit_events_by_age ON audit_events (outcome, at)",
    "CREATE INDEX audit_events_by_kind ON audit_events (workspace_id, kind, id)",
    "CREATE INDEX audit_events_by_outcome ON audit_events (workspace_id, outcome, id)",
    "CREATE INDEX audit_events_by_actor ON audit_events (workspace_id, actor_id, id)",
    "CREATE INDEX audit_events_by_subject ON audit_events (workspace_id, subject_id, id)",
    "CREATE TABLE throttles (
        key text NOT NULL PRIMARY KEY,
        count integer NOT NULL,
        resets_at {time} NOT NULL,
        blocked_until {time}
    )",
    "CREATE INDEX throttles_by_end ON throttles (resets_at)",
];

/// Tells PostgreSQL the number of distinct values. If a sample contains no rare value, a prepared
/// statement would expect the common one and scan the whole history for a rare one.
const STATISTICS: &[&str] = &[
    "ALTER TABLE audit_events ALTER COLUMN kind SET (n_distinct = 16)",
    "ALTER TABLE audit_events ALTER COLUMN outcome SET (n_distinct = 2)",
    "ALTER TABLE audit_events ALTER COLUMN actor_id SET (n_distinct = -0.001)",
    "ALTER TABLE audit_events ALTER COLUMN subject_id SET (n_distinct = -0.001)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        if is_postgres(manager) {
            run(manager, STATISTICS).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["DROP TABLE throttles", "DROP TABLE audit_events"],
        )
        .await
    }
}
