//! Calls with the largest accepted input, and larger ones.

use crate::on_both_engines;
use crate::support::{Server, Team};
use serde_json::{Value, json};
use tokenvue::graphql::id::GlobalId;
use uuid::Uuid;

on_both_engines!(
    long_lists_of_ids_are_bad_input,
    the_largest_accepted_input_works,
    a_thousand_members_load_at_once,
);

async fn long_lists_of_ids_are_bad_input(server: Server) {
    let team = Team::first(&server).await;
    let admin = &team.admin.client;
    let query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let workspace = team.workspace_id.as_str();
    for (count, id) in [(101, workspace), (10_000, "1"), (10_000, "\0")] {
        let reply = admin.run(query, json!({ "ids": vec![id; count] })).await;
        assert_eq!(
            reply.codes(),
            ["BAD_INPUT"],
            "{count} {id}: {:.300}",
            reply.0
        );
        assert_eq!(reply.0["errors"][0]["extensions"]["field"], "ids");
    }
    let reply = admin.run(query, json!({ "ids": vec!["\0"; 100] })).await;
    assert_eq!(reply.data()["nodes"], json!(vec![Value::Null; 100]));
}

async fn the_largest_accepted_input_works(server: Server) {
    let team = Team::first(&server).await;
    let mut workspaces = vec![team.workspace_id.clone()];
    for n in 1..20 {
        workspaces.push(team.another(&format!("Place {n}")).await.workspace_id);
    }
    let invitee = |n| json!({ "email": format!("p{n}@acme.example"), "role": "SECURITY_AUDITOR" });
    let invitees: Vec<Value> = (0..100).map(invitee).collect();
    let input = json!({ "invitees": invitees, "workspaceIds": workspaces });
    for expected in ["INVITED", "ALREADY_INVITED"] {
        let selection = "outcomes { result membership { id } }";
        let admin = &team.admin.client;
        let payload = admin.mutate("inviteUsers", input.clone(), selection).await;
        let outcomes = payload["outcomes"].as_array().unwrap();
        assert_eq!(outcomes.len(), 2000);
        assert!(outcomes.iter().all(|outcome| outcome["result"] == expected));
        assert!(
            outcomes
                .iter()
                .all(|outcome| outcome["membership"]["id"].is_string())
        );
    }
    assert_eq!(team.summary().await, [101, 1, 100, 0]);
}

async fn a_thousand_members_load_at_once(server: Server) {
    let team = Team::first(&server).await;
    let workspace = uuid_of(&team.workspace_id);
    let made_up = |_| membership_id(workspace, Uuid::now_v7());
    let mut query = String::from("query Q(");
    let mut variables = json!({});
    for list in 0..12 {
        query += &format!("$v{list}: [ID!]!, ");
        let ids: Vec<String> = (0..99)
            .map(made_up)
            .chain([team.admin.membership_id.clone()])
            .collect();
        variables[format!("v{list}")] = json!(ids);
    }
    query += ") {";
    for list in 0..12 {
        query += &format!(" n{list}: nodes(ids: $v{list}) {{ id }}");
    }
    query += " }";
    let generous = server.replica(&["--query-complexity", "200000"]).await;
    let client = team.admin.client.at(&generous.server.url);
    let data = client.run(&query, variables).await.data();
    generous.stop().await;
    for list in 0..12 {
        let nodes = data[format!("n{list}")].as_array().unwrap();
        assert_eq!(nodes[99]["id"], team.admin.membership_id);
        assert!(nodes[..99].iter().all(Value::is_null));
    }
}

fn uuid_of(workspace_id: &str) -> Uuid {
    match GlobalId::decode(workspace_id) {
        Some(GlobalId::Workspace(id)) => id,
        other => panic!("{workspace_id} is {other:?}"),
    }
}

fn membership_id(workspace_id: Uuid, user_id: Uuid) -> String {
    GlobalId::Membership {
        workspace_id,
        user_id,
    }
    .encode()
    .to_string()
}
