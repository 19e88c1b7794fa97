//! Accepting invitations: what a link does, and how long it is valid.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Person, Reply, Server, Team, sign_in, text, user_errors};
use chrono::Duration;
use entity::{link_token, membership, outbox, session};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tokenvue::doctor;

on_both_engines!(
    accepting_one_invitation_activates_all_pending_ones,
    invitees_choose_their_own_name,
    sign_up_requires_a_name_and_a_strong_password,
    an_invitation_link_works_once,
    truncated_or_altered_links_are_rejected,
    invitation_links_expire_after_a_week,
    opening_a_link_consumes_nothing,
    an_invitation_revoked_during_its_preview_is_revoked,
    a_link_never_changes_an_active_account,
    an_unverified_address_gives_no_access,
    accepting_gives_the_current_role_of_the_invitation,
    no_usable_token_is_stored,
);

/// Tries to accept an invitation. Returns the payload.
pub async fn accept(client: &Client, token: &str, password: Option<&str>) -> Value {
    let input = json!({ "token": token, "password": password, "transport": "BEARER" });
    let selection = "sessionToken memberships { role workspace { name } status name }";
    client.mutate("acceptInvitation", input, selection).await
}

/// Returns what the page of an invitation link shows.
pub async fn preview(server: &Server, token: &str) -> Value {
    let query = "query Q($token: String!) { invitationPreview(token: $token) {
        state message email firstName lastName inviterName expiresAt hasAccount
        placements { workspaceName role roleName } } }";
    let reply: Reply = server
        .anonymous()
        .run(query, json!({ "token": token }))
        .await;
    reply.data()["invitationPreview"].clone()
}

/// Creates a team with Bo invited. Returns it with the token of Bo's link.
async fn with_bo(server: &Server) -> (Team, String) {
    let team = Team::first(server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let token = server.mail_to("bo@acme.example").await.token();
    (team, token)
}

async fn accepting_one_invitation_activates_all_pending_ones(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    acme.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let first = server.mail_to("bo@acme.example").await.token();
    beta.invite("Bo@Acme.Example", "Robert", "SECURITY_AUDITOR")
        .await;
    let second = server.mail_to("Bo@Acme.Example").await.token();

    let payload = accept(&server.anonymous(), &first, Some(PASSWORD)).await;
    let mut entered: Vec<_> = payload["memberships"].as_array().unwrap().to_vec();
    entered.sort_by_key(|membership| text(&membership["workspace"]["name"]));
    let member = |workspace: &str, role: &str| json!({ "workspace": { "name": workspace }, "role": role, "status": "ACTIVE", "name": "Bo" });
    let acme_and_beta = [
        member("Acme", "GATEWAY_OPERATOR"),
        member("Beta", "SECURITY_AUDITOR"),
    ];
    assert_eq!(entered, acme_and_beta);
    assert_eq!(acme.summary().await, [2, 2, 0, 0]);
    assert_eq!(beta.summary().await, [2, 2, 0, 0]);

    let bo = Client::new(&server.url, Some(text(&payload["sessionToken"])));
    assert_eq!(
        user_errors(&accept(&bo, &second, None).await),
        ["TOKEN_USED"]
    );
    assert_eq!(preview(&server, &second).await["state"], "USED");
    let selection = "accessHistory(kind: ACCEPT_INVITATION) { nodes { actor subject } }";
    let entry = json!([{ "actor": "Bo <bo@acme.example>", "subject": "bo@acme.example" }]);
    for team in [acme, beta] {
        assert_eq!(team.read(selection).await["accessHistory"]["nodes"], entry);
    }
}

async fn invitees_choose_their_own_name(server: Server) {
    let (team, token) = with_bo(&server).await;
    let input = json!({
        "token": token, "firstName": " Bólla ", "lastName": "Þór", "password": PASSWORD,
        "transport": "BEARER",
    });
    let selection = "viewer { user { name email } activeWorkspace { name } } memberships { name }";
    let payload = server
        .anonymous()
        .mutate("acceptInvitation", input, selection)
        .await;
    let user = json!({ "name": "Bólla Þór", "email": "bo@acme.example" });
    assert_eq!(payload["viewer"]["user"], user);
    assert_eq!(payload["viewer"]["activeWorkspace"]["name"], "Acme");
    assert_eq!(
        team.member_with("bo@acme.example").await["name"],
        "Bólla Þór"
    );
}

async fn sign_up_requires_a_name_and_a_strong_password(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "", "GATEWAY_OPERATOR").await;
    let token = server.mail_to("bo@acme.example").await.token();
    let long = "long ".repeat(60);
    for (first_name, password, code, field) in [
        ("Bo", Value::Null, "PASSWORD_REQUIRED", "password"),
        ("Bo", json!("plum kettle"), "PASSWORD_TOO_SHORT", "password"),
        ("Bo", json!(long), "PASSWORD_TOO_LONG", "password"),
        (
            "Bo",
            json!("password1234"),
            "PASSWORD_GUESSABLE",
            "password",
        ),
        (
            "Bo",
            json!("bo@acme.example"),
            "PASSWORD_GUESSABLE",
            "password",
        ),
        ("", json!(PASSWORD), "NAME_INVALID", "firstName"),
        ("B\no", json!(PASSWORD), "NAME_INVALID", "firstName"),
    ] {
        let input = json!({
            "token": token, "firstName": first_name, "password": password, "transport": "BEARER",
        });
        let anonymous = server.anonymous();
        let payload = anonymous
            .mutate("acceptInvitation", input, "sessionToken")
            .await;
        assert_eq!(user_errors(&payload), [code]);
        assert_eq!(payload["userErrors"][0]["field"], json!([field]));
        assert_eq!(payload["sessionToken"], Value::Null);
    }
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
    assert_eq!(preview(&server, &token).await["state"], "VALID");
}

