//! Counters of each team, updated by triggers, so that no write of a membership can omit them. The
//! same triggers create each membership's activity row.

use crate::builders::{belongs_to, drop_tables, key_of};
use crate::dialect::{is_postgres, run};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_uuid, small_integer, text, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn team_counts() -> TableCreateStatement {
    Table::create()
        .table("team_counts")
        .col(uuid("workspace_id"))
        .col(small_integer("role"))
        .col(text("status"))
        .col(big_integer("members"))
        .primary_key(&mut key_of(&["workspace_id", "role", "status"]))
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .take()
}

fn expired_invitation_counts() -> TableCreateStatement {
    Table::create()
        .table("expired_invitation_counts")
        .col(pk_uuid("workspace_id"))
        .col(big_integer("invitations"))
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .take()
}

/// Creates the activity of a new membership. The Unix epoch means never.
const ACTIVITY_ON_SQLITE: &str =
    "CREATE TRIGGER memberships_active AFTER INSERT ON memberships BEGIN
        INSERT INTO member_activity (workspace_id, user_id, role, status, last_active_at)
        VALUES (NEW.workspace_id, NEW.user_id, NEW.role, NEW.status, '1970-01-01T00:00:00+00:00'); END";

const ACTIVITY_ON_POSTGRES: &[&str] = &[
    "CREATE FUNCTION memberships_active() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO member_activity (workspace_id, user_id, role, status, last_active_at)
        SELECT workspace_id, user_id, role, status, timestamptz 'epoch' FROM new_rows;
        RETURN NULL; END $$",
    "CREATE TRIGGER memberships_active AFTER INSERT ON memberships
        REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION memberships_active()",
];

/// A table, and the table of its counters.
struct Counted {
    table: &'static str,
    /// The rows that count. `{row}` stands for the row.
    condition: &'static str,
    /// The columns that decide which counter counts a row, if any.
    watched: &'static [&'static str],
    counters: &'static str,
    /// The columns by which rows are counted.
    key: &'static [&'static str],
    counter: &'static str,
}

const COUNTED: [Counted; 2] = [
    Counted {
        table: "memberships",
        condition: "TRUE",
        watched: &["workspace_id", "role", "status"],
        counters: "team_counts",
        key: &["workspace_id", "role", "status"],
        counter: "members",
    },
    Counted {
        table: "invitations",
        condition: "{row}.state = 'EXPIRED'",
        watched: &["workspace_id", "state"],
        counters: "expired_invitation_counts",
        key: &["workspace_id"],
        counter: "invitations",
    },
];

const EVENTS: [&str; 3] = ["insert", "update", "delete"];

impl Counted {
    fn condition(&self, row: &str) -> String {
        self.condition.replace("{row}", row)
    }

    /// Returns an SQL term for each column, joined by `separator`.
    fn each(columns: &[&str], separator: &str, term: impl Fn(&str) -> String) -> String {
        let terms: Vec<String> = columns.iter().map(|column| term(column)).collect();
        terms.join(separator)
    }

    fn trigger(&self, event: &str) -> String {
        format!("{}_{event}_counted", self.table)
    }

    /// Returns the row trigger for SQLite.
    fn on_sqlite(&self, event: &str) -> String {
        let Counted {
            table,
            counters,
            counter,
            ..
        } = self;
        let key = self.key.join(", ");
        let add = format!(
            "INSERT INTO {counters} ({key}, {counter}) SELECT {values}, 1 WHERE {condition}
                ON CONFLICT ({key}) DO UPDATE SET {counter} = {counter} + 1;",
            values = Self::each(self.key, ", ", |column| format!("NEW.{column}")),
            condition = self.condition("NEW"),
        );
        let remove = format!(
            "UPDATE {counters} SET {counter} = {counter} - 1 WHERE {key} AND {condition};",
            key = Self::each(self.key, " AND ", |column| format!(
                "{column} = OLD.{column}"
            )),
            condition = self.condition("OLD"),
        );
        let changed = Self::each(self.watched, " OR ", |column| {
            format!("NEW.{column} IS NOT OLD.{column}")
        });
        let body = match event {
            "insert" => format!("BEGIN {add} END"),
            "update" => format!("WHEN {changed} BEGIN {remove} {add} END"),
            _ => format!("BEGIN {remove} END"),
        };
        format!(
            "CREATE TRIGGER {} AFTER {event} ON {table} {body}",
            self.trigger(event)
        )
    }

    /// Returns the function and statement trigger for PostgreSQL: one change per counter, however
    /// many rows change.
    fn on_postgres(&self, event: &str) -> [String; 2] {
        let Counted {
            table,
            counters,
            counter,
            ..
        } = self;
        let key = self.key.join(", ");
        let (transitions, changes) = match event {
            "insert" => (
                "NEW TABLE AS new_rows",
                "SELECT 1 AS change, * FROM new_rows",
            ),
            "update" => (
                "NEW TABLE AS new_rows OLD TABLE AS old_rows",
                "SELECT 1 AS change, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows",
            ),
            _ => (
                "OLD TABLE AS old_rows",
                "SELECT -1 AS change, * FROM old_rows",
            ),
        };
        let sums = format!(
            "SELECT {key}, sum(change) AS change FROM ({changes}) r WHERE {condition}
                GROUP BY {key} HAVING sum(change) <> 0 ORDER BY {key}",
            condition = self.condition("r"),
        );
        let apply = match event {
            // The workspace, and with it the counter, may be gone.
            "delete" => format!(
                "UPDATE {counters} c SET {counter} = c.{counter} + d.change FROM ({sums}) d
                    WHERE {same}",
                same = Self::each(self.key, " AND ", |column| format!(
                    "c.{column} = d.{column}"
                )),
            ),
            _ => format!(
                "INSERT INTO {counters} AS c ({key}, {counter}) {sums}
                    ON CONFLICT ({key}) DO UPDATE SET {counter} = c.{counter} + excluded.{counter}"
            ),
        };
        let name = self.trigger(event);
        [
            format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN {apply}; RETURN NULL; END $$"
            ),
            format!(
                "CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {transitions}
                    FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            ),
        ]
    }
}

/// Returns all triggers, with the tables on which they are.
fn triggers() -> Vec<(String, &'static str)> {
    let counted = COUNTED
        .iter()
        .flat_map(|counted| EVENTS.map(|event| (counted.trigger(event), counted.table)));
    counted
        .chain([("memberships_active".to_owned(), "memberships")])
        .collect()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(team_counts()).await?;
        manager.create_table(expired_invitation_counts()).await?;
        let pairs = COUNTED
            .iter()
            .flat_map(|counted| EVENTS.map(|event| (counted, event)));
        if is_postgres(manager) {
            run(manager, ACTIVITY_ON_POSTGRES).await?;
            for (counted, event) in pairs {
                let [function, trigger] = counted.on_postgres(event);
                run(manager, &[&function, &trigger]).await?;
            }
        } else {
            run(manager, &[ACTIVITY_ON_SQLITE]).await?;
            for (counted, event) in pairs {
                run(manager, &[&counted.on_sqlite(event)]).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in triggers() {
            if is_postgres(manager) {
                let drop_trigger = format!("DROP TRIGGER {name} ON {table}");
                let drop_function = format!("DROP FUNCTION {name}()");
                run(manager, &[&drop_trigger, &drop_function]).await?;
            } else {
                run(manager, &[&format!("DROP TRIGGER {name}")]).await?;
            }
        }
        drop_tables(manager, &["expired_invitation_counts", "team_counts"]).await
    }
}
