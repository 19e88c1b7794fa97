//! The crate through its public API, on a schema with fields that fail, wait and nest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod comparison;
mod completion;
mod in_place;
mod limits;
mod toy;
