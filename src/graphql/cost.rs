//! The cost of fields in points. One point is a few microseconds of CPU time, here or in the
//! database.
//!
//! A field costs 1 unless `@cost` says otherwise. A list costs 1 per item, plus the selected fields
//! for each item. `async-graphql-hardened` computes the cost before execution; `docs/api.md`
//! describes it for clients.

use async_graphql::TypeDirective;

/// A field that runs its own SQL statement.
pub const STATEMENT: i32 = 100;
/// A field that is batch-loaded with the others of its level.
pub const LOADED: i32 = 25;
/// A field that may scan a whole workspace: a search, or a count without a counter.
pub const SCAN: i32 = 1_500;
/// Inviting up to 100 people or its preview, and operations that may transfer thousands of
/// invitations.
pub const BULK: i32 = 5_000;
/// A mutation that takes a password. Hashing costs more than this, but it runs on its own threads,
/// and an operation may contain only one.
pub const PASSWORD: i32 = 5_000;
/// Any other mutation: a transaction of about ten statements.
pub const MUTATION: u64 = 1_000;
/// The assumed length of a list without a size argument.
pub const LIST: u64 = 10;

/// The cost of this field, or of passing this argument. Fields without it cost 1, mutations 1,000.
/// For a list argument, the cost applies to each item.
#[TypeDirective(location = "FieldDefinition", location = "ArgumentDefinition")]
pub fn cost(#[graphql(desc = "The cost in points. One point is a few microseconds.")] weight: i32) {
}
