//! Open invitations: resending, revoking, declining, and requesting a new one.

use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team, text, time, user_errors};
use crate::team::accept_invitation::{accept, preview};
use chrono::Duration;
use entity::user;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

on_both_engines!(
    an_invitation_is_resent_at_most_once_a_minute,
    resending_invalidates_the_old_link,
    resending_renews_an_expired_invitation,
    resends_and_invitations_share_a_daily_quota,
    revoking_the_last_invitation_deletes_the_user,
    revoking_keeps_invitations_to_other_workspaces,
    removing_an_invited_member_revokes_the_invitation,
    declining_ends_all_invitations_of_the_mail,
    the_inviter_is_notified_of_requests_once_a_day,
    requests_for_a_new_invitation_get_the_same_response_for_every_link,
    invitations_are_listed_by_state,
);

async fn invited(team: &Team) -> (String, String) {
    let outcome = team
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let id = text(&outcome["membership"]["invitation"]["id"]);
    let token = team.server.mail_to("bo@acme.example").await.token();
    (id, token)
}

async fn resend(team: &Team, id: &str) -> Value {
    team.act("resendInvitation", json!({ "invitationId": id }))
        .await
}

async fn revoke(team: &Team, id: &str) -> Value {
    team.act("revokeInvitation", json!({ "invitationId": id }))
        .await
}

/// Returns the number of users with this address.
async fn users(server: &Server, email_key: &str) -> u64 {
    let found = user::Entity::find().filter(user::Column::EmailKey.eq(email_key));
    found.count(&server.app.db).await.unwrap()
}

async fn an_invitation_is_resent_at_most_once_a_minute(server: Server) {
    let team = Team::first(&server).await;
    let (id, _) = invited(&team).await;
    for count in 2..4 {
        let sent_at = time(&team.member_with("bo@acme.example").await["invitation"]["sentAt"]);
        let payload = resend(&team, &id).await;
        assert_eq!(user_errors(&payload), ["COOLDOWN"]);
        assert_eq!(payload["invitation"], Value::Null);
        assert_eq!(payload["userErrors"][0]["field"], json!(["invitationId"]));
        let retry_at = time(&payload["userErrors"][0]["retryAt"]);
        assert_eq!(retry_at, sent_at + Duration::minutes(1));

        server.advance(retry_at - server.app.now());
        let payload = resend(&team, &id).await;
        assert_eq!(payload["userErrors"], json!([]));
        let invitation = &payload["invitation"];
        assert_eq!(invitation["id"], id.as_str());
        assert_eq!(invitation["sentCount"], count);
        assert!(time(&invitation["sentAt"]) >= retry_at);
        let pause = time(&invitation["resendableAt"]) - time(&invitation["sentAt"]);
        assert_eq!(pause, Duration::minutes(1));
        let member = team.member_with("bo@acme.example").await;
        assert_eq!(member["inviteSentAt"], invitation["sentAt"]);
    }
}

async fn resending_invalidates_the_old_link(server: Server) {
    let team = Team::first(&server).await;
    let (id, old) = invited(&team).await;
    server.advance(Duration::minutes(1));
    resend(&team, &id).await;
    assert_eq!(preview(&server, &old).await["state"], "REPLACED");
    let anonymous = server.anonymous();
    let payload = accept(&anonymous, &old, Some(PASSWORD)).await;
    assert_eq!(user_errors(&payload), ["TOKEN_REPLACED"]);
    let input = json!({ "token": old });
    let payload = anonymous
        .mutate("declineInvitation", input, "invitation { id }")
        .await;
    assert_eq!(user_errors(&payload), ["TOKEN_REPLACED"]);

    // The link of the earlier mail is invalid, so the mailbox lists one mail.
    let mails = server.mails_to("bo@acme.example").await;
    assert_eq!(mails.len(), 1);
    team.accept("bo@acme.example", &mails[0].token()).await;
    server.advance(Duration::minutes(1));
    assert_eq!(user_errors(&resend(&team, &id).await), ["INVITATION_ENDED"]);
}

async fn resending_renews_an_expired_invitation(server: Server) {
    let team = Team::first(&server).await;
    let (id, _) = invited(&team).await;
    server.advance(Duration::days(7));
    let team = team.later().await;
    assert_eq!(team.summary().await, [2, 1, 1, 1]);
    let payload = resend(&team, &id).await;
    assert_eq!(payload["invitation"]["state"], "PENDING");
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
    let token = server.mail_to("bo@acme.example").await.token();
    team.accept("bo@acme.example", &token).await;
}

