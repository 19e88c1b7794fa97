//! One connection for all that a query reads.
//!
//! Taking a connection out of the pool and giving it back costs more than most of our statements:
//! sqlx asks the server whether it is still there, from a task of its own. And a query that reads
//! many things at once could take every connection that there is.

use super::session::Session;
use sea_orm::{DbErr, QueryResult, Statement};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The connection of a query, from its first statement on. Its statements take turns.
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

/// Runs `work`, whose reads share a connection if `shared` says so.
pub(super) async fn scope<W: Future>(shared: bool, work: W) -> W::Output {
    CURRENT.scope(shared.then(Lease::default), work).await
}

impl Lease {
    /// The one of the query that is running.
    pub(super) fn current() -> Option<Lease> {
        CURRENT.try_with(Clone::clone).ok().flatten()
    }

    /// Runs a statement that reads, over a connection that `acquire` gives where there is none yet;
    /// `None` where the lease has ended.
    ///
    /// # Errors
    /// Those of the database, after which the connection is given back.
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

    /// Gives the connection back, for good. Whoever waits for a connection must not hold another
    /// meanwhile: else all could be held by those who wait.
    pub(super) async fn end(&self) {
        *self.0.lock().await = State::Ended;
    }
}
