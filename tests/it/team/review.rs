//! The team summary and the access review.

use crate::on_both_engines;
use crate::support::{Server, Team, text};
use chrono::Duration;
use entity::invitation::{self, InvitationState};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokenvue::team::invitation::expire;

on_both_engines!(
    expired_invitations_count_before_and_after_the_sweep,
    the_summary_is_always_consistent,
    invitations_pending_for_a_week_are_findings,
    members_unseen_for_ninety_days_are_findings,
    members_who_never_signed_in_are_findings,
    admins_are_counted,
    the_access_review_requires_team_review,
);

async fn expired_invitations_count_before_and_after_the_sweep(server: Server) {
    let team = Team::first(&server).await;
    for name in ["bo", "cy"] {
        team.invite(&format!("{name}@acme.example"), name, "GATEWAY_OPERATOR")
            .await;
    }
    server.advance(Duration::days(3));
    team.invite("dee@acme.example", "Dee", "SECURITY_AUDITOR")
        .await;
    assert_eq!(team.summary().await, [4, 1, 3, 0]);
    server.advance(Duration::days(4));
    let team = team.later().await;
    assert_eq!(team.summary().await, [4, 1, 3, 2]);
    expire::mark_expired(&server.app).await.unwrap();
    let marked =
        invitation::Entity::find().filter(invitation::Column::State.eq(InvitationState::Expired));
    assert_eq!(marked.count(&server.app.db).await.unwrap(), 2);
    assert_eq!(expire::mark_expired(&server.app).await.unwrap(), 0);
    assert_eq!(team.summary().await, [4, 1, 3, 2]);
    assert_eq!(
        team.member_with("bo@acme.example").await["invitation"]["state"],
        "EXPIRED"
    );

    server.advance(Duration::days(3));
    assert_eq!(team.summary().await, [4, 1, 3, 3]);
    // Renewed, revoked, and removed invitations do not count as expired.
    let id = |member: Value| member["invitation"]["id"].clone();
    let bo = id(team.member_with("bo@acme.example").await);
    team.act("resendInvitation", json!({ "invitationId": bo }))
        .await;
    assert_eq!(team.summary().await, [4, 1, 3, 2]);
    let cy = id(team.member_with("cy@acme.example").await);
    team.act("revokeInvitation", json!({ "invitationId": cy }))
        .await;
    assert_eq!(team.summary().await, [3, 1, 2, 1]);
    team.remove(&text(&team.member_with("dee@acme.example").await["id"]))
        .await;
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
}

async fn the_summary_is_always_consistent(server: Server) {
    let team = Team::first(&server).await;
    let done = Arc::new(AtomicBool::new(false));
    let watch = tokio::spawn({
        let (team, done) = (team.clone(), done.clone());
        async move {
            while !done.load(Ordering::Relaxed) {
                let [total, active, pending, expired] = team.summary().await;
                assert_eq!(total, active + pending);
                assert!(expired <= pending);
            }
        }
    });
    let come_and_go = (0..4).map(|n| {
        let team = team.clone();
        async move {
            let name = format!("Bo{n}");
            let outcome = team
                .invite(&format!("bo{n}@acme.example"), &name, "WORKSPACE_ADMIN")
                .await;
            let input = json!({ "invitationId": outcome["membership"]["invitation"]["id"] });
            team.act("revokeInvitation", input).await;
            let bo = team.member(&name, "GATEWAY_OPERATOR").await;
            team.change_role(&bo.membership_id, "WORKSPACE_ADMIN").await;
            team.remove(&bo.membership_id).await;
        }
    });
    futures_util::future::join_all(come_and_go).await;
    done.store(true, Ordering::Relaxed);
    watch.await.unwrap();
    assert_eq!(team.summary().await, [1, 1, 0, 0]);
}

/// Returns the local parts of the addresses in a finding of the access review, in order.
async fn finding(team: &Team, name: &str) -> Vec<String> {
    let selection =
        format!("accessReview {{ {name} {{ count members {{ totalCount nodes {{ email }} }} }} }}");
    let finding = team.read(&selection).await["accessReview"][name].clone();
    let nodes = finding["members"]["nodes"].as_array().unwrap();
    assert_eq!(finding["count"], nodes.len());
    assert_eq!(finding["members"]["totalCount"], nodes.len());
    nodes
        .iter()
        .map(|node| text(&node["email"]).replace("@acme.example", ""))
        .collect()
}

async fn stale(team: &Team) -> Vec<String> {
    finding(team, "staleInvitations").await
}

async fn unseen(team: &Team) -> Vec<String> {
    finding(team, "unseenMembers").await
}

