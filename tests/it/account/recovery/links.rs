//! Resets that visitors request and resets that admins send do not interfere.

use crate::account::password::{NEW, preview, request_reset, reset, send_reset};
use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team, results, time, user_errors};
use chrono::Duration;
use serde_json::json;

on_both_engines!(
    requests_of_strangers_invalidate_no_link,
    using_one_link_ends_all_others,
    changing_the_password_ends_all_links,
    links_work_when_the_quota_of_their_address_is_used_up,
    requests_of_strangers_do_not_use_the_quota_of_invitations_and_admins,
    resets_per_admin_are_limited,
    invitations_and_resends_share_a_quota_per_address,
    mails_per_sender_are_limited_per_day,
);

async fn requests_of_strangers_invalidate_no_link(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    send_reset(&team, &bo.membership_id).await;
    let mut links = vec![server.mail_to(&bo.email).await.token()];
    for _ in 0..2 {
        request_reset(&server, &bo.email).await;
        links.push(server.mail_to(&bo.email).await.token());
    }
    for link in &links {
        assert_eq!(preview(&server, link).await["state"], "VALID");
    }
    // An admin's reset does not end links that the owner may have requested.
    send_reset(&team, &bo.membership_id).await;
    assert_eq!(preview(&server, &links[0]).await["state"], "REPLACED");
    assert_eq!(preview(&server, &links[1]).await["state"], "VALID");
    assert_eq!(reset(&server, &links[1], NEW).await["accepted"], true);
}

async fn using_one_link_ends_all_others(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let mut links = Vec::new();
    for _ in 0..2 {
        request_reset(&server, &bo.email).await;
        links.push(server.mail_to(&bo.email).await.token());
    }
    send_reset(&team, &bo.membership_id).await;
    links.push(server.mail_to(&bo.email).await.token());
    assert_eq!(reset(&server, &links[0], NEW).await["accepted"], true);
    for link in &links {
        assert_eq!(preview(&server, link).await["state"], "USED");
        let payload = reset(&server, link, "yet another lamp under rivers").await;
        assert_eq!(user_errors(&payload), ["TOKEN_USED"]);
    }
    assert_eq!(
        server.mails_to(&bo.email).await.len(),
        1,
        "only the notification"
    );
}

async fn changing_the_password_ends_all_links(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    request_reset(&server, &bo.email).await;
    let link = server.mail_to(&bo.email).await.token();
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    let payload = bo.client.mutate("changePassword", input, "").await;
    assert_eq!(user_errors(&payload), [""; 0]);
    assert_eq!(preview(&server, &link).await["state"], "USED");
}

async fn links_work_when_the_quota_of_their_address_is_used_up(server: Server) {
    Team::first(&server).await;
    let email = "ana@acme.example";
    request_reset(&server, email).await;
    let first = server.mail_to(email).await.token();
    let expires_at = time(&preview(&server, &first).await["expiresAt"]);
    for _ in 0..20 {
        server.advance(Duration::minutes(2));
        request_reset(&server, email).await;
    }
    assert_eq!(server.mails_to(email).await.len(), 3);
    assert_eq!(preview(&server, &first).await["state"], "VALID");

    // When the first link has expired, another one can be requested.
    server.advance(expires_at - server.app.now());
    assert_eq!(preview(&server, &first).await["state"], "EXPIRED");
    request_reset(&server, email).await;
    let latest = server.mail_to(email).await.token();
    assert_eq!(reset(&server, &latest, NEW).await["accepted"], true);
}

async fn requests_of_strangers_do_not_use_the_quota_of_invitations_and_admins(server: Server) {
    let replica = server.replica(&["--mails-per-address", "2"]).await;
    let team = Team::first(&replica.server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await; // the first mail
    for _ in 0..5 {
        request_reset(&replica.server, &bo.email).await;
    }
    let payload = send_reset(&team, &bo.membership_id).await;
    assert_eq!(payload["userErrors"], json!([]));
    let beta = team.another("Beta").await;
    let invitee = json!({ "email": bo.email, "role": "GATEWAY_OPERATOR" });
    let payload = beta.invite_all(json!([invitee])).await;
    assert_eq!(results(&payload), ["ADDED"]);
    replica.stop().await;
}

async fn resets_per_admin_are_limited(server: Server) {
    let replica = server.replica(&["--resets-per-admin", "2"]).await;
    let team = Team::first(&replica.server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    for _ in 0..2 {
        let payload = send_reset(&team, &bo.membership_id).await;
        assert_eq!(payload["userErrors"], json!([]));
    }
    let payload = send_reset(&team, &bo.membership_id).await;
    assert_eq!(user_errors(&payload), ["MAIL_CAP_REACHED"]);
    let retry_at = time(&payload["userErrors"][0]["retryAt"]);
    let other = team.by(&bo);
    let payload = send_reset(&other, &team.admin.membership_id).await;
    assert_eq!(
        payload["userErrors"],
        json!([]),
        "another admin has a quota of their own"
    );
    server.advance(retry_at - server.app.now());
    let payload = send_reset(&team, &bo.membership_id).await;
    assert_eq!(payload["userErrors"], json!([]));
    replica.stop().await;
}

async fn invitations_and_resends_share_a_quota_per_address(server: Server) {
    let replica = server.replica(&["--mails-per-address", "2"]).await;
    let team = Team::first(&replica.server).await;
    let outcome = team
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let input = json!({ "invitationId": outcome["membership"]["invitation"]["id"] });
    server.advance(Duration::minutes(2));
    let payload = team.act("resendInvitation", input.clone()).await;
    assert_eq!(payload["userErrors"], json!([]));
    server.advance(Duration::minutes(2));
    let payload = team.act("resendInvitation", input).await;
    assert_eq!(user_errors(&payload), ["MAIL_CAP_REACHED"]);
    assert_eq!(payload["userErrors"][0]["field"], json!(["invitationId"]));
    let beta = team.another("Beta").await;
    let outcome = beta
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(outcome["error"]["code"], "MAIL_CAP_REACHED");
    replica.stop().await;
}

async fn mails_per_sender_are_limited_per_day(server: Server) {
    let replica = server.replica(&["--mails-per-sender", "3"]).await;
    let team = Team::first(&replica.server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await; // the first mail
    let people = |names: &[&str]| {
        let person = |name: &&str| json!({ "email": format!("{name}@acme.example"), "role": "SECURITY_AUDITOR" });
        json!(names.iter().map(person).collect::<Vec<_>>())
    };
    let payload = team.invite_all(people(&["cy", "dee", "eve"])).await;
    assert_eq!(results(&payload), ["INVITED", "INVITED", "FAILED"]);
    let error = &payload["outcomes"][2]["error"];
    assert_eq!(error["code"], "MAIL_CAP_REACHED");
    let retry_at = time(&error["retryAt"]);
    let payload = team.by(&bo).invite_all(people(&["eve"])).await;
    assert_eq!(
        results(&payload),
        ["INVITED"],
        "another admin has a quota of their own"
    );
    server.advance(retry_at - server.app.now());
    let payload = team.invite_all(people(&["flo"])).await;
    assert_eq!(results(&payload), ["INVITED"]);
    replica.stop().await;
}
