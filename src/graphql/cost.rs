//! What fields cost, in points: one is a few microseconds of a core, here or in the database.
//!
//! A field costs 1, or what `@cost` says. A list costs 1 for each item, and what is selected in it
//! once for each. `async-graphql-hardened` adds that up before anything runs; `docs/api.md` tells clients.

use async_graphql::TypeDirective;

/// A field that is read in a statement of its own.
pub const STATEMENT: i32 = 100;
/// A field that is read together with all others of its level.
pub const LOADED: i32 = 25;
/// What may make the database look at a whole workspace: a search, or a count without a counter.
pub const SCAN: i32 = 1_500;
/// Inviting up to a hundred people, or the preview of it; and what may hand over thousands of
/// invitations.
pub const BULK: i32 = 5_000;
/// A mutation that takes a password. Hashing it takes longer than this, but on threads of its own,
/// and there is one in an operation.
pub const PASSWORD: i32 = 5_000;
/// Any other mutation: a transaction of some ten statements.
pub const MUTATION: u64 = 1_000;
/// Items of a list whose length nobody tells.
pub const LIST: u64 = 10;

/// What this field, or giving this argument, adds to the cost of an operation. Fields without it
/// cost 1, mutations 1,000. An argument that is a list counts for each of its items.
#[TypeDirective(location = "FieldDefinition", location = "ArgumentDefinition")]
pub fn cost(#[graphql(desc = "Points: one is a few microseconds.")] weight: i32) {}
