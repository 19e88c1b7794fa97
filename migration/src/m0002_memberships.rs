use crate::dialect::{is_postgres, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE memberships (
        workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        role smallint NOT NULL CHECK (role BETWEEN 1 AND 3),
        status text NOT NULL CHECK (status IN ('ACTIVE', 'INVITED')),
        first_name text NOT NULL,
        last_name text NOT NULL,
        email text NOT NULL,
        name_key {key} NOT NULL,
        email_key {key} NOT NULL,
        search_key {key} NOT NULL,
        joined_at {time} NOT NULL,
        invite_sent_at {time},
        PRIMARY KEY (workspace_id, user_id),
        UNIQUE (workspace_id, user_id, role, status)
    )",
    // The foreign key copies role and status, so that they cannot differ.
    "CREATE TABLE member_activity (
        workspace_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        role smallint NOT NULL,
        status text NOT NULL,
        last_active_at {time} NOT NULL,
        PRIMARY KEY (workspace_id, user_id),
        FOREIGN KEY (workspace_id, user_id, role, status)
            REFERENCES memberships (workspace_id, user_id, role, status)
            ON UPDATE CASCADE ON DELETE CASCADE
    )",
];

/// For each sort order: one index for the whole team, and one per role and status, from which
/// filtered lists are merged.
const INDEXES: &[&str] = &[
    "CREATE INDEX memberships_by_name ON memberships (workspace_id, name_key, user_id)",
    "CREATE INDEX memberships_by_email ON memberships (workspace_id, email_key, user_id)",
    "CREATE INDEX memberships_by_joined ON memberships (workspace_id, joined_at, user_id)",
    "CREATE INDEX memberships_by_kind_name
        ON memberships (workspace_id, role, status, name_key, user_id)",
    "CREATE INDEX memberships_by_kind_email
        ON memberships (workspace_id, role, status, email_key, user_id)",
    "CREATE INDEX memberships_by_kind_joined
        ON memberships (workspace_id, role, status, joined_at, user_id)",
    "CREATE INDEX memberships_by_role ON memberships (workspace_id, role, name_key, user_id)",
    "CREATE INDEX memberships_by_invite_sent
        ON memberships (workspace_id, invite_sent_at, user_id) WHERE status = 'INVITED'",
    "CREATE INDEX memberships_of_user ON memberships (user_id, status, workspace_id)",
    "CREATE INDEX member_activity_by_time
        ON member_activity (workspace_id, last_active_at, user_id)",
    "CREATE INDEX member_activity_by_kind_time
        ON member_activity (workspace_id, role, status, last_active_at, user_id)",
];

/// The search grams of a member: all runs of one to three letters in the words of the search key,
/// stored with the row. A GIN index of them suits rare and common runs alike, since the engine
/// knows how common each one is. The extension is trusted: the owner of the database may create it.
///
/// The planner overestimates the rows of the function's query so much that it would compile the
/// query to machine code (JIT) for each row that is written, which takes milliseconds.
const SEARCH_ON_POSTGRES: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    "CREATE FUNCTION search_grams(words text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET jit = off AS $$
            SELECT coalesce(array_agg(DISTINCT substr(word, start, size)), '{}')
            FROM regexp_split_to_table(words, ' ') word, generate_series(1, 3) size,
                generate_series(1, length(word) - size + 1) start
        $$",
    "ALTER TABLE memberships ADD COLUMN search_grams text[]
        GENERATED ALWAYS AS (search_grams(search_key)) STORED",
    "CREATE INDEX memberships_search ON memberships USING gin (workspace_id, search_grams)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run(manager, INDEXES).await?;
        if is_postgres(manager) {
            run(manager, SEARCH_ON_POSTGRES).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["DROP TABLE member_activity", "DROP TABLE memberships"],
        )
        .await?;
        if is_postgres(manager) {
            run(manager, &["DROP FUNCTION search_grams(text)"]).await?;
        }
        Ok(())
    }
}
