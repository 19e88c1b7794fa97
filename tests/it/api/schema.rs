//! `schema.graphql` is what the program prints, and every item of the schema has a description.

use crate::on_both_engines;
use crate::support::Server;
use crate::support::introspection::{Introspection, list, name};
use serde_json::Value;
use tokenvue::graphql;

on_both_engines!(every_schema_item_has_a_description);

#[test]
fn schema_graphql_is_what_the_program_prints() {
    let printed = graphql::sdl(&graphql::schema());
    let kept = include_str!("../../../schema.graphql");
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

async fn every_schema_item_has_a_description(server: Server) {
    let schema = Introspection::load(&server.anonymous()).await;
    let mut undescribed = Vec::new();
    // `ID` is defined by GraphQL, and async-graphql gives it no description.
    let types = schema.types().filter(|item| name(item) != "ID");
    for item in types.chain(schema.directives()) {
        note_undescribed(&mut undescribed, "", item);
        for kind in ["fields", "inputFields", "enumValues", "args"] {
            for part in list(&item[kind]) {
                note_undescribed(&mut undescribed, name(item), part);
                for arg in list(&part["args"]) {
                    note_undescribed(
                        &mut undescribed,
                        &format!("{}.{}", name(item), name(part)),
                        arg,
                    );
                }
            }
        }
    }
    assert_eq!(undescribed, [""; 0], "these have no description");
}

fn note_undescribed(undescribed: &mut Vec<String>, owner: &str, item: &Value) {
    let description = item["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() {
        undescribed.push(format!("{owner}.{}", name(item)));
    }
}
