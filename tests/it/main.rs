//! Tests through the front door: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accept;
mod admin;
mod completion;
mod execution;
mod first_day;
mod http;
mod invitation;
mod invite;
mod mail;
mod member;
mod origin;
mod password;
mod policy;
mod race;
mod review;
mod session;
mod smtp;
mod socket;
mod support;
mod throttle;
