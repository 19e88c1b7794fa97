use crate::dialect::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &[&str] = &[
    "CREATE TABLE users (
        id {uuid} NOT NULL PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL UNIQUE,
        status text NOT NULL CHECK (status IN ('ACTIVE', 'INVITED')),
        first_name text NOT NULL,
        last_name text NOT NULL,
        password_hash text,
        created_at {time} NOT NULL,
        signed_up_at {time},
        CHECK ((status = 'ACTIVE') = (password_hash IS NOT NULL)),
        CHECK ((status = 'ACTIVE') = (signed_up_at IS NOT NULL))
    )",
    "CREATE TABLE workspaces (
        id {uuid} NOT NULL PRIMARY KEY,
        name text NOT NULL,
        slug text NOT NULL UNIQUE,
        created_at {time} NOT NULL,
        creator_id {uuid},
        invitation_lifetime_days integer CHECK (invitation_lifetime_days BETWEEN 1 AND 90),
        allowed_email_domains {json} NOT NULL
    )",
    "CREATE INDEX workspaces_of_creator ON workspaces (creator_id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE workspaces", "DROP TABLE users"]).await
    }
}
