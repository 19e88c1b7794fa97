//! Passwords: changing, forgetting, and resetting them.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Person, Server, Team, sign_in, text, time, user_errors};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    changing_a_password_ends_all_other_sessions,
    a_wrong_current_password_changes_nothing,
    a_forgotten_password_is_reset_by_mail,
    reset_requests_get_the_same_response_for_every_address,
    reset_links_expire_after_an_hour,
    an_admins_new_reset_invalidates_the_previous_one,
    admins_send_resets_to_active_members_only,
    a_weak_password_does_not_consume_the_link,
    long_passwords_of_any_characters_are_accepted,
);

pub const NEW: &str = "another lamp under rivers";

async fn try_sign_in(server: &Server, email: &str, password: &str) -> Value {
    let input = json!({ "email": email, "password": password, "transport": "BEARER" });
    server
        .anonymous()
        .mutate("signIn", input, "sessionToken")
        .await
}

pub async fn request_reset(server: &Server, email: &str) -> Value {
    let input = json!({ "email": email });
    let payload = server
        .anonymous()
        .mutate("requestPasswordReset", input, "accepted")
        .await;
    server.quiet().await;
    payload
}

pub async fn reset(server: &Server, token: &str, password: &str) -> Value {
    let input = json!({ "token": token, "newPassword": password });
    server
        .anonymous()
        .mutate("resetPassword", input, "accepted")
        .await
}

pub async fn preview(server: &Server, token: &str) -> Value {
    let query = "query Q($token: String!) {
        passwordResetPreview(token: $token) { state email expiresAt } }";
    let reply = server
        .anonymous()
        .run(query, json!({ "token": token }))
        .await;
    reply.data()["passwordResetPreview"].clone()
}

pub async fn send_reset(team: &Team, membership_id: &str) -> Value {
    team.act(
        "sendPasswordReset",
        json!({ "membershipId": membership_id }),
    )
    .await
}

async fn change(client: &Client, current: &str, new: &str) -> Value {
    let input = json!({ "currentPassword": current, "newPassword": new });
    client
        .mutate("changePassword", input, "viewer { user { email } }")
        .await
}

async fn changing_a_password_ends_all_other_sessions(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let ana = &team.admin.client;
    let other = sign_in(&server, "ana@acme.example").await;
    let payload = change(ana, PASSWORD, NEW).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert!(ana.is_signed_in().await);
    assert!(!other.is_signed_in().await);
    assert!(bo.client.is_signed_in().await);
    let payload = try_sign_in(&server, "ana@acme.example", PASSWORD).await;
    assert_eq!(user_errors(&payload), ["CREDENTIALS_INVALID"]);
    assert!(try_sign_in(&server, "ana@acme.example", NEW).await["sessionToken"].is_string());
    let notification = server.mail_to("ana@acme.example").await;
    assert_eq!(notification.subject(), "Your TokenVue password was changed");
}

async fn a_wrong_current_password_changes_nothing(server: Server) {
    let team = Team::first(&server).await;
    let other = sign_in(&server, "ana@acme.example").await;
    let payload = change(&team.admin.client, NEW, NEW).await;
    assert_eq!(user_errors(&payload), ["CREDENTIALS_INVALID"]);
    assert_eq!(
        payload["userErrors"][0]["field"],
        json!(["currentPassword"])
    );
    let payload = change(&team.admin.client, PASSWORD, "password1234").await;
    assert_eq!(user_errors(&payload), ["PASSWORD_GUESSABLE"]);
    assert_eq!(payload["userErrors"][0]["field"], json!(["newPassword"]));
    assert!(other.is_signed_in().await);
    sign_in(&server, "ana@acme.example").await;
    assert!(server.mails_to("ana@acme.example").await.is_empty());
}

async fn a_forgotten_password_is_reset_by_mail(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    request_reset(&server, "BO@acme.example").await;
    let mail = server.mail_to(&bo.email).await;
    assert_eq!(mail.subject(), "Choose a new TokenVue password");
    assert!(
        mail.text()
            .contains(&format!("{}/reset-password#token=", server.url))
    );
    let token = mail.token();
    assert_eq!(preview(&server, &token).await["email"], bo.email.as_str());
    assert!(bo.client.is_signed_in().await, "a request ends no session");

    let payload = reset(&server, &token, NEW).await;
    assert_eq!(payload, json!({ "accepted": true, "userErrors": [] }));
    assert!(!bo.client.is_signed_in().await);
    assert!(team.admin.client.is_signed_in().await);
    let notification = server.mail_to(&bo.email).await;
    assert_eq!(notification.subject(), "Your TokenVue password was changed");
    let payload = try_sign_in(&server, &bo.email, PASSWORD).await;
    assert_eq!(user_errors(&payload), ["CREDENTIALS_INVALID"]);
    assert!(try_sign_in(&server, &bo.email, NEW).await["sessionToken"].is_string());

    let payload = reset(&server, &token, "yet another lamp under rivers").await;
    assert_eq!(user_errors(&payload), ["TOKEN_USED"]);
    assert_eq!(preview(&server, &token).await["state"], "USED");
    assert!(try_sign_in(&server, &bo.email, NEW).await["sessionToken"].is_string());
    let selection = "accessHistory(kind: RESET_PASSWORD) { nodes { actor subject } }";
    let entry = json!([{ "actor": "Bo <bo@acme.example>", "subject": "bo@acme.example" }]);
    assert_eq!(team.read(selection).await["accessHistory"]["nodes"], entry);
}

