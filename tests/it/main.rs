//! Tests through the front door: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod failures;
mod first_day;
mod large_input;
mod nasty_text;
mod outsiders;
mod replicas;
mod smtp;
mod strangers;
mod support;
