//! Linearizability: whether some order of overlapping operations explains the response to each of
//! them.
//!
//! The search is Wing and Gong's ("Testing and Verifying Concurrent Objects", 1993) with Lowe's
//! cache of failed configurations ("Testing for linearizability", 2017). Crates that check
//! histories lack this cache or cannot compare with an audit log.

use crate::operation::Operation;
use crate::outcome::{Entry, Outcome};
use crate::state::State;
use std::collections::HashSet;

/// An operation as observed by a client.
#[derive(Clone, Debug)]
pub struct Call {
    pub operation: Operation,
    /// The times of the request and of the response, from one strictly increasing clock.
    pub start: u64,
    pub end: u64,
    /// `None` if there was no response. The operation may then have taken effect at any time after
    /// its start, or never.
    pub outcome: Option<Outcome>,
}

/// No order explains a history.
#[derive(Clone, Debug)]
pub struct Unexplained {
    /// The longest order found that explains a part of the history, as indexes of the calls.
    pub longest: Vec<usize>,
}

struct Search<'h> {
    calls: &'h [Call],
    log: Option<&'h [Vec<Entry>]>,
    seen: HashSet<(u64, usize, State)>,
    order: Vec<usize>,
    longest: Vec<usize>,
}

/// Finds an order of the calls that starts from a state and explains their outcomes. Each call
/// takes effect between its start and its end. Accepts at most 64 calls.
///
/// # Errors
/// If there is no such order.
pub fn explain(state: &State, calls: &[Call]) -> Result<Vec<usize>, Unexplained> {
    search(state, calls, None)
}

/// Like [`explain`], but the calls must also write the audit log: one sorted group of entries for
/// each call that wrote any.
///
/// # Errors
/// If there is no such order.
pub fn explain_log(
    state: &State,
    calls: &[Call],
    log: &[Vec<Entry>],
) -> Result<Vec<usize>, Unexplained> {
    search(state, calls, Some(log))
}

fn search(
    state: &State,
    calls: &[Call],
    log: Option<&[Vec<Entry>]>,
) -> Result<Vec<usize>, Unexplained> {
    assert!(
        calls.len() <= 64,
        "a longer history takes too long to decide"
    );
    let mut search = Search {
        calls,
        log,
        seen: HashSet::new(),
        order: Vec::new(),
        longest: Vec::new(),
    };
    if search.run(0, 0, state) {
        Ok(search.order)
    } else {
        Err(Unexplained {
            longest: search.longest,
        })
    }
}

impl Search<'_> {
    /// Returns whether the calls that are not in the set `done` can follow.
    fn run(&mut self, done: u64, logged: usize, state: &State) -> bool {
        if self.order.len() > self.longest.len() {
            self.longest.clone_from(&self.order);
        }
        let is_logged = self.log.is_none_or(|log| log.len() == logged);
        let mut open = (0..self.calls.len()).filter(|n| done & (1 << n) == 0);
        if is_logged && open.all(|n| self.calls[n].outcome.is_none()) {
            return true;
        }
        if !self.seen.insert((done, logged, state.clone())) {
            return false;
        }
        self.next(done).into_iter().any(|n| {
            let Some((logged, state)) = self.take(n, logged, state) else {
                return false;
            };
            self.order.push(n);
            let explained = self.run(done | (1 << n), logged, &state);
            if !explained {
                self.order.pop();
            }
            explained
        })
    }

    /// Returns the calls that can be next: those that started before any other call ended.
    fn next(&self, done: u64) -> Vec<usize> {
        let open = || (0..self.calls.len()).filter(|n| done & (1 << n) == 0);
        let end = |n: usize| match self.calls[n].outcome {
            Some(_) => self.calls[n].end,
            None => u64::MAX,
        };
        let first = open().map(end).min().unwrap_or(u64::MAX);
        open().filter(|n| self.calls[*n].start < first).collect()
    }

    /// Returns the state after a call if it can take effect now.
    fn take(&self, n: usize, logged: usize, state: &State) -> Option<(usize, State)> {
        let call = &self.calls[n];
        let mut state = state.clone();
        let mut reply = state.apply(&call.operation);
        let answered = call.outcome.as_ref();
        // The model must predict the observed outcome.
        if answered.is_some_and(|outcome| *outcome != reply.outcome) {
            return None;
        }
        let Some(log) = self.log.filter(|_| !reply.entries.is_empty()) else {
            return Some((logged, state));
        };
        reply.entries.sort();
        (log.get(logged) == Some(&reply.entries)).then_some((logged + 1, state))
    }
}
