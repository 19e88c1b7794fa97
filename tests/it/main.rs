//! Tests through the front door: real HTTP against the real server, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accept;
mod admin;
mod bad_input;
mod completion;
mod connections;
mod cost;
mod execution;
mod failures;
mod first_day;
mod health;
mod http;
mod invitation;
mod invite;
mod large_input;
mod mail;
mod member;
mod migrations;
mod nasty_text;
mod origin;
mod outsiders;
mod password;
mod permissions;
mod policy;
mod race;
mod relay;
mod replicas;
mod review;
mod schema;
mod session;
mod smtp;
mod socket;
mod statements;
mod strangers;
mod support;
mod throttle;