async fn an_invitation_link_works_once(server: Server) {
    let (team, token) = with_bo(&server).await;
    // Opening a mail twice in the local mailbox creates two links. Both end together.
    let second = server.mail_to("bo@acme.example").await.token();
    assert_ne!(token, second);
    team.accept("bo@acme.example", &token).await;
    for token in [&token, &second] {
        let payload = accept(
            &server.anonymous(),
            token,
            Some("another lamp under rivers"),
        )
        .await;
        assert_eq!(user_errors(&payload), ["TOKEN_USED"]);
        assert_eq!(preview(&server, token).await["state"], "USED");
        let anonymous = server.anonymous();
        let input = json!({ "token": token });
        let payload = anonymous
            .mutate("declineInvitation", input, "invitation { id }")
            .await;
        assert_eq!(user_errors(&payload), ["TOKEN_USED"]);
    }
    sign_in(&server, "bo@acme.example").await;
    assert_eq!(team.summary().await, [2, 2, 0, 0]);
}

async fn truncated_or_altered_links_are_rejected(server: Server) {
    let (team, token) = with_bo(&server).await;
    let bo = team.member("Cy", "GATEWAY_OPERATOR").await;
    let input = json!({ "membershipId": bo.membership_id });
    team.act("sendPasswordReset", input).await;
    let reset = server.mail_to(&bo.email).await.token();

    let altered = format!(
        "{}{}",
        if token.starts_with('A') { "B" } else { "A" },
        &token[1..]
    );
    let anonymous = server.anonymous();
    let doubled = token.repeat(2);
    for wrong in [
        &token[..token.len() - 1],
        &altered,
        &doubled,
        &reset,
        "",
        "\0",
        "ünicode",
    ] {
        let payload = accept(&anonymous, wrong, Some(PASSWORD)).await;
        assert_eq!(user_errors(&payload), ["TOKEN_UNKNOWN"], "{wrong}");
        let input = json!({ "token": wrong });
        for (mutation, selection) in [
            ("declineInvitation", "invitation { id }"),
            ("requestNewInvitation", "accepted"),
        ] {
            let payload = anonymous.mutate(mutation, input.clone(), selection).await;
            assert_eq!(user_errors(&payload), ["TOKEN_UNKNOWN"], "{wrong}");
        }
        let shown = preview(&server, wrong).await;
        assert_eq!(
            (&shown["state"], &shown["email"]),
            (&json!("UNKNOWN"), &Value::Null)
        );
    }
    team.accept("bo@acme.example", &token).await;
}