async fn resends_and_invitations_share_a_daily_quota(server: Server) {
    let replica = server.replica(&["--mails-per-address", "2"]).await;
    let team = Team::first(&replica.server).await;
    let (id, _) = invited(&team).await;
    server.advance(Duration::minutes(1));
    assert_eq!(resend(&team, &id).await["userErrors"], json!([]));
    server.advance(Duration::minutes(1));
    let payload = resend(&team, &id).await;
    assert_eq!(user_errors(&payload), ["MAIL_CAP_REACHED"]);
    assert_eq!(payload["userErrors"][0]["field"], json!(["invitationId"]));
    let elsewhere = team.another("Beta").await;
    let outcome = elsewhere
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(outcome["error"]["code"], "MAIL_CAP_REACHED");

    let retry_at = time(&payload["userErrors"][0]["retryAt"]);
    server.advance(retry_at - server.app.now());
    assert_eq!(resend(&team, &id).await["invitation"]["sentCount"], 3);
    replica.stop().await;
}

async fn revoking_the_last_invitation_deletes_the_user(server: Server) {
    let team = Team::first(&server).await;
    let (id, token) = invited(&team).await;
    assert_eq!(users(&server, "bo@acme.example").await, 1);
    assert_eq!(revoke(&team, &id).await["invitation"]["state"], "REVOKED");
    assert_eq!(users(&server, "bo@acme.example").await, 0);
    assert_eq!(team.summary().await, [1, 1, 0, 0]);

    assert_eq!(preview(&server, &token).await["state"], "REVOKED");
    let payload = accept(&server.anonymous(), &token, Some(PASSWORD)).await;
    assert_eq!(user_errors(&payload), ["TOKEN_REVOKED"]);
    assert!(server.mails_to("bo@acme.example").await.is_empty());
    assert_eq!(user_errors(&revoke(&team, &id).await), ["INVITATION_ENDED"]);
    server.advance(Duration::minutes(1));
    assert_eq!(user_errors(&resend(&team, &id).await), ["INVITATION_ENDED"]);

    // Revoking does not block a new invitation, which has another link.
    let (_, fresh) = invited(&team).await;
    assert_eq!(preview(&server, &token).await["state"], "REVOKED");
    team.accept("bo@acme.example", &fresh).await;
}

async fn revoking_keeps_invitations_to_other_workspaces(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let invitees = json!([{ "email": "bo@acme.example", "firstName": "Bo",
        "role": "GATEWAY_OPERATOR" }]);
    let payload = acme.invite_to(invitees, &[&acme, &beta]).await;
    let id = text(&payload["outcomes"][0]["membership"]["invitation"]["id"]);
    let token = server.mail_to("bo@acme.example").await.token();
    revoke(&acme, &id).await;
    assert_eq!(users(&server, "bo@acme.example").await, 1);
    let shown = preview(&server, &token).await;
    assert_eq!(shown["state"], "VALID");
    assert_eq!(shown["placements"].as_array().unwrap().len(), 1);
    assert!(
        !server
            .mail_to("bo@acme.example")
            .await
            .text()
            .contains("Acme")
    );

    let payload = accept(&server.anonymous(), &token, Some(PASSWORD)).await;
    let names: Vec<_> = payload["memberships"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0]["workspace"]["name"], "Beta");
    assert_eq!(acme.summary().await, [1, 1, 0, 0]);
}

async fn removing_an_invited_member_revokes_the_invitation(server: Server) {
    let team = Team::first(&server).await;
    let (id, token) = invited(&team).await;
    let member = team.member_with("bo@acme.example").await;
    let payload = team.remove(&text(&member["id"])).await;
    assert_eq!(payload["removedMembershipId"], member["id"]);
    assert_eq!(users(&server, "bo@acme.example").await, 0);
    assert_eq!(preview(&server, &token).await["state"], "REVOKED");
    assert_eq!(user_errors(&revoke(&team, &id).await), ["INVITATION_ENDED"]);
}

async fn declining_ends_all_invitations_of_the_mail(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let invitees = json!([{ "email": "bo@acme.example", "role": "GATEWAY_OPERATOR" }]);
    acme.invite_to(invitees, &[&acme, &beta]).await;
    let token = server.mail_to("bo@acme.example").await.token();
    let selection = "invitation { state email role workspace { id } membership { id } }";
    let input = json!({ "token": token });
    let anonymous = server.anonymous();
    let payload = anonymous
        .mutate("declineInvitation", input.clone(), selection)
        .await;
    let invitation = json!({
        "state": "DECLINED", "email": "bo@acme.example", "role": "GATEWAY_OPERATOR",
        "workspace": null, "membership": null,
    });
    assert_eq!(payload["invitation"], invitation);
    for team in [&acme, &beta] {
        assert_eq!(team.summary().await, [1, 1, 0, 0]);
        let selection = "accessHistory(kind: DECLINE_INVITATION) { totalCount nodes { actor } }";
        assert_eq!(team.read(selection).await["accessHistory"]["totalCount"], 1);
    }
    assert_eq!(users(&server, "bo@acme.example").await, 0);
    let payload = anonymous
        .mutate("declineInvitation", input, selection)
        .await;
    assert_eq!(user_errors(&payload), ["TOKEN_DECLINED"]);
    let payload = accept(&anonymous, &token, Some(PASSWORD)).await;
    assert_eq!(user_errors(&payload), ["TOKEN_DECLINED"]);
    invited(&acme).await;
}

