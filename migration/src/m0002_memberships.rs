use crate::builders::{belongs_to, create_indexes, drop_tables, index, key_of, one_of};
use crate::dialect::{is_postgres, key, run};
use entity::Role;
use entity::membership::MembershipStatus;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    small_integer, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn memberships(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("memberships")
        .col(uuid("workspace_id"))
        .col(uuid("user_id"))
        .col(one_of::<Role>(small_integer("role")))
        .col(one_of::<MembershipStatus>(text("status")))
        .col(text("first_name"))
        .col(text("last_name"))
        .col(text("email"))
        .col(key(manager, "name_key"))
        .col(key(manager, "email_key"))
        .col(key(manager, "search_key"))
        .col(timestamp_with_time_zone("joined_at"))
        .col(timestamp_with_time_zone_null("invite_sent_at"))
        .primary_key(&mut key_of(&["workspace_id", "user_id"]))
        .index(key_of(&["workspace_id", "user_id", "role", "status"]).unique())
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .foreign_key(&mut belongs_to("user_id", "users"))
        .take()
}

/// The foreign key copies role and status, so that they cannot differ.
///
/// On PostgreSQL, the index of the primary key includes the time. Otherwise, a plan for workspaces
/// of average size would look up each member in an index by time, because it contains the time, and
/// scan all members of a large workspace.
fn member_activity() -> TableCreateStatement {
    let copied = ["workspace_id", "user_id", "role", "status"];
    let mut membership = ForeignKey::create();
    membership
        .to_tbl("memberships")
        .on_update(ForeignKeyAction::Cascade)
        .on_delete(ForeignKeyAction::Cascade);
    for column in copied {
        membership.from_col(column).to_col(column);
    }
    Table::create()
        .table("member_activity")
        .col(uuid("workspace_id"))
        .col(uuid("user_id"))
        .col(small_integer("role"))
        .col(text("status"))
        .col(timestamp_with_time_zone("last_active_at"))
        .primary_key(key_of(&["workspace_id", "user_id"]).include("last_active_at"))
        .foreign_key(&mut membership)
        .take()
}

/// For each sort order: one index for the whole team, and one per role and status, from which
/// filtered lists are merged.
fn indexes() -> Vec<IndexCreateStatement> {
    let of_team = |name, key: &[&'static str]| {
        index(
            name,
            "memberships",
            &[&["workspace_id"], key, &["user_id"]].concat(),
        )
    };
    let of_kind = |name, key| of_team(name, &["role", "status", key]);
    vec![
        of_team("memberships_by_name", &["name_key"]),
        of_team("memberships_by_email", &["email_key"]),
        of_team("memberships_by_joined", &["joined_at"]),
        of_kind("memberships_by_kind_name", "name_key"),
        of_kind("memberships_by_kind_email", "email_key"),
        of_kind("memberships_by_kind_joined", "joined_at"),
        // With the status, because PostgreSQL may choose it for members of one kind.
        index(
            "memberships_by_role",
            "memberships",
            &["workspace_id", "role", "name_key", "user_id", "status"],
        ),
        of_team("memberships_by_invite_sent", &["invite_sent_at"])
            .and_where(Expr::col("status").eq(MembershipStatus::Invited))
            .take(),
        index(
            "memberships_of_user",
            "memberships",
            &["user_id", "status", "workspace_id"],
        ),
        index(
            "member_activity_by_time",
            "member_activity",
            &["workspace_id", "last_active_at", "user_id"],
        ),
        index(
            "member_activity_by_kind_time",
            "member_activity",
            &[
                "workspace_id",
                "role",
                "status",
                "last_active_at",
                "user_id",
            ],
        ),
    ]
}

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
        manager.create_table(memberships(manager)).await?;
        manager.create_table(member_activity()).await?;
        create_indexes(manager, indexes()).await?;
        if is_postgres(manager) {
            run(manager, SEARCH_ON_POSTGRES).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["member_activity", "memberships"]).await?;
        if is_postgres(manager) {
            run(manager, &["DROP FUNCTION search_grams(text)"]).await?;
        }
        Ok(())
    }
}
