//! The possible states of the service when responses get lost.

use crate::operation::Operation;
use crate::outcome::{Entry, Mail, Outcome, Refusal};
use crate::state::State;
use std::collections::BTreeSet;

/// One possible state of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    pub state: State,
    /// The audit log: the sorted entries of each operation.
    pub log: Vec<Vec<Entry>>,
    pub refusals: BTreeSet<Refusal>,
    pub mails: BTreeSet<Mail>,
}

impl World {
    fn new(state: State) -> World {
        World {
            state,
            log: Vec::new(),
            refusals: BTreeSet::new(),
            mails: BTreeSet::new(),
        }
    }

    fn apply(&mut self, operation: &Operation) -> Outcome {
        let mut reply = self.state.apply(operation);
        if !reply.entries.is_empty() {
            reply.entries.sort();
            self.log.push(reply.entries);
        }
        self.refusals.extend(reply.refusals);
        self.mails.extend(reply.mails);
        reply.outcome
    }
}

/// All worlds that explain the observations so far.
#[derive(Clone, Debug)]
pub struct Worlds(Vec<World>);

impl Worlds {
    /// Starts with one world whose audit log has the given entries.
    pub fn new(state: State, log: Vec<Entry>) -> Worlds {
        let mut world = World::new(state);
        world.log.push(log);
        Worlds(vec![world])
    }

    /// Returns the worlds.
    pub fn all(&self) -> &[World] {
        &self.0
    }

    /// Records the response to an operation. Keeps the worlds that predict it.
    ///
    /// # Errors
    /// The predicted responses if no world predicts this one.
    pub fn answered(
        &mut self,
        operation: &Operation,
        outcome: &Outcome,
    ) -> Result<(), Vec<Outcome>> {
        let mut expected = Vec::new();
        let mut kept = Vec::new();
        for mut world in std::mem::take(&mut self.0) {
            let answer = world.apply(operation);
            if answer == *outcome {
                push(&mut kept, world);
            } else if !expected.contains(&answer) {
                expected.push(answer);
            }
        }
        self.0 = kept;
        if self.0.is_empty() {
            return Err(expected);
        }
        Ok(())
    }

    /// Records that an operation has ended without a response: it may have taken effect or not.
    pub fn lost(&mut self, operation: &Operation) {
        for world in self.0.clone() {
            let mut after = world;
            after.apply(operation);
            push(&mut self.0, after);
        }
    }

    /// Records an observation. Keeps the worlds in which `is_so` is true.
    ///
    /// # Errors
    /// All worlds if it is true in none.
    pub fn seen(&mut self, is_so: impl Fn(&World) -> bool) -> Result<(), Vec<World>> {
        let (kept, dropped) = std::mem::take(&mut self.0).into_iter().partition(is_so);
        self.0 = kept;
        if self.0.is_empty() {
            return Err(dropped);
        }
        Ok(())
    }
}

fn push(worlds: &mut Vec<World>, world: World) {
    if !worlds.contains(&world) {
        worlds.push(world);
    }
}
