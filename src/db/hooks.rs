//! What is checked when a connection is taken out of the pool and given back.
//!
//! A connection in the pool must be outside of any transaction: the next one would begin inside of
//! it, as a savepoint, and nobody would ever commit.

use super::breaks::Breaks;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sea_orm::sqlx;
use sea_orm::sqlx::pool::PoolConnectionMetadata;
use sea_orm::sqlx::{Connection, PgConnection, SqliteConnection};
use std::time::Duration;

/// After how long without use a connection is tested before it is used again: proxies and firewalls
/// forget those that are idle.
const IDLE: Duration = Duration::from_secs(5);

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

/// Refuses a connection that is inside a transaction, or broken as far as is known.
pub(super) fn before_acquire_postgres(
    breaks: Breaks,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> Verdict<'_> + Send + Sync + 'static {
    move |connection, metadata| {
        if connection.is_in_transaction() || breaks.concern(metadata.age) {
            return std::future::ready(Ok(false)).boxed();
        }
        if metadata.idle_for < IDLE {
            return std::future::ready(Ok(true)).boxed();
        }
        async { Ok(connection.ping().await.is_ok()) }.boxed()
    }
}
