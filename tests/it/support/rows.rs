//! Bulk inserts with SQL, without the server.

use super::engine::Engine;
use super::server::Server;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

impl Server {
    /// Inserts the rows 0 to `count - 1` into a table. `rows` contains the columns and the SQL of
    /// their values, in which `{i}` is the row's number, `{uuid}` and `{bytes}` are random,
    /// `{json}` is an empty object, `{at}` is `i` seconds after `from`, and `{id}` is a version 7
    /// UUID of that time.
    pub async fn insert_many(
        &self,
        count: u32,
        table: &str,
        from: DateTime<Utc>,
        rows: &[(&str, &str)],
    ) {
        let start = from.timestamp();
        let is_postgres = self.engine == Engine::Postgres;
        let words = [
            ("{i}", "n.i".to_owned()),
            (
                "{uuid}",
                engine_word(is_postgres, "gen_random_uuid()", "randomblob(16)"),
            ),
            (
                "{bytes}",
                engine_word(
                    is_postgres,
                    "decode(md5(random()::text), 'hex')",
                    "randomblob(16)",
                ),
            ),
            ("{json}", engine_word(is_postgres, "'{}'::jsonb", "'{}'")),
            (
                "{at}",
                if is_postgres {
                    format!("to_timestamp({start} + n.i)")
                } else {
                    format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {start} + n.i, 'unixepoch')")
                },
            ),
            (
                "{id}",
                if is_postgres {
                    format!(
                        "(lpad(to_hex(({start} + n.i)::bigint * 1000), 12, '0') || '70008000'
                          || lpad(to_hex(n.i), 12, '0'))::uuid"
                    )
                } else {
                    format!("unhex(printf('%012x70008000%012x', ({start} + n.i) * 1000, n.i))")
                },
            ),
        ];
        let columns: Vec<&str> = rows.iter().map(|(column, _)| *column).collect();
        let values: Vec<&str> = rows.iter().map(|(_, value)| *value).collect();
        let values = words.iter().fold(values.join(", "), |sql, (word, text)| {
            sql.replace(word, text)
        });
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
             INSERT INTO {table} ({}) SELECT {values} FROM n",
            columns.join(", ")
        );
        self.execute(&sql).await;
    }

    /// Runs a statement.
    pub async fn execute(&self, sql: &str) {
        let writer = self.app.db.maintenance();
        writer.execute_unprepared(sql).await.unwrap();
    }

    /// Returns an ID in the SQL of this engine.
    pub fn uuid_sql(&self, id: Uuid) -> String {
        match self.engine {
            Engine::Postgres => format!("'{id}'::uuid"),
            Engine::Sqlite => format!("X'{}'", id.simple()),
        }
    }

    /// Returns a time in the SQL of this engine.
    pub fn time_sql(&self, time: DateTime<Utc>) -> String {
        let text = time.to_rfc3339_opts(SecondsFormat::Secs, false);
        match self.engine {
            Engine::Postgres => format!("timestamptz '{text}'"),
            Engine::Sqlite => format!("'{text}'"),
        }
    }
}

fn engine_word(is_postgres: bool, postgres: &str, sqlite: &str) -> String {
    let word = if is_postgres { postgres } else { sqlite };
    word.to_owned()
}
