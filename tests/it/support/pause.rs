//! Pauses a server after a statement, so that a test decides the order of concurrent requests.

use super::server::eventually;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Returns whether a statement is the one to pause after.
pub type Matches = fn(&str) -> bool;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Armed,
    Reached,
    Resumed,
}

/// A pause. The first request that runs a matching statement waits after it, inside its transaction
/// if there is one, until this value is resumed or dropped.
pub struct Pause(Arc<Gate>);

struct Gate {
    matches: Matches,
    state: Mutex<State>,
    resumed: Condvar,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self, sql: &str) -> bool {
        let mut state = self.state();
        let reached = *state == State::Armed && (self.matches)(sql);
        if reached {
            *state = State::Reached;
        }
        reached
    }

    fn wait(&self) {
        let mut state = self.state();
        while *state == State::Reached {
            state = self
                .resumed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Pause {
    /// Returns whether a request is waiting here.
    pub fn is_reached(&self) -> bool {
        *self.0.state() == State::Reached
    }

    /// Waits until a request is waiting here.
    pub async fn reached(&self) {
        let probe = || async { self.is_reached().then_some(()) };
        eventually("the statement to pause after", probe).await;
    }

    /// Resumes the request. If none has arrived yet, none will wait.
    pub fn resume(&self) {
        *self.0.state() = State::Resumed;
        self.0.resumed.notify_all();
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.resume();
    }
}

/// The pauses of one server. Clones share them.
#[derive(Clone, Default)]
pub struct Pauses(Arc<Mutex<Vec<Arc<Gate>>>>);

impl Pauses {
    /// Adds a pause.
    pub fn add(&self, matches: Matches) -> Pause {
        let gate = Arc::new(Gate {
            matches,
            state: Mutex::new(State::Armed),
            resumed: Condvar::new(),
        });
        self.gates().push(gate.clone());
        Pause(gate)
    }

    fn gates(&self) -> MutexGuard<'_, Vec<Arc<Gate>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Called after each statement by the task that ran it.
    pub fn after(&self, sql: &str) {
        let gate = {
            let mut gates = self.gates();
            gates.retain(|gate| *gate.state() != State::Resumed);
            gates.iter().find(|gate| gate.reach(sql)).cloned()
        };
        if let Some(gate) = gate {
            tokio::task::block_in_place(|| gate.wait());
        }
    }
}
