//! What is checked when a connection is taken out of the pool and given back.
//!
//! A connection in the pool must be outside of any transaction: the next one would begin inside of
//! it, as a savepoint, and nobody would ever commit.

use super::breaks::Breaks;
use super::limits::Limits;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sea_orm::sqlx;
use sea_orm::sqlx::pool::PoolConnectionMetadata;
use sea_orm::sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::time::Duration;

/// After how long without use a connection is tested before it is used again: proxies and firewalls
/// forget those that are idle.
const IDLE: Duration = Duration::from_secs(2);
/// How long the answer to that test is waited for.
const ANSWER: Duration = Duration::from_secs(1);

type Verdict<'c> = BoxFuture<'c, sqlx::Result<bool>>;

/// Refuses a connection that is inside a transaction.
pub(super) fn before_acquire_sqlite(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> Verdict<'_> {
    std::future::ready(Ok(!connection.is_in_transaction())).boxed()
}

/// Closes a connection whose transaction could not be ended. That ends the transaction, too.
pub(super) fn after_release_sqlite(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> Verdict<'_> {
    if !connection.is_in_transaction() {
        return std::future::ready(Ok(true)).boxed();
    }
    async {
        // A rollback may still wait in the queue of the connection's thread.
        connection.ping().await?;
        let ended = !connection.is_in_transaction();
        if !ended {
            tracing::warn!("a transaction could not be rolled back: its connection is closed");
        }
        Ok(ended)
    }
    .boxed()
}

/// Tells the server what a connection of ours may do.
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

/// Refuses a connection that is broken or silent as far as is known. No transaction is open on it:
/// `Session` has seen to that.
pub(super) fn before_acquire_postgres(
    breaks: Breaks,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> Verdict<'_> + Send + Sync + 'static {
    move |connection, metadata| {
        if breaks.concern(metadata.age) {
            return std::future::ready(Ok(false)).boxed();
        }
        if metadata.idle_for < IDLE {
            return std::future::ready(Ok(true)).boxed();
        }
        let breaks = breaks.clone();
        async move {
            let answer = tokio::time::timeout(ANSWER, connection.ping()).await;
            let answers = matches!(answer, Ok(Ok(())));
            if !answers {
                tracing::warn!("an idle connection to the database was broken or silent");
                breaks.note();
            }
            Ok(answers)
        }
        .boxed()
    }
}
