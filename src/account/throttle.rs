//! Counters in the database that slow down repeated attempts, whichever replica they reach.

use crate::db::{Db, Writer};
use crate::error::{Error, Result};
use chrono::{DateTime, Duration, Utc};
use entity::throttle;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _,
    Statement, Value,
};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

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
    key: String,
    count: i32,
    resets_at: DateTime<Utc>,
}

/// Adds to the counters that `VALUES` names, or begins them anew where their window is over: `$1`
/// is the end of a window that begins now, `$2` is now.
const COUNT: &str = "ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN throttles.resets_at <= $2 THEN excluded.count
            ELSE throttles.count + excluded.count END,
        resets_at = CASE WHEN throttles.resets_at <= $2 THEN $1 ELSE throttles.resets_at END";

async fn count(
    db: &Writer,
    uses: &BTreeMap<&str, i32>,
    condition: &str,
    window: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Count>> {
    let rows: Vec<String> = (3..)
        .zip(uses.values())
        .map(|(n, uses)| format!("(${n}, {uses}, $1)"))
        .collect();
    let sql = format!(
        "INSERT INTO throttles (key, count, resets_at) VALUES {} {COUNT} {condition}
         RETURNING key, count, resets_at",
        rows.join(", ")
    );
    let mut values: Vec<Value> = vec![(now + window).into(), now.into()];
    values.extend(uses.keys().map(|key| Value::from(*key)));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(Count::find_by_statement(statement).all(db).await?)
}

/// Counts one use for each of the keys within a window, in one statement. Gives, in their order,
/// the time of the next chance for each that comes after `limit` uses of the same key. At most
/// 1,000 keys.
///
/// # Errors
/// Those of the database.
pub async fn take(
    db: &Writer,
    keys: &[String],
    limit: i32,
    window: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Option<DateTime<Utc>>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    // In the order of the keys, so that two transactions cannot wait for each other.
    let mut uses = BTreeMap::new();
    for key in keys {
        *uses.entry(key.as_str()).or_insert(0) += 1;
    }
    let counted = count(db, &uses, "", window, now).await?;
    let before = counted.into_iter().map(|row| {
        let before = row.count - uses.get(row.key.as_str()).copied().unwrap_or(0);
        (row.key, (before, row.resets_at))
    });
    Ok(exceeding(keys, before.collect(), limit))
}

/// What [`take`] would give, without counting anything.
///
/// # Errors
/// Those of the database.
pub async fn peek(
    db: &impl ConnectionTrait,
    keys: &[String],
    limit: i32,
    window: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Option<DateTime<Utc>>>> {
    let counted = throttle::Entity::find()
        .filter(throttle::Column::Key.is_in(keys))
        .filter(throttle::Column::ResetsAt.gt(now))
        .all(db)
        .await?;
    let mut before: Counters = keys
        .iter()
        .map(|key| (key.clone(), (0, now + window)))
        .collect();
    before.extend(
        counted
            .into_iter()
            .map(|row| (row.key, (row.count, row.resets_at))),
    );
    Ok(exceeding(keys, before, limit))
}

/// Counts and when they begin anew, by key.
type Counters = HashMap<String, (i32, DateTime<Utc>)>;

/// For each key, in order, when its next chance is if this use comes after `limit` others.
fn exceeding(keys: &[String], mut counters: Counters, limit: i32) -> Vec<Option<DateTime<Utc>>> {
    let exceeds = |key: &String| {
        let (used, resets_at) = counters.get_mut(key)?;
        *used += 1;
        (*used > limit).then_some(*resets_at)
    };
    keys.iter().map(exceeds).collect()
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
    db.transaction(
        |tx| async move { attempt_in(&tx.into_writer(), key, free, max_wait, now).await },
    )
    .await
}

async fn attempt_in(
    tx: &Writer,
    key: &str,
    free: i32,
    max_wait: Duration,
    now: DateTime<Utc>,
) -> Result<()> {
    let unblocked = "WHERE throttles.blocked_until IS NULL OR throttles.blocked_until <= $2";
    let counted = count(tx, &BTreeMap::from([(key, 1)]), unblocked, MEMORY, now).await?;
    let Some(counted) = counted.first() else {
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
pub async fn forgive(db: &Writer, key: &str) -> Result<()> {
    throttle::Entity::delete_by_id(key.to_owned())
        .exec(db)
        .await?;
    Ok(())
}

/// Takes back one attempt, which turned out well.
///
/// # Errors
/// Those of the database.
pub async fn refund(db: &Writer, key: &str) -> Result<()> {
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
