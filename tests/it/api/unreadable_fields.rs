//! Fields that the viewer may not read are `null` with an error at their path. The rest of the
//! response is complete and in order.

use crate::on_both_engines;
use crate::support::wire::{self, Answer, post};
use crate::support::{Person, Server, Team};
use serde_json::{Value, json};

on_both_engines!(
    guarded_fields_of_a_list_are_null,
    guarded_objects_and_lists_are_null,
    fields_of_interface_types_are_guarded,
    a_refused_mutation_does_not_affect_the_next_one,
);

async fn run(person: &Person, server: &Server, query: &str, variables: Value) -> Answer {
    let request = post(server).bearer_auth(person.client.token());
    let body = json!({ "query": query, "variables": variables });
    wire::send(request.json(&body)).await
}

/// Creates a team of Ana, Bo, and Cy. Bo is a Gateway Operator.
async fn ana_bo_and_cy(server: &Server) -> (Team, Person) {
    let team = Team::first(server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    team.member("Cy", "SECURITY_AUDITOR").await;
    (team, bo)
}

async fn guarded_fields_of_a_list_are_null(server: Server) {
    let (_, bo) = ana_bo_and_cy(&server).await;
    let query = "{ workspace { members(first: 10) { nodes { inviteSentAt email role } totalCount } name } }";
    let answer = run(&bo, &server, query, json!({})).await;
    let nodes = &answer.json["data"]["workspace"]["members"]["nodes"];
    let own = nodes[1]["inviteSentAt"]
        .as_str()
        .expect("the viewer's own row");
    let expected = [
        r#""data":{"workspace":{"members":{"nodes":["#,
        r#"{"inviteSentAt":null,"email":"ana@acme.example","role":"WORKSPACE_ADMIN"},"#,
        &format!(
            r#"{{"inviteSentAt":"{own}","email":"bo@acme.example","role":"GATEWAY_OPERATOR"}},"#
        ),
        r#"{"inviteSentAt":null,"email":"cy@acme.example","role":"SECURITY_AUDITOR"}"#,
        r#"],"totalCount":3},"name":"Acme"}}"#,
    ];
    assert!(answer.text.contains(&expected.concat()), "{}", answer.text);
    let path = |row| json!(["workspace", "members", "nodes", row, "inviteSentAt"]);
    assert_eq!(answer.paths(), [path(0), path(2)]);
    assert_eq!(answer.outcome(), (200, "FORBIDDEN"));
}

async fn guarded_objects_and_lists_are_null(server: Server) {
    let (_, bo) = ana_bo_and_cy(&server).await;
    let query = "query Page { workspace { ...Team } }
        fragment Team on Workspace {
            history: accessHistory(first: 1) { totalCount }
            page: members(first: 1) { edges { node { invitation { id } name } } }
            invitations(first: 1) { totalCount }
            teamSummary { activeNow totalUsers }
        }";
    let answer = run(&bo, &server, query, json!({})).await;
    let expected = concat!(
        r#""data":{"workspace":{"history":null,"#,
        r#""page":{"edges":[{"node":{"invitation":null,"name":"Ana Admin"}}]},"#,
        r#""invitations":null,"teamSummary":{"activeNow":3,"totalUsers":3}}}"#,
    );
    assert!(answer.text.contains(expected), "{}", answer.text);
    let paths = [
        json!(["workspace", "history"]),
        json!(["workspace", "page", "edges", 0, "node", "invitation"]),
        json!(["workspace", "invitations"]),
    ];
    assert_eq!(answer.paths(), paths);
}

async fn fields_of_interface_types_are_guarded(server: Server) {
    let (team, bo) = ana_bo_and_cy(&server).await;
    let query = "query Q($ids: [ID!]!) {
        nodes(ids: $ids) { ... on Membership { invitation { id } status } __typename }
    }";
    let ids = json!({ "ids": [team.admin.membership_id, "nonsense", bo.membership_id] });
    let answer = run(&bo, &server, query, ids).await;
    let row = r#"{"invitation":null,"status":"ACTIVE","__typename":"Membership"}"#;
    let expected = format!(r#""data":{{"nodes":[{row},null,{row}]}}"#);
    assert!(answer.text.contains(&expected), "{}", answer.text);
    assert_eq!(answer.paths(), [json!(["nodes", 0, "invitation"])]);
}

async fn a_refused_mutation_does_not_affect_the_next_one(server: Server) {
    let (team, bo) = ana_bo_and_cy(&server).await;
    let query = r#"mutation M($ana: ID!) {
        first: changeRole(input: { membershipId: $ana, role: SECURITY_AUDITOR }) { membership { role } }
        second: updateProfile(input: { firstName: "Bob", lastName: "B" }) { viewer { user { name } } }
    }"#;
    let ana = json!({ "ana": team.admin.membership_id });
    let answer = run(&bo, &server, query, ana).await;
    let expected = r#""data":{"first":null,"second":{"viewer":{"user":{"name":"Bob B"}}}}"#;
    assert!(answer.text.contains(expected), "{}", answer.text);
    assert_eq!(answer.paths(), [json!(["first"])]);
    assert_eq!(answer.outcome(), (200, "FORBIDDEN"));
}
