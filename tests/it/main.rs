//! Tests through the front door: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod completion;
mod execution;
mod first_day;
mod http;
mod origin;
mod smtp;
mod socket;
mod support;
