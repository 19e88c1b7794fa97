//! The schema: what stands in the repository is what the program serves, and all of it is
//! described.

use crate::on_both_engines;
use crate::support::Server;
use crate::support::introspection::{Introspection, list, name};
use serde_json::Value;
use tokenvue::graphql;

on_both_engines!(everything_is_described);

#[test]
fn the_file_is_what_the_program_prints() {
    let printed = graphql::sdl(&graphql::schema());
    let kept = include_str!("../../schema.graphql");
    let first = printed
        .lines()
        .zip(kept.lines())
        .position(|(printed, kept)| printed != kept);
    assert!(
        printed.trim_end() == kept.trim_end(),
        "schema.graphql is out of date from line {} on; run: scripts/check-schema --write",
        first.map_or_else(|| "its last".to_owned(), |line| (line + 1).to_string())
    );
}

async fn everything_is_described(server: Server) {
    let schema = Introspection::load(&server.anonymous()).await;
    let mut bare = Vec::new();
    // GraphQL itself defines `ID`, and async-graphql gives it no description.
    let types = schema.types().filter(|item| name(item) != "ID");
    for item in types.chain(schema.directives()) {
        note_bare(&mut bare, "", item);
        for kind in ["fields", "inputFields", "enumValues", "args"] {
            for part in list(&item[kind]) {
                note_bare(&mut bare, name(item), part);
                for arg in list(&part["args"]) {
                    note_bare(&mut bare, &format!("{}.{}", name(item), name(part)), arg);
                }
            }
        }
    }
    assert_eq!(bare, [""; 0], "these have no description");
}

fn note_bare(bare: &mut Vec<String>, owner: &str, item: &Value) {
    let description = item["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() {
        bare.push(format!("{owner}.{}", name(item)));
    }
}
