//! Denied attempts in the audit log: one event per hour counts the repetitions.

use crate::on_both_engines;
use crate::support::{Server, Team, text, time};
use chrono::{Duration, DurationRound as _};
use serde_json::{Value, json};

on_both_engines!(
    repeated_denied_attempts_are_counted,
    denied_attempts_have_one_event_per_actor_action_workspace_and_hour,
);

const REFUSED: &str = "accessHistory(outcome: REFUSED) { totalCount nodes {
    kind count at lastAt actor details { key value } } }";

async fn try_to_rename(team: &Team) {
    let input = json!({ "workspaceId": team.workspace_id, "name": "Mine" });
    let client = &team.admin.client;
    let reply = client
        .try_mutate("updateWorkspace", input, "workspace { id }")
        .await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);
}

async fn refused(team: &Team) -> Vec<Value> {
    let history = team.read(REFUSED).await["accessHistory"].clone();
    let nodes = history["nodes"].as_array().unwrap().clone();
    assert_eq!(history["totalCount"], nodes.len());
    nodes
}

/// Moves the clock to the start of the next hour, so that no hour ends during the test.
fn next_hour(server: &Server) {
    let now = server.app.now();
    let hour = now.duration_trunc(Duration::hours(1)).unwrap();
    server.advance(hour + Duration::hours(1) - now);
}

async fn repeated_denied_attempts_are_counted(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let by_bo = team.by(&bo);
    next_hour(&server);
    try_to_rename(&by_bo).await;
    server.advance(Duration::minutes(10));
    let many = (0..20).map(|_| try_to_rename(&by_bo));
    futures_util::future::join_all(many).await;
    let events = refused(&team).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["kind"], "UPDATE_WORKSPACE");
    assert_eq!(events[0]["count"], 21);
    assert!(text(&events[0]["actor"]).starts_with("Bo"));
    let needed = json!([{ "key": "needed", "value": "WORKSPACE_MANAGE" }]);
    assert_eq!(events[0]["details"], needed);
    let lasted = time(&events[0]["lastAt"]) - time(&events[0]["at"]);
    assert!(lasted >= Duration::minutes(10), "{lasted}");

    // Successful changes have one event each.
    for name in ["One", "Two"] {
        let input = json!({ "workspaceId": team.workspace_id, "name": name });
        let client = &team.admin.client;
        client
            .mutate("updateWorkspace", input, "workspace { id }")
            .await;
    }
    let done = "accessHistory(outcome: DONE, kind: UPDATE_WORKSPACE) { nodes { count at lastAt } }";
    let done = team.read(done).await["accessHistory"]["nodes"].clone();
    assert_eq!(done.as_array().unwrap().len(), 2);
    assert_eq!(done[0]["count"], 1);
    assert_eq!(done[0]["at"], done[0]["lastAt"]);
}

async fn denied_attempts_have_one_event_per_actor_action_workspace_and_hour(server: Server) {
    let team = Team::first(&server).await;
    let beta = team.another("Beta").await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let cy = team.member("Cy", "SECURITY_AUDITOR").await;
    let invitee = json!([{ "email": bo.email, "role": "GATEWAY_OPERATOR" }]);
    beta.invite_all(invitee).await;
    next_hour(&server);
    for (team, person) in [(&team, &bo), (&team, &cy), (&beta, &bo), (&team, &bo)] {
        try_to_rename(&team.by(person)).await;
    }
    let input = json!({ "membershipId": cy.membership_id });
    let reply = bo
        .client
        .try_mutate("removeMember", input, "removedMembershipId")
        .await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);
    let counts = async |team: &Team| {
        let events = refused(team).await;
        events
            .iter()
            .map(|event| (text(&event["kind"]), event["count"].as_i64().unwrap()))
            .collect::<Vec<_>>()
    };
    let (rename, remove) = ("UPDATE_WORKSPACE".to_owned(), "REMOVE_MEMBER".to_owned());
    let expected = [(remove, 1), (rename.clone(), 1), (rename.clone(), 2)];
    assert_eq!(counts(&team).await, expected);
    assert_eq!(counts(&beta).await, [(rename.clone(), 1)]);
    next_hour(&server);
    try_to_rename(&team.by(&bo)).await;
    assert_eq!(counts(&team).await[0], (rename, 1));
    assert_eq!(counts(&team).await.len(), 4);
}
