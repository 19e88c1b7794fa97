//! A proxy for PostgreSQL that breaks connections at the worst moment: after a commit and before
//! its response, or in the middle of a transaction.

use super::proxy::{self, Fate, Judge};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// The text of the message with which sqlx commits.
const COMMIT: &[u8] = b"COMMIT\0";

/// A proxy for PostgreSQL. It runs as long as the test's runtime.
pub struct Cut {
    pub port: u16,
    state: Arc<State>,
}

struct State {
    next_commit: AtomicBool,
    /// The number of messages to forward before a connection breaks. Negative if none breaks.
    countdown: AtomicI64,
}

impl Judge for State {
    fn fate(&self, messages: &[u8]) -> Fate {
        if self.countdown.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Fate::Lost;
        }
        let commits = messages.windows(COMMIT.len()).any(|part| part == COMMIT);
        if commits && self.next_commit.swap(false, Ordering::SeqCst) {
            Fate::AnswerLost
        } else {
            Fate::Passes
        }
    }
}

impl Cut {
    /// Starts a proxy that forwards to `upstream` (HOST:PORT).
    pub async fn before(upstream: String) -> Cut {
        let state = Arc::new(State {
            next_commit: AtomicBool::new(false),
            countdown: AtomicI64::new(-1),
        });
        let port = proxy::start(upstream, state.clone()).await;
        Cut { port, state }
    }

    /// Forwards `count` more messages. Loses the next one and breaks its connection.
    #[allow(dead_code, reason = "for tests/model")]
    pub fn after_messages(&self, count: u16) {
        self.state
            .countdown
            .store(i64::from(count), Ordering::SeqCst);
    }

    /// Breaks no more connections.
    #[allow(dead_code, reason = "for tests/model")]
    pub fn heal(&self) {
        self.state.next_commit.store(false, Ordering::SeqCst);
        self.state.countdown.store(-1, Ordering::SeqCst);
    }

    /// Loses the response to the next commit and breaks its connection.
    pub fn at_next_commit(&self) {
        self.state.next_commit.store(true, Ordering::SeqCst);
    }

    /// Returns whether the response to a commit was lost.
    pub fn is_done(&self) -> bool {
        !self.state.next_commit.load(Ordering::SeqCst)
    }
}
