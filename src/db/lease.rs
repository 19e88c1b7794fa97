//! One connection for all reads of a query.
//!
//! Taking a connection from the pool and returning it costs more than most statements, because sqlx
//! tests the connection in a separate task. Also, a query with many parallel reads could take all
//! connections.

use super::session::Session;
use sea_orm::{DbErr, QueryResult, Statement};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The connection of a query, from its first statement on. It runs one statement at a time.
#[derive(Clone, Default)]
pub(super) struct Lease(Arc<Mutex<State>>);

#[derive(Default)]
enum State {
    /// Nothing has been read yet.
    #[default]
    Fresh,
    Held(Session),
    Ended,
}

tokio::task_local! {
    static CURRENT: Option<Lease>;
}

/// Runs `work`. Its reads share one connection if `shared` is true.
pub(super) async fn scope<W: Future>(shared: bool, work: W) -> W::Output {
    CURRENT.scope(shared.then(Lease::default), work).await
}

impl Lease {
    /// Returns the lease of the current query.
    pub(super) fn current() -> Option<Lease> {
        CURRENT.try_with(Clone::clone).ok().flatten()
    }

    /// Runs a read statement, over a connection from `acquire` if the lease has none. Returns
    /// `None` if the lease has ended.
    ///
    /// # Errors
    /// After any error, the connection is returned to the pool.
    pub(super) async fn read(
        &self,
        acquire: impl Future<Output = Result<Session, DbErr>>,
        statement: &Statement,
    ) -> Result<Option<Vec<QueryResult>>, DbErr> {
        let mut state = self.0.lock().await;
        let mut session = match std::mem::take(&mut *state) {
            State::Held(session) => session,
            State::Fresh => acquire.await?,
            State::Ended => {
                *state = State::Ended;
                return Ok(None);
            }
        };
        let rows = session.fetch(statement).await?;
        *state = State::Held(session);
        Ok(Some(rows.into_iter().map(QueryResult::from).collect()))
    }

    /// Returns the connection to the pool for good. A task that waits for a connection must not
    /// hold another one, since waiting tasks could then hold all of them.
    pub(super) async fn end(&self) {
        *self.0.lock().await = State::Ended;
    }
}