async fn reset_requests_get_the_same_response_for_every_address(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let long = format!("{}@acme.example", "x".repeat(100_000));
    for email in [
        "ana@acme.example",
        "bo@acme.example",
        "nobody@acme.example",
        "?",
        "",
        &long,
    ] {
        let payload = request_reset(&server, email).await;
        assert_eq!(payload, json!({ "accepted": true, "userErrors": [] }));
    }
    assert_eq!(server.mails_to("ana@acme.example").await.len(), 1);
    assert_eq!(
        server.mails_to("bo@acme.example").await.len(),
        1,
        "only the invitation"
    );
    assert!(server.mails_to("nobody@acme.example").await.is_empty());
}

async fn reset_links_expire_after_an_hour(server: Server) {
    Team::first(&server).await;
    request_reset(&server, "ana@acme.example").await;
    let token = server.mail_to("ana@acme.example").await.token();
    let expires_at = time(&preview(&server, &token).await["expiresAt"]);
    let left = expires_at - server.app.now();
    assert!(
        left <= Duration::hours(1) && left > Duration::minutes(58),
        "{left}"
    );
    server.advance(Duration::minutes(57));
    assert_eq!(preview(&server, &token).await["state"], "VALID");
    server.advance(expires_at - server.app.now());
    assert_eq!(preview(&server, &token).await["state"], "EXPIRED");
    let payload = reset(&server, &token, NEW).await;
    assert_eq!(user_errors(&payload), ["TOKEN_EXPIRED"]);
    sign_in(&server, "ana@acme.example").await;
    assert!(server.mails_to("ana@acme.example").await.is_empty());
}

async fn an_admins_new_reset_invalidates_the_previous_one(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    send_reset(&team, &bo.membership_id).await;
    let first = server.mail_to(&bo.email).await.token();
    send_reset(&team, &bo.membership_id).await;
    let second = server.mail_to(&bo.email).await.token();
    let payload = reset(&server, &first, NEW).await;
    assert_eq!(user_errors(&payload), ["TOKEN_REPLACED"]);
    assert_eq!(preview(&server, &first).await["state"], "REPLACED");
    assert_eq!(reset(&server, &second, NEW).await["accepted"], true);
    assert_eq!(preview(&server, &second).await["state"], "USED");
    assert_eq!(preview(&server, &first).await["state"], "REPLACED");

    // The mail of a reset that has ended is not sent.
    assert_eq!(
        server.mails_to(&bo.email).await.len(),
        1,
        "only the notification"
    );
}

async fn admins_send_resets_to_active_members_only(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let payload = send_reset(&team, &bo.membership_id).await;
    assert_eq!(payload["membership"]["id"], bo.membership_id.as_str());
    let mail = server.mail_to(&bo.email).await;
    assert!(mail.text().contains("Ana Admin"), "{}", mail.text());
    assert!(mail.text().contains("Acme"), "{}", mail.text());
    assert!(bo.client.is_signed_in().await);
    assert_eq!(reset(&server, &mail.token(), NEW).await["accepted"], true);
    let history = team
        .read("accessHistory(kind: SEND_PASSWORD_RESET) { totalCount }")
        .await;
    assert_eq!(history["accessHistory"]["totalCount"], 1);

    let outcome = team
        .invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await;
    let payload = send_reset(&team, &text(&outcome["membership"]["id"])).await;
    assert_eq!(user_errors(&payload), ["NOT_ACTIVE"]);
    assert_eq!(payload["membership"], Value::Null);
    let operator: Person = team.member("Dee", "GATEWAY_OPERATOR").await;
    let input = json!({ "membershipId": bo.membership_id });
    let reply = operator
        .client
        .try_mutate("sendPasswordReset", input, "membership { id }")
        .await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);
}

async fn a_weak_password_does_not_consume_the_link(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    request_reset(&server, &bo.email).await;
    let token = server.mail_to(&bo.email).await.token();
    for (password, code) in [
        ("", "PASSWORD_TOO_SHORT"),
        ("qwertyuiop12", "PASSWORD_GUESSABLE"),
        ("eleven char", "PASSWORD_TOO_SHORT"),
        ("bo@acme.example", "PASSWORD_GUESSABLE"),
        (&"long ".repeat(52), "PASSWORD_TOO_LONG"),
    ] {
        let payload = reset(&server, &token, password).await;
        assert_eq!(user_errors(&payload), [code], "{password}");
        assert_eq!(payload["userErrors"][0]["field"], json!(["newPassword"]));
        assert_eq!(payload["accepted"], false);
    }
    assert!(bo.client.is_signed_in().await);
    assert_eq!(reset(&server, &token, NEW).await["accepted"], true);
}

async fn long_passwords_of_any_characters_are_accepted(server: Server) {
    let team = Team::first(&server).await;
    let long = format!("{} 🦀 пять\tвелосипедов", "lamp river 7 ".repeat(9));
    assert!(long.chars().count() > 128);
    let mut current = PASSWORD.to_owned();
    for password in [
        long.as_str(),
        "пять синих велосипедов",
        "Zo\u{eb} sings e\u{301}t\u{e9} songs",
    ] {
        let payload = change(&team.admin.client, &current, password).await;
        assert_eq!(payload["userErrors"], json!([]), "{password}");
        password.clone_into(&mut current);
        assert!(
            try_sign_in(&server, "ana@acme.example", password).await["sessionToken"].is_string()
        );
    }
    // Another Unicode form of the same characters is the same password.
    let payload = try_sign_in(
        &server,
        "ana@acme.example",
        "Zoe\u{308} sings \u{e9}te\u{301} songs",
    )
    .await;
    assert!(payload["sessionToken"].is_string());
}