async fn request_new(server: &Server, token: &str) -> Value {
    let input = json!({ "token": token });
    server
        .anonymous()
        .mutate("requestNewInvitation", input, "accepted")
        .await
}

async fn the_inviter_is_notified_of_requests_once_a_day(server: Server) {
    let team = Team::first(&server).await;
    let (id, token) = invited(&team).await;
    let notified = async || server.mails_to("ana@acme.example").await.len();
    request_new(&server, &token).await;
    assert_eq!(notified().await, 0, "a valid link needs no new one");

    server.advance(Duration::days(7));
    for expected in [1, 1] {
        assert_eq!(request_new(&server, &token).await["accepted"], true);
        assert_eq!(notified().await, expected);
    }
    let mail = server.mail_to("ana@acme.example").await;
    assert_eq!(
        mail.subject(),
        "bo@acme.example requests a new invitation to TokenVue"
    );
    assert!(
        !mail.text().contains("#token="),
        "a notification contains no link with a token"
    );
    let team = team.later().await;
    let data = team.admin.client.get("{ workspace { slug } }").await;
    let slug = data["workspace"]["slug"].as_str().unwrap();
    assert!(mail.text().contains(&format!("/w/{slug}/team\n")));
    let asked = team.member_with("bo@acme.example").await["invitation"]["renewalAskedAt"].clone();
    assert!(asked.is_string());

    server.advance(Duration::hours(23));
    request_new(&server, &token).await;
    assert_eq!(notified().await, 1);
    server.advance(Duration::hours(1));
    request_new(&server, &token).await;
    assert_eq!(notified().await, 2);

    let payload = resend(&team, &id).await;
    assert_eq!(payload["userErrors"], json!([]));
    let member = team.member_with("bo@acme.example").await;
    assert_eq!(member["invitation"]["renewalAskedAt"], Value::Null);
    let history = team
        .read("accessHistory(kind: REQUEST_NEW_INVITATION) { totalCount }")
        .await;
    assert_eq!(history["accessHistory"]["totalCount"], 2);
}

async fn requests_for_a_new_invitation_get_the_same_response_for_every_link(server: Server) {
    let team = Team::first(&server).await;
    let (id, replaced) = invited(&team).await;
    server.advance(Duration::minutes(1));
    resend(&team, &id).await;
    let valid = server.mail_to("bo@acme.example").await.token();
    let same = json!({ "accepted": true, "userErrors": [] });
    for token in [&replaced, &valid] {
        assert_eq!(request_new(&server, token).await, same);
    }
    server.advance(Duration::days(7));
    assert_eq!(request_new(&server, &valid).await, same);
    revoke(&team.later().await, &id).await;
    for token in [&replaced, &valid] {
        assert_eq!(request_new(&server, token).await, same);
    }
    assert_eq!(server.mails_to("ana@acme.example").await.len(), 1);
}

async fn invitations_are_listed_by_state(server: Server) {
    let team = Team::first(&server).await;
    let invite = async |team: &Team, name: &str| {
        let email = format!("{name}@acme.example");
        let outcome = team.invite(&email, name, "GATEWAY_OPERATOR").await;
        let token = server.mail_to(&email).await.token();
        (text(&outcome["membership"]["invitation"]["id"]), token)
    };
    invite(&team, "expired").await;
    server.advance(Duration::days(7));
    let team = team.later().await;
    let (revoked, _) = invite(&team, "revoked").await;
    revoke(&team, &revoked).await;
    let (_, declined) = invite(&team, "declined").await;
    let input = json!({ "token": declined });
    server
        .anonymous()
        .mutate("declineInvitation", input, "invitation { id }")
        .await;
    team.member("accepted", "GATEWAY_OPERATOR").await;
    invite(&team, "pending").await;

    let emails = async |arguments: &str| -> Vec<String> {
        let selection = format!("invitations{arguments} {{ totalCount nodes {{ email state }} }}");
        let list = team.read(&selection).await["invitations"].clone();
        let nodes = list["nodes"].as_array().unwrap();
        assert_eq!(list["totalCount"], nodes.len());
        nodes
            .iter()
            .map(|node| text(&node["email"]).replace("@acme.example", ""))
            .collect()
    };
    assert_eq!(
        emails("").await,
        ["pending", "accepted", "declined", "revoked", "expired"]
    );
    for state in ["pending", "accepted", "declined", "revoked", "expired"] {
        let filter = format!("(state: {})", state.to_uppercase());
        assert_eq!(emails(&filter).await, [state]);
    }
    tokenvue::team::invitation::expire::mark_expired(&server.app)
        .await
        .unwrap();
    assert_eq!(emails("(state: EXPIRED)").await, ["expired"]);
    assert_eq!(emails("(state: PENDING)").await, ["pending"]);
}
