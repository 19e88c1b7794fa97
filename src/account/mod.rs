//! Accounts: sign-in, sessions, passwords, password resets, profiles, and the first setup.

pub mod activity;
mod attempts;
pub mod device;
pub mod flood;
pub mod lock;
pub mod password;
pub mod profile;
pub mod reset;
pub mod reset_queue;
pub mod reset_request;
pub mod session;
pub mod sessions;
pub mod sign_in;
pub mod viewer;
