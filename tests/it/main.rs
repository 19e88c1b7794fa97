//! Tests through the front door: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod first_day;
mod smtp;
mod support;
