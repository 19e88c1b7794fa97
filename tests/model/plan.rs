//! The steps of a sequence. Each choice makes sense whatever happened before it, so any part of a
//! sequence is a valid sequence.

use crate::choice::{Choice, choice};
use model::Minutes;
use proptest::prelude::*;
use proptest::sample::select;

/// The maximum number of steps in a sequence.
const STEPS: usize = 60;

/// A step of a sequence.
#[derive(Clone, Debug)]
pub enum Step {
    /// An operation and a fault during it.
    Run(Choice, Fault),
    /// Time passes.
    Advance(Minutes),
    /// The server is stopped and started again.
    Restart,
    /// The mail server defers all mail during these operations.
    Outage(Vec<Choice>),
}

/// A fault during an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The response to the first COMMIT is lost. PostgreSQL only.
    LostCommit,
    /// The connection to PostgreSQL breaks after this many messages.
    Break(u16),
    /// The client disconnects after this many milliseconds.
    HangUp(u64),
    /// The server is killed after this many milliseconds.
    Kill(u64),
    /// The server is killed this many milliseconds after its response, while it sends mail.
    KillAfter(u64),
}

/// Generates sequences of steps.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 10..=STEPS)
}

fn step() -> impl Strategy<Value = Step> {
    let moves = select(vec![1, 1, 2, 61, 24 * 60 + 1, 7 * 24 * 60 + 1]);
    prop_oneof![
        40 => (choice(), fault()).prop_map(|(choice, fault)| Step::Run(choice, fault)),
        5 => moves.prop_map(Step::Advance),
        1 => Just(Step::Restart),
        1 => proptest::collection::vec(choice(), 1..4).prop_map(Step::Outage),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        24 => Just(Fault::None),
        3 => Just(Fault::LostCommit),
        3 => (0u16..30).prop_map(Fault::Break),
        3 => (0u64..40).prop_map(Fault::HangUp),
        1 => (0u64..40).prop_map(Fault::Kill),
        2 => (0u64..400).prop_map(Fault::KillAfter),
    ]
}
