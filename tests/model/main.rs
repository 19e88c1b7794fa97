//! Tests of the real server against the model in `model/`: random operations with faults, and
//! histories of concurrent operations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod audit_log;
mod choice;
mod compare;
mod concurrent;
mod ids;
mod installation;
mod mails;
mod plan;
mod random;
mod request;
mod seed;
mod sequence;
mod setup;
#[allow(dead_code, unused_imports)]
#[path = "../it/support/mod.rs"]
mod support;
mod team;
