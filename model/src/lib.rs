//! What the service promises about teams and accounts, as a small pure program.
//!
//! [`State::apply`] runs one operation after the other, without database, network or clock, and
//! tells what each answers, writes to the audit log and mails. Tests run the same operations
//! against the real server and compare: [`Worlds`] where answers get lost, [`history`] where
//! operations overlap.
//!
//! People, workspaces and sessions have names of the tests' own, which hold however many of the
//! operations before them took place: a person is one address, and what an operation makes is named
//! by the operation's [`Key`].

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
