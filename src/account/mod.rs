//! People: who is signed in, how they prove it, and how they get back in.

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
pub mod setup;
pub mod sign_in;
pub mod throttle;
pub mod viewer;
