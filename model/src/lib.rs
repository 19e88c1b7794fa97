//! The rules for teams and accounts as a small pure program.
//!
//! [`State::apply`] runs one operation after another, without a database, network, or clock, and
//! returns the response, audit log entries, and mails of each. Tests run the same operations
//! against the real server and compare: [`Worlds`] if responses get lost, [`history`] if operations
//! overlap.
//!
//! The tests choose the names of people, workspaces, and sessions, so that names do not depend on
//! which earlier operations took effect. A person is one address. Other objects are named by the
//! [`Key`] of the operation that creates them.

mod account;
pub mod history;
mod invite;
mod link;
mod operation;
mod outcome;
mod state;
mod step;
mod team;
mod transfer;
mod worlds;

pub use operation::{Actor, Invitee, Operation};
pub use outcome::{Entry, Mail, Outcome, Refusal, Reply, Verdict};
pub use state::{
    Account, Invitation, InvitationState, Key, Member, Minutes, Person, Reset, Role, State, User,
    Workspace,
};
pub use worlds::{World, Worlds};
