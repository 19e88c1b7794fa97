//! A proxy for PostgreSQL that kills the program after a chosen statement.

use super::proxy::{self, Fate, Judge};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// A proxy for PostgreSQL. It runs as long as the test's runtime.
pub struct Fuse {
    pub port: u16,
    state: Arc<State>,
}

struct State {
    /// The number of statements until the kill. Far below zero while disarmed.
    left: AtomicI64,
    victim: AtomicU32,
}

impl Judge for State {
    fn fate(&self, messages: &[u8]) -> Fate {
        if runs(messages) && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            Fate::AnswerLost
        } else {
            Fate::Passes
        }
    }

    fn done(&self) {
        let victim = self.victim.load(Ordering::SeqCst).to_string();
        let killed = Command::new("kill").args(["-KILL", &victim]).status();
        assert!(killed.unwrap().success());
    }
}

impl Fuse {
    /// Starts a proxy that forwards to `upstream` (HOST:PORT).
    pub async fn before(upstream: String) -> Fuse {
        let state = Arc::new(State {
            left: AtomicI64::new(i64::MIN / 2),
            victim: AtomicU32::new(0),
        });
        let port = proxy::start(upstream, state.clone()).await;
        Fuse { port, state }
    }

    /// Kills a process after `statements` of its statements, before it receives the last response.
    pub fn arm(&self, process: u32, statements: i64) {
        self.state.victim.store(process, Ordering::SeqCst);
        self.state.left.store(statements, Ordering::SeqCst);
    }

    /// Stops killing.
    pub fn disarm(&self) {
        self.state.left.store(i64::MIN / 2, Ordering::SeqCst);
    }
}

/// Returns whether these messages run a statement. Each message is a letter and its length.
/// Statements are run by `Query`, or by `Bind`, which `Execute` follows.
fn runs(mut messages: &[u8]) -> bool {
    while let [kind, a, b, c, d, ..] = messages {
        if matches!(kind, b'Q' | b'B') {
            return true;
        }
        let length = u32::from_be_bytes([*a, *b, *c, *d]);
        let next = usize::try_from(length)
            .ok()
            .and_then(|length| messages.get(1 + length..));
        messages = next.unwrap_or_default();
    }
    false
}
