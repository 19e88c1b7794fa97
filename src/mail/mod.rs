//! Mails are written to an outbox in the transaction of the change that causes them, and rendered
//! and delivered by a worker.

pub mod compose;
pub mod content;
pub mod delivery;
mod ids;
mod line;
pub mod mailbox;
pub mod mailbox_key;
pub mod outbox;
pub mod quota;
pub mod render;
pub mod server;
pub mod smtp;
pub mod tokens;
