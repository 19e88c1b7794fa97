//! Tests through the front door: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accept;
mod admin;
mod first_day;
mod invitation;
mod invite;
mod mail;
mod member;
mod migrations;
mod password;
mod permissions;
mod policy;
mod race;
mod relay;
mod review;
mod schema;
mod session;
mod smtp;
mod statements;
mod support;
mod throttle;
