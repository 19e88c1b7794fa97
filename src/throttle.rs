//! Counters in the database that slow down repeated attempts across all replicas.

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

/// The time without failures after which a counter is reset.
const MEMORY: Duration = Duration::hours(1);

/// Returns the key of a counter. The value is hashed, so that the table does not reveal which
/// addresses were tried.
pub fn key(kind: &str, value: &str) -> String {
    let digest = Sha256::digest(value.as_bytes());
    let hex: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{kind}:{hex}")
}

/// The limit on the uses of a counter within a window.
#[derive(Clone, Debug)]
pub struct Quota {
    pub key: String,
    pub limit: i32,
    pub window: Duration,
}

#[derive(FromQueryResult)]
struct Count {
    key: String,
    count: i32,
    resets_at: DateTime<Utc>,
}

/// The number that a statement adds to a counter, and the length of a new window.
struct Uses {
    count: i32,
    window: Duration,
}

/// Adds to the counters in `VALUES`, or resets them if their window is over. `$1` is the current
/// time.
const COUNT: &str = "ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN throttles.resets_at <= $1 THEN excluded.count
            ELSE throttles.count + excluded.count END,
        resets_at = CASE WHEN throttles.resets_at <= $1 THEN excluded.resets_at
            ELSE throttles.resets_at END";

/// Counts uses in the order of the keys, so that two transactions cannot deadlock.
async fn count(
    db: &Writer,
    uses: &BTreeMap<&str, Uses>,
    condition: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Count>> {
    let mut values: Vec<Value> = vec![now.into()];
    let mut rows = Vec::new();
    for (key, uses) in uses {
        values.extend([Value::from(*key), (now + uses.window).into()]);
        let n = values.len();
        rows.push(format!("(${}, {}, ${n})", n - 1, uses.count));
    }
    let sql = format!(
        "INSERT INTO throttles (key, count, resets_at) VALUES {} {COUNT} {condition}
         RETURNING key, count, resets_at",
        rows.join(", ")
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(Count::find_by_statement(statement).all(db).await?)
}

/// Counts one use of each quota, in one statement. Returns, in the order of `quotas`, the time at
/// which each exceeded quota resets. If several quotas have the same key, the limit and window of
/// the last one apply. Takes at most 1,000 quotas.
pub async fn take(
    db: &Writer,
    quotas: &[Quota],
    now: DateTime<Utc>,
) -> Result<Vec<Option<DateTime<Utc>>>> {
    if quotas.is_empty() {
        return Ok(Vec::new());
    }
    let mut uses: BTreeMap<&str, Uses> = BTreeMap::new();
    for quota in quotas {
        let earlier = uses.get(quota.key.as_str()).map_or(0, |uses| uses.count);
        let (count, window) = (earlier + 1, quota.window);
        uses.insert(&quota.key, Uses { count, window });
    }
    let counted = count(db, &uses, "", now).await?;
    let before = counted.into_iter().map(|row| {
        let before = row.count - uses.get(row.key.as_str()).map_or(0, |uses| uses.count);
        (row.key, (before, row.resets_at))
    });
    Ok(exceeding(quotas, before.collect()))
}

/// Returns what [`take`] would return, without counting.
pub async fn peek(
    db: &impl ConnectionTrait,
    quotas: &[Quota],
    now: DateTime<Utc>,
) -> Result<Vec<Option<DateTime<Utc>>>> {
    let counted = throttle::Entity::find()
        .filter(throttle::Column::Key.is_in(quotas.iter().map(|quota| quota.key.as_str())))
        .filter(throttle::Column::ResetsAt.gt(now))
        .all(db)
        .await?;
    let mut before: Counters = quotas
        .iter()
        .map(|quota| (quota.key.clone(), (0, now + quota.window)))
        .collect();
    before.extend(
        counted
            .into_iter()
            .map(|row| (row.key, (row.count, row.resets_at))),
    );
    Ok(exceeding(quotas, before))
}

/// The counts and the times of their reset by key.
type Counters = HashMap<String, (i32, DateTime<Utc>)>;

/// Returns for each quota, in order, when it resets if this use exceeds it.
fn exceeding(quotas: &[Quota], mut counters: Counters) -> Vec<Option<DateTime<Utc>>> {
    let exceeds = |quota: &Quota| {
        let (used, resets_at) = counters.get_mut(&quota.key)?;
        *used += 1;
        (*used > quota.limit).then_some(*resets_at)
    };
    quotas.iter().map(exceeds).collect()
}

/// Counts an attempt as failed before it is made, so that concurrent attempts cannot exceed the
/// limit. The caller calls [`forgive`] on success. After `free` failures, each further one doubles
/// the wait, from one second up to `max_wait`.
///
/// # Errors
/// `RateLimited` while an earlier failure blocks the counter.
pub async fn attempt(
    db: &Db,
    key: &str,
    free: i32,
    max_wait: Duration,
    now: DateTime<Utc>,
) -> Result<()> {
    // Counting locks the row until the wait is written, so concurrent attempts see each other.
    db.transaction("COUNT_ATTEMPT", |tx| async move {
        let tx = &tx.into_writer();
        let counted = count_attempt(tx, &[key], now).await?;
        let Some(failures) = counted.get(key) else {
            return Err(Error::RateLimited(blocked_until(tx, &[key], now).await?));
        };
        slow_down(tx, key, *failures, free, max_wait, now).await
    })
    .await
}

/// Counts an attempt with each counter that is not blocked, in one statement. Returns the new
/// counts; a missing counter is blocked. The rows stay locked until the end of the transaction.
pub async fn count_attempt(
    tx: &Writer,
    keys: &[&str],
    now: DateTime<Utc>,
) -> Result<HashMap<String, i32>> {
    let one = || Uses {
        count: 1,
        window: MEMORY,
    };
    let uses = keys.iter().map(|key| (*key, one())).collect();
    let unblocked = "WHERE throttles.blocked_until IS NULL OR throttles.blocked_until <= $1";
    let counted = count(tx, &uses, unblocked, now).await?;
    let counted = counted.into_iter().map(|row| (row.key, row.count));
    Ok(counted.collect())
}

/// Blocks a counter from the last free failure on: for one second, then twice as long after each
/// further failure, up to `max_wait`.
pub async fn slow_down(
    tx: &Writer,
    key: &str,
    failures: i32,
    free: i32,
    max_wait: Duration,
    now: DateTime<Utc>,
) -> Result<()> {
    if failures < free {
        return Ok(());
    }
    let doublings = (failures - free).clamp(0, 20);
    let wait = Duration::seconds(1 << doublings).min(max_wait);
    throttle::Entity::update_many()
        .col_expr(throttle::Column::BlockedUntil, (now + wait).into())
        .col_expr(throttle::Column::ResetsAt, (now + wait + MEMORY).into())
        .filter(throttle::Column::Key.eq(key))
        .exec(tx)
        .await?;
    Ok(())
}

/// Returns the time from which none of the counters is blocked.
pub async fn blocked_until(
    tx: &impl ConnectionTrait,
    keys: &[&str],
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let rows = throttle::Entity::find()
        .filter(throttle::Column::Key.is_in(keys.iter().copied()))
        .all(tx)
        .await?;
    let latest = rows.into_iter().filter_map(|row| row.blocked_until).max();
    Ok(latest.unwrap_or(now + Duration::seconds(1)))
}

/// Deletes counters.
pub async fn forgive(db: &Writer, keys: &[&str]) -> Result<()> {
    throttle::Entity::delete_many()
        .filter(throttle::Column::Key.is_in(keys.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Subtracts one attempt that succeeded or was not made, and unblocks the counter.
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
