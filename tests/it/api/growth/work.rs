//! The work of the database, measured by `pg_stat_statements`.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};

/// The work of statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The number of rows returned or changed.
    pub rows: u64,
    /// The number of blocks accessed, in memory or on disk.
    pub blocks: u64,
}

/// Excludes the statements that the server runs in the background.
const BACKGROUND: &str = "query !~ '^(SELECT [0-9$]+$|BEGIN|COMMIT|ROLLBACK|SET |SHOW |DEALLOCATE)'
    AND query NOT LIKE '%FROM \"invitations\" WHERE \"invitations\".\"state\" = %'
    AND query !~ '^DELETE FROM \"(link_tokens|outbox|throttles|sessions|audit_events)\".*(<=|IN)'
    AND query NOT LIKE '%pg_stat_statements%'";

/// Measures the work in one database.
pub struct Counter {
    database: DatabaseConnection,
    name: String,
}

impl Counter {
    /// Creates a counter for the database at this URL.
    pub async fn new(url: &str) -> Counter {
        let database = Database::connect(url).await.unwrap();
        let create = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements";
        database.execute_unprepared(create).await.unwrap();
        let name = url.rsplit('/').next().unwrap().to_owned();
        Counter { database, name }
    }

    /// Runs SQL without the server.
    pub async fn run(&self, sql: &str) {
        self.database.execute_unprepared(sql).await.unwrap();
    }

    /// Resets the counters to zero.
    pub async fn reset(&self) {
        let name = &self.name;
        let reset = format!(
            "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = '{name}'"
        );
        self.run(&reset).await;
    }

    /// Returns the work since the last reset.
    pub async fn read(&self) -> Work {
        let name = &self.name;
        let text = format!(
            "SELECT coalesce(sum(rows), 0)::bigint AS rows,
                coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint AS blocks
             FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
             WHERE d.datname = '{name}' AND {BACKGROUND}"
        );
        let backend = self.database.get_database_backend();
        let statement = Statement::from_string(backend, text);
        let row = self
            .database
            .query_one_raw(statement)
            .await
            .unwrap()
            .unwrap();
        let number = |column: &str| row.try_get::<i64>("", column).unwrap().unsigned_abs();
        Work {
            rows: number("rows"),
            blocks: number("blocks"),
        }
    }
}
