//! Mails: written to an outbox in the transaction of the change that causes them, rendered and
//! delivered by a worker.

pub mod compose;
pub mod delivery;
pub mod letter;
mod line;
pub mod outbox;
pub mod render;
pub mod smtp;
