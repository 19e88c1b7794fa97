//! People: who is signed in, how they prove it, and how they get back in.

pub mod activity;
pub mod lock;
pub mod password;
pub mod profile;
pub mod reset;
pub mod reset_line;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod throttle;
pub mod viewer;
