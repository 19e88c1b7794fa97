//! Differences between the SQL dialects of the two engines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Placeholder, PostgreSQL, SQLite.
const WORDS: [(&str, &str, &str); 6] = [
    ("{uuid}", "uuid", "blob"),
    ("{time}", "timestamptz", "text"),
    ("{bytes}", "bytea", "blob"),
    ("{json}", "jsonb", "text"),
    // Sorted by bytes on both engines, so that cursors have the same meaning.
    ("{key}", r#"text COLLATE "C""#, "text"),
    (
        "{epoch}",
        "timestamptz 'epoch'",
        "'1970-01-01T00:00:00+00:00'",
    ),
];

/// Runs statements after replacing placeholders for the engine.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let postgres = is_postgres(manager);
    for statement in statements {
        let mut sql = (*statement).to_owned();
        for (placeholder, on_postgres, on_sqlite) in WORDS {
            sql = sql.replace(placeholder, if postgres { on_postgres } else { on_sqlite });
        }
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Whether the engine is PostgreSQL.
pub fn is_postgres(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() == DbBackend::Postgres
}
