//! The way of a request, on a schema that fails, waits and nests in every way.

mod completion;
mod limits;
mod toy;