async fn never(team: &Team) -> Vec<String> {
    finding(team, "neverSignedIn").await
}

async fn invitations_pending_for_a_week_are_findings(server: Server) {
    let team = Team::first(&server).await;
    let input = json!({ "workspaceId": team.workspace_id, "invitationLifetimeDays": 30 });
    team.admin
        .client
        .mutate("updateWorkspace", input, "workspace { id }")
        .await;
    for name in ["zed", "bo", "cy"] {
        team.invite(&format!("{name}@acme.example"), name, "GATEWAY_OPERATOR")
            .await;
        server.advance(Duration::hours(1));
    }
    server.advance(Duration::days(6) + Duration::hours(20));
    assert_eq!(stale(&team).await, [""; 0]);
    server.advance(Duration::hours(2));
    let team = team.later().await;
    assert_eq!(stale(&team).await, ["zed", "bo"], "the oldest first");

    let member = team.member_with("zed@acme.example").await;
    team.act(
        "resendInvitation",
        json!({ "invitationId": member["invitation"]["id"] }),
    )
    .await;
    server.advance(Duration::days(2));
    let token = server.mail_to("bo@acme.example").await.token();
    assert_eq!(stale(&team).await, ["bo", "cy"]);
    team.accept("bo@acme.example", &token).await;
    assert_eq!(stale(&team).await, ["cy"]);
    // Expired invitations are findings too.
    server.advance(Duration::days(30));
    assert_eq!(stale(&team.later().await).await, ["cy", "zed"]);
}

async fn members_unseen_for_ninety_days_are_findings(server: Server) {
    let team = Team::first(&server).await;
    team.member("Zed", "GATEWAY_OPERATOR").await;
    server.quiet().await;
    server.advance(Duration::days(1));
    team.member("Bo", "GATEWAY_OPERATOR").await;
    server.quiet().await;
    server.advance(Duration::days(89) - Duration::hours(1));
    let team = team.later().await;
    assert_eq!(unseen(&team).await, [""; 0]);
    server.advance(Duration::hours(2));
    assert_eq!(unseen(&team).await, ["zed"]);
    server.advance(Duration::days(1));
    assert_eq!(
        unseen(&team).await,
        ["zed", "bo"],
        "the longest unseen first"
    );
    crate::support::sign_in(&server, "zed@acme.example").await;
    assert_eq!(unseen(&team).await, ["bo"]);
}

async fn members_who_never_signed_in_are_findings(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let bo = acme.member("Bo", "GATEWAY_OPERATOR").await;
    let cy = acme.member("Cy", "GATEWAY_OPERATOR").await;
    acme.invite("dee@acme.example", "Dee", "GATEWAY_OPERATOR")
        .await;
    server.quiet().await;
    assert_eq!(never(&acme).await, [""; 0], "accepting counts as a visit");
    for person in [&cy, &bo] {
        beta.invite(&person.email, "", "SECURITY_AUDITOR").await;
    }
    // Ana visits the workspace for the first time.
    beta.summary().await;
    server.quiet().await;
    assert_eq!(never(&beta).await, ["bo", "cy"]);
    let input = json!({ "workspaceId": beta.workspace_id });
    bo.client
        .mutate("switchWorkspace", input, "viewer { user { id } }")
        .await;
    assert_eq!(never(&beta).await, ["cy"]);
    server.advance(Duration::days(100));
    let beta = beta.later().await;
    let input = json!({ "workspaceId": beta.workspace_id });
    let ana = &beta.admin.client;
    ana.mutate("switchWorkspace", input, "viewer { user { id } }")
        .await;
    // Members who never signed in do not count as unseen too.
    assert_eq!(unseen(&beta).await, ["bo"]);
    assert_eq!(never(&beta).await, ["cy"]);
}

async fn admins_are_counted(server: Server) {
    let team = Team::first(&server).await;
    team.member("Bea", "WORKSPACE_ADMIN").await;
    team.invite("cy@acme.example", "Cy", "WORKSPACE_ADMIN")
        .await;
    assert_eq!(finding(&team, "admins").await, ["ana", "bea"]);
}

async fn the_access_review_requires_team_review(server: Server) {
    let team = Team::first(&server).await;
    let operator = team.member("Bo", "GATEWAY_OPERATOR").await;
    let auditor = team.member("Cy", "SECURITY_AUDITOR").await;
    let query = "{ workspace { accessReview { admins { count } } } }";
    let data = auditor.client.get(query).await;
    assert_eq!(data["workspace"]["accessReview"]["admins"]["count"], 1);
    let reply = operator.client.run(query, json!({})).await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);
}
