//! Accounts: sessions, passwords, sign-in, and recovery.

mod activity;
mod known_device;
pub mod password;
pub mod password_hash;
mod recovery;
mod session;
mod sign_in_throttle;
