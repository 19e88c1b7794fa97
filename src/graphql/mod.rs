//! The GraphQL API: objects, mutations, guards, loaders and connections. It contains no business
//! rules.

pub mod code;
pub mod connection;
pub mod cost;
pub mod cursor;
pub mod enums;
pub mod error;
pub mod guard;
pub mod id;
pub mod idle;
pub mod loaders;
pub mod mutations;
pub mod objects;
pub mod query;
pub mod request_context;
pub mod time;

use crate::error::{Error, Result};
use async_graphql::{EmptySubscription, SDLExportOptions};
use async_graphql_hardened::{CostLimits, CostRules, Options};
use mutations::Mutation;
use query::Query;

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema with request limits.
pub type Api = async_graphql_hardened::Api<Schema>;

/// Builds the schema without limits. Only [`api`] may be exposed to clients.
pub fn schema() -> Schema {
    Schema::build(Query, Mutation::default(), EmptySubscription).finish()
}

/// Returns the schema with limits on the cost and nesting of requests.
///
/// # Errors
/// Fails if the SDL of the schema cannot be parsed.
pub fn api(limits: CostLimits) -> Result<Api> {
    let options = Options {
        cost: limits,
        cost_rules: CostRules {
            mutation: cost::MUTATION,
            list: cost::LIST,
            default_page: u64::from(cursor::DEFAULT_PAGE.unsigned_abs()),
            max_page: u64::from(cursor::MAX_PAGE.unsigned_abs()),
            short_lists: &["userErrors"],
        },
        // The token of a link, and the input of a previewed mutation.
        secret_arguments: &["token", "input"],
        server_codes: &[code::INTERNAL, code::UNAVAILABLE, code::CANNOT_SAVE],
        ..Options::default()
    };
    Api::new(schema(), options).map_err(Error::internal)
}

/// Returns the schema definition as in `schema.graphql`.
pub fn sdl(schema: &Schema) -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .use_space_ident();
    schema.sdl_with_options(options)
}
