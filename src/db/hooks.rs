//! Checks on connections when they leave the pool and return to it.
//!
//! A connection in the pool must not be in a transaction: the next transaction would be a savepoint
//! of it and never be committed.

use super::connection_health::ConnectionHealth;
use super::limits::Limits;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sea_orm::sqlx;
use sea_orm::sqlx::pool::PoolConnectionMetadata;
use sea_orm::sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::time::Duration;

/// The idle time after which a connection is tested before use: proxies and firewalls drop idle
/// ones.
const IDLE: Duration = Duration::from_secs(2);
/// The timeout of this test.
const ANSWER: Duration = Duration::from_secs(1);

type Verdict<'c> = BoxFuture<'c, sqlx::Result<bool>>;

/// Rejects a connection that is in a transaction.
pub(super) fn before_acquire_sqlite(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> Verdict<'_> {
    std::future::ready(Ok(!connection.is_in_transaction())).boxed()
}

/// Closes a connection whose transaction could not be ended, which rolls it back.
pub(super) fn after_release_sqlite(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> Verdict<'_> {
    if !connection.is_in_transaction() {
        return std::future::ready(Ok(true)).boxed();
    }
    async {
        // A rollback may still be queued in the connection's thread.
        connection.ping().await?;
        let ended = !connection.is_in_transaction();
        if !ended {
            tracing::warn!("a transaction could not be rolled back; closing its connection");
        }
        Ok(ended)
    }
    .boxed()
}

/// Sets the limits of a new connection.
pub(super) fn after_connect_postgres(
    limits: Limits,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> BoxFuture<'_, sqlx::Result<()>>
+ Send
+ Sync
+ 'static {
    move |connection, _| {
        let Some(settings) = limits.of_session(connection.server_version_num()) else {
            return std::future::ready(Ok(())).boxed();
        };
        async move {
            let settings = sqlx::raw_sql(AssertSqlSafe(settings));
            settings.execute(connection).await.map(drop)
        }
        .boxed()
    }
}

/// Rejects a connection that is known to be broken or silent. It has no open transaction; `Session`
/// ensures this.
pub(super) fn before_acquire_postgres(
    health: ConnectionHealth,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> Verdict<'_> + Send + Sync + 'static {
    move |connection, metadata| {
        if health.is_suspect(metadata.age) {
            return std::future::ready(Ok(false)).boxed();
        }
        if metadata.idle_for < IDLE {
            return std::future::ready(Ok(true)).boxed();
        }
        let health = health.clone();
        async move {
            let answer = tokio::time::timeout(ANSWER, connection.ping()).await;
            let answers = matches!(answer, Ok(Ok(())));
            if !answers {
                tracing::warn!("discarded an idle database connection that was broken or silent");
                health.record_break();
            }
            Ok(answers)
        }
        .boxed()
    }
}
