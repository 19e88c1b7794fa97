//! Global IDs (Relay, "Global Object Identification"): `node` and `nodes` return everything that
//! the viewer may see, and nothing else.

use crate::on_both_engines;
use crate::support::people::sign_in;
use crate::support::{Client, Server, Team};
use serde_json::{Value, json};
use std::collections::HashSet;
use tokenvue::graphql::id::GlobalId;
use uuid::Uuid;

on_both_engines!(
    node_finds_each_type_by_its_id,
    node_is_null_for_hidden_and_unknown_ids,
    nodes_are_in_the_order_of_their_ids,
    an_id_of_another_type_is_bad_input,
    ids_are_unique_across_types,
);

/// Returns one ID of each type that an admin can see, with its type name.
async fn ids(team: &Team) -> Vec<(&'static str, String)> {
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let data = team
        .admin
        .client
        .get(
            "{ viewer { user { id } session { id } activeWorkspace {
                id viewerMembership { id } invitations { nodes { id } }
                accessHistory { nodes { id } } } } }",
        )
        .await;
    let paths = [
        ("User", "/viewer/user/id"),
        ("Session", "/viewer/session/id"),
        ("Workspace", "/viewer/activeWorkspace/id"),
        ("Membership", "/viewer/activeWorkspace/viewerMembership/id"),
        (
            "Invitation",
            "/viewer/activeWorkspace/invitations/nodes/0/id",
        ),
        (
            "AuditEvent",
            "/viewer/activeWorkspace/accessHistory/nodes/0/id",
        ),
    ];
    let id = |path| {
        data.pointer(path)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    paths.map(|(of, path)| (of, id(path))).to_vec()
}

async fn node(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    client.run(query, json!({ "id": id })).await.data()["node"].clone()
}

async fn node_finds_each_type_by_its_id(server: Server) {
    let team = Team::first(&server).await;
    for (of, id) in ids(&team).await {
        let found = node(&team.admin.client, &id).await;
        assert_eq!(found, json!({ "__typename": of, "id": id }));
    }
}

async fn node_is_null_for_hidden_and_unknown_ids(server: Server) {
    let team = Team::first(&server).await;
    let own = ids(&team).await;
    let operator = team.member("Olaf", "GATEWAY_OPERATOR").await;
    let globex = team.another("Globex").await;
    let outsider = globex.member("Otto", "WORKSPACE_ADMIN").await;
    let input = json!({ "workspaceId": globex.workspace_id });
    team.admin.client.mutate("leaveWorkspace", input, "").await;
    for (of, id) in &own {
        assert_eq!(
            node(&server.anonymous(), id).await,
            Value::Null,
            "{of}, signed out"
        );
        assert_eq!(
            node(&outsider.client, id).await["id"],
            Value::Null,
            "{of}, from outside"
        );
        let shown = ["User", "Workspace", "Membership"].contains(of);
        let found = node(&operator.client, id).await;
        assert_eq!(found.is_null(), !shown, "{of}, for an operator");
    }
    let new = Uuid::now_v7;
    let made_up = [
        GlobalId::User(new()).encode().to_string(),
        GlobalId::Workspace(new()).encode().to_string(),
        GlobalId::Session(new()).encode().to_string(),
        String::new(),
        "0".to_owned(),
        "not an id".to_owned(),
        "\u{0}".to_owned(),
        "A".repeat(10_000),
        format!("{}A", own[0].1),
        own[3].1[..10].to_owned(),
    ];
    for id in made_up {
        assert_eq!(node(&team.admin.client, &id).await, Value::Null, "{id:?}");
    }
}

async fn nodes_are_in_the_order_of_their_ids(server: Server) {
    let team = Team::first(&server).await;
    let mut ids: Vec<String> = ids(&team).await.into_iter().map(|(_, id)| id).collect();
    ids.insert(2, "made up".to_owned());
    ids.push(ids[0].clone());
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let client = &team.admin.client;
    let data = client.run(query, json!({ "ids": ids })).await.data();
    let expected: Vec<Value> = ids
        .iter()
        .map(|id| match id.as_str() {
            "made up" => Value::Null,
            id => json!({ "id": id }),
        })
        .collect();
    assert_eq!(data["nodes"], Value::Array(expected));
    let many = vec![ids[0].clone(); 101];
    let reply = client.run(query, json!({ "ids": many })).await;
    assert_eq!(reply.codes(), ["BAD_INPUT"]);
    assert_eq!(reply.0["errors"][0]["extensions"]["field"], "ids");
}

