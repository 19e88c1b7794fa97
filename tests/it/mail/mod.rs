//! Mail: delivery, order, and SMTP.

pub mod delivery;
mod order;
mod rejected_sender;
mod smtp;
