//! Counters of each team, updated by triggers, so that no write of a membership can omit them. The
//! same triggers create each membership's activity row.

use crate::dialect::{is_postgres, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "CREATE TABLE team_summaries (
    workspace_id {uuid} NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    admins_active bigint NOT NULL DEFAULT 0,
    admins_invited bigint NOT NULL DEFAULT 0,
    operators_active bigint NOT NULL DEFAULT 0,
    operators_invited bigint NOT NULL DEFAULT 0,
    auditors_active bigint NOT NULL DEFAULT 0,
    auditors_invited bigint NOT NULL DEFAULT 0,
    invitations_expired bigint NOT NULL DEFAULT 0
)";

/// Counter, and the role and status that it counts.
const COUNTERS: [(&str, i16, &str); 6] = [
    ("admins_active", 1, "ACTIVE"),
    ("admins_invited", 1, "INVITED"),
    ("operators_active", 2, "ACTIVE"),
    ("operators_invited", 2, "INVITED"),
    ("auditors_active", 3, "ACTIVE"),
    ("auditors_invited", 3, "INVITED"),
];

/// Which rows a trigger reads, and whether they are added or removed.
const EVENTS: [(&str, &[(&str, i8)]); 3] = [
    ("insert", &[("NEW", 1)]),
    ("update", &[("NEW", 1), ("OLD", -1)]),
    ("delete", &[("OLD", -1)]),
];

/// Returns the row triggers for SQLite.
fn sqlite_triggers() -> Vec<String> {
    let mut statements = vec![
        "CREATE TRIGGER workspaces_summarized AFTER INSERT ON workspaces BEGIN
            INSERT INTO team_summaries (workspace_id) VALUES (NEW.id); END"
            .to_owned(),
        "CREATE TRIGGER memberships_active AFTER INSERT ON memberships BEGIN
            INSERT INTO member_activity (workspace_id, user_id, role, status, last_active_at)
            VALUES (NEW.workspace_id, NEW.user_id, NEW.role, NEW.status, {epoch}); END"
            .to_owned(),
    ];
    for (event, rows) in EVENTS {
        let mut members = String::new();
        let mut invitations = String::new();
        for (row, sign) in rows {
            let sets: Vec<String> = COUNTERS
                .iter()
                .map(|(counter, role, status)| {
                    format!("{counter} = {counter} + {sign} * ({row}.role = {role} AND {row}.status = '{status}')")
                })
                .collect();
            members += &format!(
                "UPDATE team_summaries SET {} WHERE workspace_id = {row}.workspace_id; ",
                sets.join(", ")
            );
            invitations += &format!(
                "UPDATE team_summaries SET invitations_expired = invitations_expired + {sign}
                 WHERE workspace_id = {row}.workspace_id AND {row}.state = 'EXPIRED'; "
            );
        }
        statements.push(format!(
            "CREATE TRIGGER memberships_{event}_counted AFTER {event} ON memberships
             BEGIN {members} END"
        ));
        statements.push(format!(
            "CREATE TRIGGER invitations_{event}_counted AFTER {event} ON invitations
             BEGIN {invitations} END"
        ));
    }
    statements
}

/// Returns the statement triggers for PostgreSQL: one update per workspace, however many rows
/// change.
fn postgres_triggers() -> Vec<String> {
    let mut statements = vec![
        "CREATE FUNCTION workspaces_summarized() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO team_summaries (workspace_id) VALUES (NEW.id); RETURN NULL; END $$"
            .to_owned(),
        "CREATE TRIGGER workspaces_summarized AFTER INSERT ON workspaces
            FOR EACH ROW EXECUTE FUNCTION workspaces_summarized()"
            .to_owned(),
        "CREATE FUNCTION memberships_active() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO member_activity (workspace_id, user_id, role, status, last_active_at)
            SELECT workspace_id, user_id, role, status, {epoch} FROM new_rows;
            RETURN NULL; END $$"
            .to_owned(),
        "CREATE TRIGGER memberships_active AFTER INSERT ON memberships
            REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION memberships_active()"
            .to_owned(),
    ];
    for (event, rows) in EVENTS {
        statements.extend(postgres_counting(
            "memberships",
            event,
            rows,
            &COUNTERS.map(|(counter, role, status)| {
                (counter, format!("role = {role} AND status = '{status}'"))
            }),
        ));
        statements.extend(postgres_counting(
            "invitations",
            event,
            rows,
            &[("invitations_expired", "state = 'EXPIRED'".to_owned())],
        ));
    }
    statements
}

/// Returns the function and trigger that count the changes of one kind of statement on one table.
fn postgres_counting(
    table: &str,
    event: &str,
    rows: &[(&str, i8)],
    counters: &[(&str, String)],
) -> [String; 2] {
    let changes: Vec<String> = rows
        .iter()
        .map(|(row, sign)| format!("SELECT {sign} AS change, * FROM {row}_rows"))
        .collect();
    let transitions: Vec<String> = rows
        .iter()
        .map(|(row, _)| format!("{row} TABLE AS {row}_rows"))
        .collect();
    let sums: Vec<String> = counters
        .iter()
        .map(|(counter, condition)| {
            format!("coalesce(sum(change) FILTER (WHERE {condition}), 0) AS {counter}")
        })
        .collect();
    let sets: Vec<String> = counters
        .iter()
        .map(|(counter, _)| format!("{counter} = s.{counter} + d.{counter}"))
        .collect();
    let changed: Vec<String> = counters
        .iter()
        .map(|(counter, _)| format!("d.{counter} <> 0"))
        .collect();
    let name = format!("{table}_{event}_counted");
    [
        format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE team_summaries s SET {sets}
                FROM (SELECT workspace_id, {sums} FROM ({changes}) changes
                      GROUP BY workspace_id ORDER BY workspace_id) d
                WHERE s.workspace_id = d.workspace_id AND ({changed});
                RETURN NULL; END $$",
            sets = sets.join(", "),
            sums = sums.join(", "),
            changes = changes.join(" UNION ALL "),
            changed = changed.join(" OR "),
        ),
        format!(
            "CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {transitions}
             FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            transitions = transitions.join(" "),
        ),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = if is_postgres(manager) {
            postgres_triggers()
        } else {
            sqlite_triggers()
        };
        run(manager, &[TABLE]).await?;
        let triggers: Vec<&str> = triggers.iter().map(String::as_str).collect();
        run(manager, &triggers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let mut names = vec![
            ("workspaces_summarized".to_owned(), "workspaces"),
            ("memberships_active".to_owned(), "memberships"),
        ];
        for (event, _) in EVENTS {
            for table in ["memberships", "invitations"] {
                names.push((format!("{table}_{event}_counted"), table));
            }
        }
        for (name, table) in names {
            if postgres {
                run(
                    manager,
                    &[
                        &format!("DROP TRIGGER {name} ON {table}"),
                        &format!("DROP FUNCTION {name}()"),
                    ],
                )
                .await?;
            } else {
                run(manager, &[&format!("DROP TRIGGER {name}")]).await?;
            }
        }
        run(manager, &["DROP TABLE team_summaries"]).await
    }
}
