//! The crate through its public API, on a schema with fields that fail, wait and nest.

mod comparison;
mod completion;
mod limits;
mod toy;
