use crate::builders::{belongs_to, create_indexes, drop_tables, index, key_of, one_of};
use crate::dialect::{is_postgres, run};
use entity::audit_event::AuditOutcome;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, json_binary, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn is_refused() -> Expr {
    Expr::col("outcome").eq(AuditOutcome::Refused)
}

fn audit_events() -> TableCreateStatement {
    Table::create()
        .table("audit_events")
        .col(uuid("workspace_id"))
        .col(uuid("id"))
        .col(timestamp_with_time_zone("at"))
        .col(timestamp_with_time_zone("last_at"))
        .col(integer("count").default(1).check(Expr::col("count").gte(1)))
        .col(timestamp_with_time_zone_null("hour"))
        .col(text("kind"))
        .col(one_of::<AuditOutcome>(text("outcome")))
        .col(uuid_null("actor_id"))
        .col(text("actor_label"))
        .col(uuid_null("subject_id"))
        .col(text("subject_label"))
        .col(json_binary("details"))
        .col(text("address"))
        .col(text("request_id"))
        .primary_key(&mut key_of(&["workspace_id", "id"]))
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .check(is_refused().eq(Expr::col("hour").is_not_null()))
        .check(is_refused().or(Expr::col("count").eq(1)))
        .take()
}

fn throttles() -> TableCreateStatement {
    Table::create()
        .table("throttles")
        .col(text("key").primary_key())
        .col(integer("count"))
        .col(timestamp_with_time_zone("resets_at"))
        .col(timestamp_with_time_zone_null("blocked_until"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let events = |name, columns: &[_]| index(name, "audit_events", columns);
    let filter = |name, column| events(name, &["workspace_id", column, "id"]);
    vec![
        events(
            "audit_events_refused",
            &["workspace_id", "actor_id", "kind", "hour"],
        )
        .unique()
        .and_where(is_refused())
        .take(),
        events("audit_events_by_age", &["outcome", "at"]),
        filter("audit_events_by_kind", "kind"),
        filter("audit_events_by_outcome", "outcome"),
        filter("audit_events_by_actor", "actor_id"),
        filter("audit_events_by_subject", "subject_id"),
        index("throttles_by_end", "throttles", &["resets_at"]),
    ]
}

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
        manager.create_table(audit_events()).await?;
        manager.create_table(throttles()).await?;
        create_indexes(manager, indexes()).await?;
        if is_postgres(manager) {
            run(manager, STATISTICS).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["throttles", "audit_events"]).await
    }
}
