//! Due mails, and the claims on them that replicas take, renew, and release.
//!
//! A claim is short and is renewed while its replica runs, so that another replica takes over
//! within seconds if it dies. Claims use the database's clock, which all replicas share.

use super::slots::Lane;
use crate::db::{Db, Writer};
use crate::error::{Error, Result};
use crate::mail::ids::padded;
use chrono::{DateTime, Utc};
use entity::mail_server;
use entity::outbox::{Column, Entity, MailPriority, MailState, Model};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, FromQueryResult as _,
    QueryFilter as _, QuerySelect as _, QueryTrait as _, Statement, Value,
};
use std::fmt::Write as _;
use std::sync::LazyLock;
use uuid::Uuid;

/// The maximum number of lanes per priority that one query returns.
const LOOK: usize = 32;
/// The maximum number of lanes from which mails are claimed at once.
pub(super) const LANES: usize = 16;

/// The current time by the program's clock, which defines what is due, and by the database's clock,
/// which defines what is claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub now: DateTime<Utc>,
    pub database: DateTime<Utc>,
}

/// The domain, per priority, after which the next query begins.
pub(super) type Cursors = [String; 3];

/// Selects the lanes with due, unclaimed mails, per priority in the order of domains. A recursive
/// query skips from domain to domain in the index `outbox_due`, so the number of mails per domain
/// does not matter: `start` has the cursors, and `lane` the following domains of each priority, at
/// most [`LOOK`].
const DUE_LANES: &str = "
    SELECT priority, domain FROM (WITH RECURSIVE
    start (priority, after) AS (VALUES (0, $1), (1, $2), (2, $3)),
    lane (priority, domain, nth) AS (
        SELECT start.priority, (
            SELECT o.domain FROM outbox o
            WHERE o.state = 'QUEUED' AND o.priority = start.priority AND o.domain > start.after
                AND o.next_attempt_at <= $4
                AND (o.claimed_until IS NULL OR o.claimed_until <= $5)
            ORDER BY o.domain LIMIT 1), 1
        FROM start
        UNION ALL
        SELECT lane.priority, (
            SELECT o.domain FROM outbox o
            WHERE o.state = 'QUEUED' AND o.priority = lane.priority AND o.domain > lane.domain
                AND o.next_attempt_at <= $4
                AND (o.claimed_until IS NULL OR o.claimed_until <= $5)
            ORDER BY o.domain LIMIT 1), lane.nth + 1
        FROM lane WHERE lane.domain IS NOT NULL AND lane.nth < 32
    )
    SELECT priority, domain FROM lane WHERE domain IS NOT NULL) AS due";

/// Selects the first due mails of up to [`LANES`] lanes. The text is the same for any number of
/// lanes, so PostgreSQL plans it once.
static DUE_MAILS: LazyLock<String> = LazyLock::new(|| {
    let mut sql = String::new();
    for lane in 0..LANES {
        let (priority, domain, limit) = (3 * lane + 3, 3 * lane + 4, 3 * lane + 5);
        let union = if lane == 0 { "" } else { " UNION ALL " };
        let _ = write!(
            sql,
            "{union}SELECT id FROM (
                SELECT o.id FROM outbox o
                WHERE o.state = 'QUEUED' AND o.priority = ${priority} AND o.domain = ${domain}
                    AND o.next_attempt_at <= $1
                    AND (o.claimed_until IS NULL OR o.claimed_until <= $2)
                ORDER BY o.next_attempt_at LIMIT ${limit}) AS lane{lane}"
        );
    }
    sql
});

/// Returns the stored state of the mail server, and the database's time.
///
/// # Errors
/// `Internal` if the row is missing.
pub(super) async fn pulse(db: &Db) -> Result<(mail_server::Model, DateTime<Utc>)> {
    let read = mail_server::Entity::find_by_id(mail_server::ONLY)
        .expr_as(Expr::current_timestamp(), "read_at")
        .build(db.get_database_backend());
    let row = db.query_one_raw(read).await?;
    let row = row.ok_or_else(|| Error::internal("the table mail_server has no row"))?;
    let model = mail_server::Model::from_query_result(&row, "")?;
    Ok((model, row.try_get("", "read_at")?))
}

