//! Which mails are due, and whose they are: claims, which replicas take, renew and give back.
//!
//! A claim is short and is renewed while its replica lives, so that another one takes over within
//! seconds when it does not. Claims are measured by the database's clock, which all share.

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

/// Lanes that one look finds at most, of each priority.
const LOOK: usize = 32;
/// Lanes that mails are claimed from at once.
pub(super) const LANES: usize = 16;

/// A moment, by the two clocks that matter: the program's, which says what is due, and the
/// database's, which says what is claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub now: DateTime<Utc>,
    pub database: DateTime<Utc>,
}

/// Where the next look begins, for each priority: after this domain.
pub(super) type Cursors = [String; 3];

/// The lanes with mails that are due and unclaimed, those of each priority in the order of their
/// domains. It goes from domain to domain through the index `outbox_due`, however many mails each
/// has.
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

/// The mails of up to [`LANES`] lanes that are due first. One text for any number of lanes, so that
/// it is planned once.
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

/// How the mail server treats us, as stored, and what time it is for the database.
///
/// # Errors
/// Those of the database; `Internal` where the row is missing.
pub(super) async fn pulse(db: &Db) -> Result<(mail_server::Model, DateTime<Utc>)> {
    let read = mail_server::Entity::find_by_id(mail_server::ONLY)
        .expr_as(Expr::current_timestamp(), "read_at")
        .build(db.get_database_backend());
    let row = db.query_one_raw(read).await?;
    let row = row.ok_or_else(|| Error::internal("the table mail_server has lost its row"))?;
    let model = mail_server::Model::from_query_result(&row, "")?;
    Ok((model, row.try_get("", "read_at")?))
}

/// Finds lanes with due mails, from the cursors on.
///
/// # Errors
/// Those of the database.
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

/// Where the look after this one begins: behind its last domain, or from the start again.
pub(super) fn advance(cursors: &mut Cursors, lanes: &[Lane]) {
    for (priority, cursor) in MailPriority::ALL.iter().zip(cursors) {
        let mut found = lanes.iter().filter(|lane| lane.priority == *priority);
        let last = found.nth(LOOK - 1).map(|lane| lane.domain.clone());
        *cursor = last.unwrap_or_default();
    }
}

/// The due mails of some lanes, with how many of each.
///
/// # Errors
/// Those of the database.
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
///
/// # Errors
/// Those of the database.
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
        hold(writer, worker, &ids, until).await?;
    }
    for mail in &mut mails {
        (mail.claimed_by, mail.claimed_until) = (Some(worker), Some(until));
    }
    mails.sort_by_key(|mail| (mail.next_attempt_at, mail.id));
    Ok(mails)
}

async fn hold(writer: &Writer, worker: Uuid, ids: &[Uuid], until: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ClaimedBy, worker.into())
        .col_expr(Column::ClaimedUntil, until.into())
        .filter(Column::Id.is_in(padded(ids)))
        .exec(writer)
        .await?;
    Ok(())
}

/// Renews the claims of a worker; gives how many it still had.
///
/// # Errors
/// Those of the database.
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

/// Gives claims back, for other replicas or for later.
///
/// # Errors
/// Those of the database.
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
    fn looks_go_on_where_the_last_one_ended() {
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
