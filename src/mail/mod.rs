//! Mails: written to an outbox in the transaction of the change that causes them, and delivered
//! by a worker.

pub mod outbox;
