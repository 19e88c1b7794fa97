//! Pausing a server after a statement, so that a test decides in which order requests meet.

use super::server::eventually;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Decides by its SQL whether a statement is the one to pause after.
pub type Matches = fn(&str) -> bool;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Armed,
    Reached,
    Resumed,
}

/// A pause that has been asked for. The first request that runs a matching statement waits
/// after it, inside its transaction if it has one, until this is resumed or dropped.
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
    /// Whether a request waits here.
    pub fn is_reached(&self) -> bool {
        *self.0.state() == State::Reached
    }

    /// Waits until a request waits here.
    pub async fn reached(&self) {
        let probe = || async { self.is_reached().then_some(()) };
        eventually("the statement to pause after", probe).await;
    }

    /// Lets the request go on; where none has come yet, none will wait.
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
    /// Asks for one.
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

    /// Called after each statement, by the task that has run it.
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
