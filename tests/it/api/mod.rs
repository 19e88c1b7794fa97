//! The GraphQL API: schema, permissions, costs, input, and statements per request.

mod addresses;
mod bad_input;
mod cost;
mod global_ids;
mod growth;
mod hostile_text;
mod large_input;
mod names;
mod outsiders;
mod permissions;
mod persisted_queries;
mod schema;
mod statements;
mod unreadable_fields;