async fn invitation_links_expire_after_a_week(server: Server) {
    let (team, token) = with_bo(&server).await;
    server.advance(Duration::days(7) - Duration::minutes(5));
    let shown = preview(&server, &token).await;
    assert_eq!(shown["state"], "VALID");
    assert_eq!(shown["inviterName"], "Ana Admin");
    let placement = json!([{
        "workspaceName": "Acme", "role": "GATEWAY_OPERATOR", "roleName": "Gateway Operator",
    }]);
    assert_eq!(shown["placements"], placement);

    server.advance(Duration::minutes(5));
    let shown = preview(&server, &token).await;
    assert_eq!(
        (&shown["state"], &shown["email"]),
        (&json!("EXPIRED"), &json!("bo@acme.example"))
    );
    let anonymous = server.anonymous();
    let payload = accept(&anonymous, &token, Some(PASSWORD)).await;
    assert_eq!(user_errors(&payload), ["TOKEN_EXPIRED"]);
    let input = json!({ "token": token });
    let payload = anonymous
        .mutate("declineInvitation", input, "invitation { id }")
        .await;
    assert_eq!(user_errors(&payload), ["TOKEN_EXPIRED"]);
    assert_eq!(team.later().await.summary().await, [2, 1, 1, 1]);
}

async fn opening_a_link_consumes_nothing(server: Server) {
    let (team, token) = with_bo(&server).await;
    let http = reqwest::Client::new();
    let link = format!("{}/accept-invitation#token={token}", server.url);
    let mail = server.mail_to("bo@acme.example").await;
    assert!(
        mail.text()
            .contains(&format!("{}/accept-invitation#token=", server.url))
    );
    for request in [http.get(&link), http.head(&link)] {
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    for _ in 0..3 {
        assert_eq!(preview(&server, &token).await["state"], "VALID");
    }
    team.accept("bo@acme.example", &token).await;
}

/// Creates a person who has an account in one workspace, and in another an invitation that expired
/// and was resent.
async fn account_with_open_invitation(acme: &Team, beta: &Team) -> (Person, String) {
    let server = &acme.server;
    beta.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    server.advance(Duration::days(8));
    let (acme, beta) = (acme.later().await, beta.later().await);
    let bo = acme.member("Bo", "GATEWAY_OPERATOR").await;
    assert_eq!(beta.summary().await, [2, 1, 1, 1]);
    let member = beta.member_with(&bo.email).await;
    let input = json!({ "invitationId": member["invitation"]["id"] });
    let payload = beta.act("resendInvitation", input).await;
    assert_eq!(payload["userErrors"], json!([]));
    let token = server.mail_to(&bo.email).await.token();
    (bo, token)
}

async fn an_invitation_revoked_during_its_preview_is_revoked(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let bo = json!([{ "email": "bo@acme.example", "role": "GATEWAY_OPERATOR" }]);
    acme.invite_to(bo, &[&acme, &beta]).await;
    let token = server.mail_to("bo@acme.example").await.token();
    // The second statement finds no membership if the invitation is revoked between the two
    // statements.
    let db = &server.app.db.maintenance();
    let waiting =
        membership::Entity::find().filter(membership::Column::Email.eq("bo@acme.example"));
    let mut waiting = waiting.all(db).await.unwrap();
    while let Some(gone) = waiting.pop() {
        let gone = membership::Entity::delete_many()
            .filter(membership::Column::WorkspaceId.eq(gone.workspace_id))
            .filter(membership::Column::UserId.eq(gone.user_id));
        gone.exec(db).await.unwrap();
        let seen = preview(&server, &token).await;
        assert_eq!(seen["placements"].as_array().unwrap().len(), waiting.len());
        let (state, email) = match waiting.is_empty() {
            true => ("REVOKED", json!(null)),
            false => ("VALID", json!("bo@acme.example")),
        };
        assert_eq!((&seen["state"], &seen["email"]), (&json!(state), &email));
        assert_eq!(seen["message"].is_null(), state == "VALID");
    }
    doctor::examine(&server.app, true).await.unwrap();
}

async fn a_link_never_changes_an_active_account(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let (bo, token) = account_with_open_invitation(&acme, &beta).await;
    let shown = preview(&server, &token).await;
    assert_eq!(
        (&shown["state"], &shown["hasAccount"]),
        (&json!("VALID"), &json!(true))
    );

    let cy = acme.later().await.member("Cy", "GATEWAY_OPERATOR").await;
    for client in [server.anonymous(), cy.client] {
        for password in [Some("another lamp under rivers"), None] {
            let payload = accept(&client, &token, password).await;
            assert_eq!(user_errors(&payload), ["ACCOUNT_EXISTS"]);
            assert_eq!(payload["sessionToken"], Value::Null);
        }
    }
    let payload = accept(&bo.client, &token, Some("another lamp under rivers")).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["sessionToken"], Value::Null);
    assert_eq!(payload["memberships"][0]["workspace"]["name"], "Beta");
    assert_eq!(beta.later().await.summary().await, [2, 2, 0, 0]);
    sign_in(&server, &bo.email).await;
}

