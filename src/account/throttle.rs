//! Counters in the database that slow down repeated attempts, whichever replica they reach.

use crate::db::Db;
use crate::error::{Error, Result};
use chrono::{DateTime, Duration, Utc};
use entity::throttle;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _,
    Statement,
};
use sha2::{Digest as _, Sha256};

/// After this time without failures, counting starts anew.
const MEMORY: Duration = Duration::hours(1);

/// Names a counter. The value is hashed: the table tells nobody whose address was tried.
pub fn key(kind: &str, value: &str) -> String {
    let digest = Sha256::digest(value.as_bytes());
    let hex: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{kind}:{hex}")
}

#[derive(FromQueryResult)]
struct Count {
    count: i32,
    resets_at: DateTime<Utc>,
}

const COUNT: &str = "INSERT INTO throttles (key, count, resets_at) VALUES ($1, 1, $2)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN throttles.resets_at <= $3 THEN 1 ELSE throttles.count + 1 END,
        resets_at = CASE WHEN throttles.resets_at <= $3 THEN $2 ELSE throttles.resets_at END";

async fn count(
    db: &impl ConnectionTrait,
    sql: &str,
    key: &str,
    window: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Count>> {
    let values = [key.into(), (now + window).into(), now.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(Count::find_by_statement(statement).one(db).await?)
}

/// Counts one use within a window; gives the time of the next chance where there were more than
/// `limit`.
///
/// # Errors
/// Those of the database.
pub async fn take(
    db: &impl ConnectionTrait,
    key: &str,
    limit: i32,
    window: Duration,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let sql = format!("{COUNT} RETURNING count, resets_at");
    let counted = count(db, &sql, key, window, now).await?;
    Ok(counted
        .filter(|row| row.count > limit)
        .map(|row| row.resets_at))
}

/// Notes an attempt as failed before it is tried, so that many at once cannot slip through; who
/// succeeds calls [`forgive`]. After `free` failures each further one doubles the wait, from one
/// second up to `max_wait`.
///
/// # Errors
/// `RateLimited` while the wait of an earlier failure lasts.
pub async fn attempt(
    db: &Db,
    key: &str,
    free: i32,
    max_wait: Duration,
    now: DateTime<Utc>,
) -> Result<()> {
    // Counting holds the row until the wait is written: attempts at once see each other's.
    db.transaction(|tx| async move { attempt_in(&*tx, key, free, max_wait, now).await })
        .await
}

async fn attempt_in(
    tx: &impl ConnectionTrait,
    key: &str,
    free: i32,
    max_wait: Duration,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = format!(
        "{COUNT} WHERE throttles.blocked_until IS NULL OR throttles.blocked_until <= $3
         RETURNING count, resets_at"
    );
    let Some(counted) = count(tx, &sql, key, MEMORY, now).await? else {
        let row = throttle::Entity::find_by_id(key.to_owned()).one(tx).await?;
        let until = row.and_then(|row| row.blocked_until);
        return Err(Error::RateLimited(
            until.unwrap_or(now + Duration::seconds(1)),
        ));
    };
    if counted.count >= free {
        let doublings = (counted.count - free).clamp(0, 20);
        let wait = Duration::seconds(1 << doublings).min(max_wait);
        throttle::Entity::update_many()
            .col_expr(throttle::Column::BlockedUntil, (now + wait).into())
            .col_expr(throttle::Column::ResetsAt, (now + wait + MEMORY).into())
            .filter(throttle::Column::Key.eq(key))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Forgets all failures.
///
/// # Errors
/// Those of the database.
pub async fn forgive(db: &impl ConnectionTrait, key: &str) -> Result<()> {
    throttle::Entity::delete_by_id(key.to_owned())
        .exec(db)
        .await?;
    Ok(())
}

/// Takes back one attempt, which turned out well.
///
/// # Errors
/// Those of the database.
pub async fn refund(db: &impl ConnectionTrait, key: &str) -> Result<()> {
    throttle::Entity::update_many()
        .col_expr(
            throttle::Column::Count,
            Expr::col(throttle::Column::Count).sub(1),
        )
        .col_expr(
            throttle::Column::BlockedUntil,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(throttle::Column::Key.eq(key))
        .filter(throttle::Column::Count.gt(0))
        .exec(db)
        .await?;
    Ok(())
}
