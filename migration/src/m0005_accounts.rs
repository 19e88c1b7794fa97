use crate::builders::{belongs_to, create_indexes, drop_tables, index};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    blob, pk_uuid, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(blob("token_hash").unique_key())
        .col(uuid_null("active_workspace_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_used_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(text("address"))
        .col(text("user_agent"))
        .foreign_key(&mut belongs_to("user_id", "users"))
        .foreign_key(
            belongs_to("active_workspace_id", "workspaces").on_delete(ForeignKeyAction::SetNull),
        )
        .take()
}

fn password_resets() -> TableCreateStatement {
    Table::create()
        .table("password_resets")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(uuid_null("admin_id"))
        .col(uuid("mail_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .foreign_key(&mut belongs_to("user_id", "users"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let sessions = |name, columns: &[_]| index(name, "sessions", columns);
    let resets = |name, columns: &[_]| index(name, "password_resets", columns);
    vec![
        sessions("sessions_of_user", &["user_id", "id"]),
        sessions("sessions_of_workspace", &["active_workspace_id"]),
        sessions("sessions_by_end", &["expires_at"]),
        resets("password_resets_open_by_admin", &["user_id"])
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .and_where(Expr::col("admin_id").is_not_null())
            .take(),
        resets("password_resets_of_user", &["user_id"]),
        resets("password_resets_of_mail", &["mail_id"]),
        resets("password_resets_by_end", &["expires_at"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sessions()).await?;
        manager.create_table(password_resets()).await?;
        create_indexes(manager, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["password_resets", "sessions"]).await
    }
}
