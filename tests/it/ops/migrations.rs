//! The schema history, and what the database itself enforces: constraints, triggers, and the
//! doctor's checks.

mod concurrent_start;
mod constraints;
mod doctor;
mod triggers;

use crate::on_both_engines;
use crate::support::Server;
use crate::support::engine::TestDatabase;
use sea_orm::{ConnectionTrait as _, FromQueryResult, Statement};
use tokenvue::config::Config;
use tokenvue::db::Db;

on_both_engines!(
    migrations_can_be_reverted_and_applied_again,
    replicas_migrate_an_empty_database_concurrently,
);

/// All parts of a schema as text, except PostgreSQL's extensions and the history table.
const SQLITE_SCHEMA: &str = "SELECT type || ' ' || coalesce(sql, name) AS part
    FROM sqlite_master WHERE tbl_name <> 'seaql_migrations' ORDER BY 1";
const POSTGRES_SCHEMA: &str = "SELECT part FROM (
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type AS part
        FROM information_schema.columns WHERE table_schema = 'public'
        AND table_name <> 'seaql_migrations'
    UNION ALL SELECT indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p
        JOIN pg_language l ON l.oid = p.prolang
        WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql'
) parts ORDER BY part";

#[derive(FromQueryResult)]
struct Part {
    part: String,
}

async fn schema(db: &Db) -> Vec<String> {
    let sql = if db.is_postgres() {
        POSTGRES_SCHEMA
    } else {
        SQLITE_SCHEMA
    };
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let parts = Part::find_by_statement(statement).all(db).await.unwrap();
    parts.into_iter().map(|part| part.part).collect()
}

async fn migrations_can_be_reverted_and_applied_again(server: Server) {
    let db = &server.app.db;
    let first = schema(db).await;
    assert!(
        first
            .iter()
            .any(|part| part.contains("memberships_by_name"))
    );
    db.migrate().await.unwrap();
    assert_eq!(schema(db).await, first, "migrating again changes nothing");
    db.unmigrate().await.unwrap();
    assert_eq!(schema(db).await, [""; 0], "parts left after down");
    assert!(!db.is_current().await.unwrap());
    db.migrate().await.unwrap();
    assert!(db.is_current().await.unwrap());
    assert_eq!(schema(db).await, first);
}

async fn replicas_migrate_an_empty_database_concurrently(server: Server) {
    let Some(database) = TestDatabase::make(server.engine).await else {
        return;
    };
    let config = Config::from_flags(&["--database-url", &database.url()]).unwrap();
    let connected = (0..5).map(|_| Db::connect(&config));
    let replicas = futures_util::future::try_join_all(connected).await.unwrap();
    let migrating = replicas.iter().map(Db::migrate);
    futures_util::future::try_join_all(migrating).await.unwrap();
    let expected = schema(&server.app.db).await;
    for replica in replicas {
        assert!(replica.is_current().await.unwrap());
        assert_eq!(schema(&replica).await, expected);
        replica.close().await;
    }
    database.drop().await;
}