/// Each argument and input field that takes an ID: the type of the ID, the field, and an operation.
const ID_ARGUMENTS: &[(&str, &str, &str)] = &[
    (
        "Workspace",
        "id",
        "query($id: ID!) { workspace(id: $id) { id } }",
    ),
    (
        "Workspace",
        "workspaceId",
        "query($id: ID!) { viewer { permissions(workspaceId: $id) } }",
    ),
    (
        "Workspace",
        "workspaceId",
        "query($id: ID!) { viewer { can(permission: TEAM_VIEW, workspaceId: $id) { allowed } } }",
    ),
    (
        "Membership",
        "id",
        "query($id: ID!) { workspace { member(id: $id) { id } } }",
    ),
    (
        "User",
        "actorId",
        "query($id: ID!) { workspace { accessHistory(actorId: $id) { totalCount } } }",
    ),
    (
        "User",
        "subjectId",
        "query($id: ID!) { workspace { accessHistory(subjectId: $id) { totalCount } } }",
    ),
    (
        "Session",
        "sessionId",
        "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { accepted } }",
    ),
    (
        "Workspace",
        "workspaceId",
        "mutation($id: ID!) { switchWorkspace(input: { workspaceId: $id }) { viewer { user { id } } } }",
    ),
    (
        "Workspace",
        "workspaceId",
        "mutation($id: ID!) { leaveWorkspace(input: { workspaceId: $id }) { viewer { user { id } } } }",
    ),
    (
        "Workspace",
        "workspaceId",
        "mutation($id: ID!) { updateWorkspace(input: { workspaceId: $id }) { workspace { id } } }",
    ),
    (
        "Workspace",
        "workspaceIds",
        "mutation($id: ID!) { inviteUsers(input: { workspaceIds: [$id], \
         invitees: [{ email: \"x@acme.example\", role: SECURITY_AUDITOR }] }) { outcomes { result } } }",
    ),
    (
        "Workspace",
        "workspaceId",
        "mutation($id: ID!) { inviteUsers(input: { invitees: [{ email: \"x@acme.example\", \
         role: SECURITY_AUDITOR, assignments: [{ workspaceId: $id }] }] }) { outcomes { result } } }",
    ),
    (
        "Membership",
        "membershipId",
        "mutation($id: ID!) { assignToWorkspaces(input: { membershipId: $id, workspaceIds: [], \
         role: SECURITY_AUDITOR }) { outcomes { result } } }",
    ),
    (
        "Membership",
        "membershipId",
        "mutation($id: ID!) { changeRole(input: { membershipId: $id, role: SECURITY_AUDITOR }) { membership { id } } }",
    ),
    (
        "Membership",
        "membershipId",
        "mutation($id: ID!) { removeMember(input: { membershipId: $id }) { removedMembershipId } }",
    ),
    (
        "Membership",
        "membershipId",
        "mutation($id: ID!) { sendPasswordReset(input: { membershipId: $id }) { membership { id } } }",
    ),
    (
        "Invitation",
        "invitationId",
        "mutation($id: ID!) { resendInvitation(input: { invitationId: $id }) { invitation { id } } }",
    ),
    (
        "Invitation",
        "invitationId",
        "mutation($id: ID!) { revokeInvitation(input: { invitationId: $id }) { invitation { id } } }",
    ),
];

async fn an_id_of_another_type_is_bad_input(server: Server) {
    let team = Team::first(&server).await;
    let mut ids = ids(&team).await;
    ids.push(("nothing", "made up".to_owned()));
    let before = server.dump().await;
    for (wanted, field, question) in ID_ARGUMENTS {
        for (_, id) in ids.iter().filter(|(of, _)| of != wanted) {
            let reply = team.admin.client.run(question, json!({ "id": id })).await;
            assert_eq!(reply.codes(), ["BAD_INPUT"], "{question}: {:#}", reply.0);
            let extensions = &reply.0["errors"][0]["extensions"];
            assert_eq!(extensions["field"], *field, "{question}");
        }
    }
    assert_eq!(before, server.dump().await);
}

async fn ids_are_unique_across_types(server: Server) {
    let team = Team::first(&server).await;
    team.member("Bo", "SECURITY_AUDITOR").await;
    team.invite("cleo@acme.example", "Cleo", "GATEWAY_OPERATOR")
        .await;
    let other = team.another("Globex").await;
    other
        .invite("cleo@acme.example", "Cleo", "GATEWAY_OPERATOR")
        .await;
    sign_in(&server, &team.admin.email).await;
    let query = "query($id: ID) { workspace(id: $id) {
        id members { nodes { id } } invitations { nodes { id } } accessHistory { nodes { id } } } }";
    let mut seen = HashSet::new();
    let mut count = 0;
    let viewer = "{ viewer { user { id } sessions { nodes { id } } } }";
    let mut answers = vec![team.admin.client.get(viewer).await];
    for workspace_id in [&team.workspace_id, &other.workspace_id] {
        let reply = team
            .admin
            .client
            .run(query, json!({ "id": workspace_id }))
            .await;
        answers.push(reply.data());
    }
    for answer in &answers {
        collect(answer, &mut |id| {
            count += 1;
            seen.insert(id.to_owned());
        });
    }
    assert!(count > 15, "{count}");
    assert_eq!(seen.len(), count);
}

/// Calls `note` with each ID in a response.
fn collect(value: &Value, note: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_str() {
                    Some(id) if name == "id" => note(id),
                    _ => collect(field, note),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, note)),
        _ => {}
    }
}
