//! Accounts: sessions, passwords, sign-in, and recovery.

pub mod password;
pub mod password_hash;
mod recovery;
mod session;
mod sign_in_throttle;
