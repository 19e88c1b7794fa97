//! Counting the SQL statements that requests take.

use super::pause::{Matches, Pause, Pauses};
use sea_orm::Statement;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokenvue::db::Db;

/// The statements that a server runs while somebody counts. Clones share them.
#[derive(Clone, Default)]
pub struct Statements {
    noted: Arc<Mutex<Option<Vec<Statement>>>>,
    explosive: Arc<Mutex<Option<&'static str>>>,
    pauses: Pauses,
    /// Whether the clearing at the start has run its last statement.
    cleared: Arc<AtomicBool>,
}

/// What the sweep does by itself: how its statements start, and what else is in them.
const SWEEP: &[(&str, &str)] = &[
    (
        "SELECT",
        "FROM \"invitations\" WHERE \"invitations\".\"state\" = ",
    ),
    (CLEARING, "DELETE FROM"),
];

/// How the statements start that delete old rows.
const CLEARING: &str = "WITH \"ended\"";

/// What is noted behind the answer, once a minute: two statements in this order.
const NOTE: [&str; 2] = [
    "UPDATE \"sessions\" SET \"last_used_at\"",
    "UPDATE \"member_activity\"",
];

impl Statements {
    /// Watches a database; to be called before it is shared.
    pub fn watch(db: &mut Db) -> Statements {
        let statements = Statements::default();
        let watched = statements.clone();
        db.on_statement(move |statement| {
            let explosive = *watched.explosive.lock().unwrap();
            if explosive.is_some_and(|part| statement.sql.contains(part)) {
                panic!("a fault of the program, as this test asks for");
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

    /// Whether the clearing of old rows at the server's start is over.
    pub fn are_cleared(&self) -> bool {
        self.cleared.load(Ordering::SeqCst)
    }

    /// Lets whoever runs a statement with this in it panic, or nobody any more.
    pub fn explode_at(&self, part: Option<&'static str>) {
        *self.explosive.lock().unwrap() = part;
    }

    /// Pauses the first request that runs a matching statement, after that statement.
    pub fn pause_after(&self, matches: Matches) -> Pause {
        self.pauses.add(matches)
    }

    /// Runs something; gives what came of it, and the statements that it took.
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

    /// Likewise, with those that the server runs by itself.
    pub async fn during_all<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        let (value, statements) = self.in_full(work).await;
        let statements = statements.into_iter().map(|statement| statement.sql);
        (value, statements.collect())
    }

    /// Likewise, with their values.
    pub async fn in_full<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Statement>) {
        *self.noted.lock().unwrap() = Some(Vec::new());
        let value = work.await;
        let statements = self.noted.lock().unwrap().take().unwrap_or_default();
        (value, statements)
    }
}
