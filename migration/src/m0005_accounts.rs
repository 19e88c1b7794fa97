use crate::dialect::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE sessions (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        token_hash {bytes} NOT NULL UNIQUE,
        active_workspace_id {uuid} REFERENCES workspaces (id) ON DELETE SET NULL,
        created_at {time} NOT NULL,
        last_used_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        address text NOT NULL,
        user_agent text NOT NULL
    )",
    "CREATE INDEX sessions_of_user ON sessions (user_id, id)",
    "CREATE INDEX sessions_of_workspace ON sessions (active_workspace_id)",
    "CREATE INDEX sessions_by_end ON sessions (expires_at)",
    "CREATE TABLE password_resets (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        admin_id {uuid},
        mail_id {uuid} NOT NULL,
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        ended_at {time}
    )",
    "CREATE UNIQUE INDEX password_resets_open_by_admin ON password_resets (user_id)
        WHERE ended_at IS NULL AND admin_id IS NOT NULL",
    "CREATE INDEX password_resets_of_user ON password_resets (user_id)",
    "CREATE INDEX password_resets_of_mail ON password_resets (mail_id)",
    "CREATE INDEX password_resets_by_end ON password_resets (expires_at)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["DROP TABLE password_resets", "DROP TABLE sessions"],
        )
        .await
    }
}
