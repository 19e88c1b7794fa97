//! The times of the last activity of members.

use crate::on_both_engines;
use crate::support::{Server, Team, time};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    last_activity_is_recorded_per_workspace,
    activity_is_recorded_at_most_once_a_minute,
);

async fn last_activity_is_recorded_per_workspace(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    server.quiet().await;
    team.invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(
        team.member_with("cy@acme.example").await["lastActiveAt"],
        Value::Null
    );
    let first = time(&team.member_with(&bo.email).await["lastActiveAt"]);

    server.advance(Duration::days(1));
    let mut came = server.app.now();
    bo.client.is_signed_in().await;
    server.quiet().await;
    let second = time(&team.member_with(&bo.email).await["lastActiveAt"]);
    assert!(second >= came && second - first >= Duration::days(1));

    // Activity is recorded for the active workspace only.
    let beta = team.another("Beta").await;
    beta.invite(&bo.email, "", "GATEWAY_OPERATOR").await;
    assert_eq!(
        beta.member_with(&bo.email).await["lastActiveAt"],
        Value::Null
    );
    came = server.app.now();
    let input = json!({ "workspaceId": beta.workspace_id });
    bo.client
        .mutate("switchWorkspace", input, "viewer { user { id } }")
        .await;
    server.quiet().await;
    assert!(time(&beta.member_with(&bo.email).await["lastActiveAt"]) >= came);
    assert!(time(&team.member_with(&bo.email).await["lastActiveAt"]) < came);
}

async fn activity_is_recorded_at_most_once_a_minute(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    server.advance(Duration::minutes(2));
    let seen = async || {
        bo.client.is_signed_in().await;
        server.quiet().await;
        time(&team.member_with(&bo.email).await["lastActiveAt"])
    };
    let first = seen().await;
    let mut next = first;
    for seconds in [20, 20] {
        server.advance(Duration::seconds(seconds));
        let noted = seen().await;
        // A slow test run may reach the next minute, but nothing is recorded before.
        assert!(noted == first || noted - first >= Duration::minutes(1));
        next = noted;
    }
    server.advance(Duration::minutes(1));
    let later = seen().await;
    assert!(later - next >= Duration::minutes(1), "{later} {next}");
}