async fn an_unverified_address_gives_no_access(server: Server) {
    let (_team, _) = with_bo(&server).await;
    let input = json!({ "email": "bo@acme.example", "password": "", "transport": "BEARER" });
    let anonymous = server.anonymous();
    let payload = anonymous.mutate("signIn", input, "sessionToken").await;
    assert_eq!(user_errors(&payload), ["CREDENTIALS_INVALID"]);
    let input = json!({ "email": "bo@acme.example" });
    let payload = anonymous
        .mutate("requestPasswordReset", input, "accepted")
        .await;
    assert_eq!(payload["accepted"], true);
    server.quiet().await;
    assert_eq!(server.mails_to("bo@acme.example").await.len(), 1);
}

async fn accepting_gives_the_current_role_of_the_invitation(server: Server) {
    let (team, token) = with_bo(&server).await;
    let member = team.member_with("bo@acme.example").await;
    team.change_role(&text(&member["id"]), "SECURITY_AUDITOR")
        .await;
    assert_eq!(
        preview(&server, &token).await["placements"][0]["role"],
        "SECURITY_AUDITOR"
    );
    let payload = accept(&server.anonymous(), &token, Some(PASSWORD)).await;
    assert_eq!(payload["memberships"][0]["role"], "SECURITY_AUDITOR");
}

async fn no_usable_token_is_stored(server: Server) {
    let (team, token) = with_bo(&server).await;
    assert!(token.len() >= 43, "256 bits in base64url: {token}");
    let bo = team.accept("bo@acme.example", &token).await;
    let secrets = [token.as_str(), bo.client.token()];
    let db = &server.app.db;
    let mails = outbox::Entity::find().all(db).await.unwrap();
    let links = link_token::Entity::find().all(db).await.unwrap();
    let sessions = session::Entity::find().all(db).await.unwrap();
    let stored = format!("{mails:?} {links:?} {sessions:?}");
    for secret in secrets {
        assert!(!stored.contains(secret));
        assert!(!stored.contains(&format!("{:?}", secret.as_bytes())));
    }
}
