//! Metrics of the outbox.

use crate::db::Db;
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::mail_server::MailServerState;
use entity::outbox::MailPriority;
use metrics::{counter, gauge};
use sea_orm::{ConnectionTrait as _, Statement};

/// The maximum number of mails that are counted, because counting reads all of them.
const COUNTED: usize = 100_000;

/// The waiting mails: their number per priority, and when the oldest was created.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    pub depth: [i64; 3],
    pub oldest: Option<DateTime<Utc>>,
}

/// Counts the waiting mails, up to [`COUNTED`].
pub(super) async fn count(db: &Db) -> Result<Queue> {
    let sql = format!(
        "SELECT priority, count(*) AS depth, min(created_at) AS oldest FROM (
            SELECT priority, created_at FROM outbox WHERE state = 'QUEUED' LIMIT {COUNTED}
        ) AS waiting GROUP BY priority"
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let mut queue = Queue::default();
    for row in db.query_all_raw(statement).await? {
        let priority: i16 = row.try_get("", "priority")?;
        let oldest: Option<DateTime<Utc>> = row.try_get("", "oldest")?;
        let place = usize::try_from(priority).unwrap_or_default();
        if let Some(depth) = queue.depth.get_mut(place) {
            *depth = row.try_get("", "depth")?;
        }
        queue.oldest = [queue.oldest, oldest].into_iter().flatten().min();
    }
    Ok(queue)
}

/// Reports the waiting mails.
#[allow(clippy::cast_precision_loss)]
pub(super) fn show_queue(queue: &Queue, now: DateTime<Utc>) {
    for (priority, depth) in MailPriority::ALL.into_iter().zip(queue.depth) {
        gauge!("tokenvue_mail_queue_depth", "priority" => priority.label()).set(depth as f64);
    }
    let age = queue
        .oldest
        .map_or(0, |oldest| (now - oldest).num_seconds());
    gauge!("tokenvue_mail_queue_oldest_seconds").set(age.max(0) as f64);
}

/// Reports the number of mails in flight.
#[allow(clippy::cast_precision_loss)]
pub(super) fn show_in_flight(count: usize) {
    gauge!("tokenvue_mails_in_flight").set(count as f64);
}

/// Reports the state of the mail server.
pub(super) fn show_mail_server(state: MailServerState) {
    for (each, label) in [
        (MailServerState::Accepts, "accepts"),
        (MailServerState::Refuses, "refuses"),
        (MailServerState::Unavailable, "unavailable"),
    ] {
        let is_it = if each == state { 1.0 } else { 0.0 };
        gauge!("tokenvue_mail_server_state", "state" => label).set(is_it);
    }
}

/// Counts an attempt by its result.
pub(super) fn count_attempt(label: &'static str) {
    counter!("tokenvue_mails_total", "outcome" => label).increment(1);
}

/// Counts a failed database call of the worker.
pub(super) fn count_database_error() {
    counter!("tokenvue_mail_database_errors_total").increment(1);
}
