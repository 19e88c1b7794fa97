//! Records the SQL statements of requests.

use super::pause::{Matches, Pause, Pauses};
use sea_orm::Statement;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokenvue::db::Db;

/// The statements that a server runs during a recording. Clones share them.
#[derive(Clone, Default)]
pub struct Statements {
    noted: Arc<Mutex<Option<Vec<Statement>>>>,
    explosive: Arc<Mutex<Option<&'static str>>>,
    pauses: Pauses,
    /// Whether the first cleanup has run its last statement.
    cleared: Arc<AtomicBool>,
}

/// Statements of the sweep in the background: their beginning, and a part of them.
const SWEEP: &[(&str, &str)] = &[
    (
        "SELECT",
        "FROM \"invitations\" WHERE \"invitations\".\"state\" = ",
    ),
    (CLEARING, "DELETE FROM"),
];

/// The beginning of the statements that delete old rows.
const CLEARING: &str = "WITH \"ended\"";

/// The statements that record activity after the response, once a minute, in this order.
const NOTE: [&str; 2] = [
    "UPDATE \"sessions\" SET \"last_used_at\"",
    "UPDATE \"member_activity\"",
];

impl Statements {
    /// Watches a database. Must be called before the database is shared.
    pub fn watch(db: &mut Db) -> Statements {
        let statements = Statements::default();
        let watched = statements.clone();
        db.on_statement(move |statement| {
            let explosive = *watched.explosive.lock().unwrap();
            if explosive.is_some_and(|part| statement.sql.contains(part)) {
                panic!("a panic that the test requested");
            }
            if let Some(noted) = watched.noted.lock().unwrap().as_mut() {
                noted.push(statement.clone());
            }
            if statement.sql.starts_with(CLEARING) && statement.sql.contains("'REFUSED'") {
                watched.cleared.store(true, Ordering::SeqCst);
            }
            watched.pauses.after(&statement.sql);
        });
        statements
    }

    /// Returns whether the first cleanup of old rows is over.
    pub fn are_cleared(&self) -> bool {
        self.cleared.load(Ordering::SeqCst)
    }

    /// Makes statements that contain `part` panic, or none if `None`.
    pub fn panic_at(&self, part: Option<&'static str>) {
        *self.explosive.lock().unwrap() = part;
    }

    /// Pauses the first request that runs a matching statement, after this statement.
    pub fn pause_after(&self, matches: Matches) -> Pause {
        self.pauses.add(matches)
    }

    /// Returns the output of `work` and the statements that it ran.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        let (value, mut statements) = self.during_all(work).await;
        let swept = |sql: &String| {
            let mut known = SWEEP.iter();
            known.any(|(start, part)| sql.starts_with(start) && sql.contains(part))
        };
        statements.retain(|sql| !swept(sql));
        if let Some(start) = statements.iter().position(|sql| sql.starts_with(NOTE[0])) {
            statements.remove(start);
            let mut rest = statements.iter().skip(start);
            if let Some(next) = rest.position(|sql| sql.starts_with(NOTE[1])) {
                statements.remove(start + next);
            }
        }
        (value, statements)
    }

    /// Like [`Statements::during`], including statements of background work.
    pub async fn during_all<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        let (value, statements) = self.in_full(work).await;
        let statements = statements.into_iter().map(|statement| statement.sql);
        (value, statements.collect())
    }

    /// Like [`Statements::during_all`], with the values of the statements.
    pub async fn in_full<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Statement>) {
        *self.noted.lock().unwrap() = Some(Vec::new());
        let value = work.await;
        let statements = self.noted.lock().unwrap().take().unwrap_or_default();
        (value, statements)
    }
}