/// Returns lanes with due mails, starting after the cursors.
pub(super) async fn due_lanes(db: &Db, cursors: &Cursors, moment: Moment) -> Result<Vec<Lane>> {
    let values = cursors
        .iter()
        .map(|after| Value::from(after.as_str()))
        .chain([moment.now.into(), moment.database.into()]);
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, DUE_LANES, values);
    let mut lanes = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let priority: i32 = row.try_get("", "priority")?;
        if let Some(priority) = usize::try_from(priority)
            .ok()
            .and_then(|n| MailPriority::ALL.get(n))
        {
            lanes.push(Lane {
                priority: *priority,
                domain: row.try_get("", "domain")?,
            });
        }
    }
    lanes.sort_by_key(|lane| lane.priority);
    Ok(lanes)
}

/// Moves the cursors after the last domains found, or to the start if all were found.
pub(super) fn advance(cursors: &mut Cursors, lanes: &[Lane]) {
    for (priority, cursor) in MailPriority::ALL.iter().zip(cursors) {
        let mut found = lanes.iter().filter(|lane| lane.priority == *priority);
        let last = found.nth(LOOK - 1).map(|lane| lane.domain.clone());
        *cursor = last.unwrap_or_default();
    }
}

/// Returns the IDs of due mails of some lanes, with a maximum number per lane.
pub(super) async fn due_mails(
    db: &Db,
    wanted: &[(Lane, usize)],
    moment: Moment,
) -> Result<Vec<Uuid>> {
    let mut values: Vec<Value> = vec![moment.now.into(), moment.database.into()];
    for lane in 0..LANES {
        let (priority, domain, limit) = wanted.get(lane).map_or((0, "", 0), |(lane, count)| {
            (lane.priority.rank(), lane.domain.as_str(), *count)
        });
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        values.extend([priority.into(), domain.into(), limit.into()]);
    }
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, DUE_MAILS.as_str(), values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Claims those of the mails that are still due and unclaimed.
pub(super) async fn claim(
    writer: &Writer,
    worker: Uuid,
    ids: &[Uuid],
    moment: Moment,
    until: DateTime<Utc>,
) -> Result<Vec<Model>> {
    let unclaimed = Condition::any()
        .add(Column::ClaimedUntil.is_null())
        .add(Column::ClaimedUntil.lte(moment.database));
    // Lock the mails, except those that another replica is claiming.
    let mut mails = Entity::find()
        .filter(Column::Id.is_in(padded(ids)))
        .filter(Column::State.eq(MailState::Queued))
        .filter(Column::NextAttemptAt.lte(moment.now))
        .filter(unclaimed)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(writer)
        .await?;
    let ids: Vec<_> = mails.iter().map(|mail| mail.id).collect();
    if !ids.is_empty() {
        set_claims(writer, worker, &ids, until).await?;
    }
    for mail in &mut mails {
        (mail.claimed_by, mail.claimed_until) = (Some(worker), Some(until));
    }
    mails.sort_by_key(|mail| (mail.next_attempt_at, mail.id));
    Ok(mails)
}

async fn set_claims(
    writer: &Writer,
    worker: Uuid,
    ids: &[Uuid],
    until: DateTime<Utc>,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ClaimedBy, worker.into())
        .col_expr(Column::ClaimedUntil, until.into())
        .filter(Column::Id.is_in(padded(ids)))
        .exec(writer)
        .await?;
    Ok(())
}

/// Renews the claims of a worker. Returns how many it still held.
pub(super) async fn renew(
    writer: &Writer,
    worker: Uuid,
    ids: &[Uuid],
    until: DateTime<Utc>,
) -> Result<u64> {
    let renewed = Entity::update_many()
        .col_expr(Column::ClaimedUntil, until.into())
        .filter(Column::Id.is_in(padded(ids)))
        .filter(Column::ClaimedBy.eq(worker))
        .filter(Column::State.eq(MailState::Queued))
        .exec(writer)
        .await?;
    Ok(renewed.rows_affected)
}

/// Releases claims.
pub(super) async fn release(writer: &Writer, worker: Uuid, ids: &[Uuid]) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ClaimedBy, Expr::value(None::<Uuid>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::Id.is_in(padded(ids)))
        .filter(Column::ClaimedBy.eq(worker))
        .exec(writer)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_continue_after_the_last_domain() {
        let lane = |n: usize| Lane {
            priority: MailPriority::Bulk,
            domain: format!("d{n:02}.example"),
        };
        let mut cursors = Cursors::default();
        let all: Vec<_> = (0..LOOK).map(lane).collect();
        advance(&mut cursors, &all);
        assert_eq!(cursors, ["", "", "d31.example"].map(str::to_owned));
        advance(&mut cursors, &all[..5]);
        assert_eq!(cursors, Cursors::default());
    }
}
