//! The API: objects, mutations, guards, loaders and connections. Thin, with no rules of its own.

pub mod connection;
pub mod cost;
pub mod cursor;
pub mod enums;
pub mod error;
pub mod execution;
pub mod guard;
pub mod id;
pub mod loaders;
pub mod mutations;
pub mod objects;
pub mod query;
pub mod scope;
pub mod time;

use async_graphql::{EmptySubscription, SDLExportOptions};
use mutations::Mutation;
use query::Query;

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. Its limits stand before it, in [`execution`].
pub fn schema() -> Schema {
    Schema::build(Query, Mutation::default(), EmptySubscription).finish()
}

/// The schema in the schema definition language, as `schema.graphql` has it.
pub fn sdl(schema: &Schema) -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .use_space_ident();
    schema.sdl_with_options(options)
}
