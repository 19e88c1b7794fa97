//! Runs two requests so that one overtakes the other.

use crate::support::pause::Matches;
use crate::support::{Engine, Server, eventually};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Statement};
use std::future::Future;

/// Counts the connections that wait for a lock of another one.
const WAITING: &str = "SELECT count(*) AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

#[derive(FromQueryResult)]
struct Waiting {
    count: i64,
}

/// Returns whether a request may be waiting for the database. On SQLite, this cannot be observed.
pub async fn may_wait(server: &Server) -> bool {
    if server.engine == Engine::Sqlite {
        return true;
    }
    let db = &server.app.db;
    let statement = Statement::from_string(db.get_database_backend(), WAITING);
    let found = Waiting::find_by_statement(statement).one(db).await.unwrap();
    found.unwrap().count > 0
}

/// A request to a server, and the statement after which it pauses.
pub struct Step<'s, W> {
    pub server: &'s Server,
    pub after: Matches,
    pub work: W,
}

/// Runs two requests, the second overtaking the first:
///
/// 1. The first one pauses after reading what it needs, such as its viewer.
/// 2. The second one runs and pauses before its commit, holding its locks.
/// 3. The first one continues until it waits for the database, or to its end.
/// 4. The second one commits and gets its response. Then the first one continues.
///
/// Returns both responses.
pub async fn overtake<A, B>(first: Step<'_, A>, second: Step<'_, B>) -> (A::Output, B::Output)
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    let read = first.server.statements.pause_after(first.after);
    let overtaken = tokio::spawn(first.work);
    read.reached().await;
    let written = second.server.statements.pause_after(second.after);
    let overtaking = tokio::spawn(second.work);
    eventually("the second request's end or pause", || async {
        (written.is_reached() || overtaking.is_finished()).then_some(())
    })
    .await;
    read.resume();
    eventually("the first request's end or wait", || async {
        (overtaken.is_finished() || may_wait(first.server).await).then_some(())
    })
    .await;
    written.resume();
    let second = overtaking.await.unwrap();
    (overtaken.await.unwrap(), second)
}

/// Pauses the first request inside its transaction, runs the second one until it waits or ends, and
/// resumes the first one. Returns both responses.
pub async fn meet<A, B>(first: Step<'_, A>, second: B) -> (A::Output, B::Output)
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    let written = first.server.statements.pause_after(first.after);
    let paused = tokio::spawn(first.work);
    written.reached().await;
    let meeting = tokio::spawn(second);
    eventually("the second request's end or wait", || async {
        (meeting.is_finished() || may_wait(first.server).await).then_some(())
    })
    .await;
    written.resume();
    (paused.await.unwrap(), meeting.await.unwrap())
}

/// Matches the statement that loads the viewer.
pub fn loads_viewer(sql: &str) -> bool {
    sql.starts_with("SELECT") && sql.contains("token_hash") && sql.contains("sessions")
}

/// Matches a write to the audit log, which precedes the commit of a change.
pub fn writes_audit_log(sql: &str) -> bool {
    sql.starts_with("INSERT INTO \"audit_events\"")
}

/// Matches the statement that ends a session.
pub fn ends_session(sql: &str) -> bool {
    let writes =
        sql.starts_with("DELETE FROM \"sessions\"") || sql.starts_with("UPDATE \"sessions\"");
    writes && sql.contains("\"id\" =") && !sql.contains("last_used_at")
}
