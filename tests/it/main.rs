//! End-to-end tests: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod api;
mod architecture;
mod http;
mod mail;
mod ops;
mod support;
mod team;
