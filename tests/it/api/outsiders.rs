//! What people without an account, former members, and pages with a victim's browser can learn and
//! do.

use crate::on_both_engines;
use crate::support::socket::Socket;
use crate::support::{PASSWORD, Server, Team, sign_in, text};
use serde_json::{Value, json};

on_both_engines!(
    responses_do_not_reveal_accounts,
    invited_users_can_only_accept,
    a_session_without_workspaces_has_no_permissions,
    only_members_find_a_workspace_by_its_slug,
    websockets_follow_role_and_session_changes,
    cross_site_requests_cannot_use_the_cookie,
);

async fn responses_do_not_reveal_accounts(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let anonymous = server.anonymous();
    let mut answers = Vec::new();
    for email in [
        team.admin.email.as_str(),
        "bo@acme.example",
        "nobody@acme.example",
        "nonsense",
        "",
    ] {
        let input = json!({ "email": email, "password": "wrong", "transport": "BEARER" });
        let sign_in = anonymous
            .try_mutate("signIn", input, "sessionToken viewer { user { id } }")
            .await;
        let input = json!({ "email": email });
        let reset = anonymous
            .try_mutate("requestPasswordReset", input, "accepted")
            .await;
        answers.push([sign_in.0, reset.0]);
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(
            answer[0]["data"]["signIn"]["userErrors"][0]["code"],
            "CREDENTIALS_INVALID"
        );
        assert_eq!(answer[1]["data"]["requestPasswordReset"]["accepted"], true);
    }
}

async fn invited_users_can_only_accept(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let anonymous = server.anonymous();
    anonymous
        .mutate(
            "requestPasswordReset",
            json!({ "email": "bo@acme.example" }),
            "accepted",
        )
        .await;
    server.quiet().await;
    assert_eq!(
        server.mails_to("bo@acme.example").await.len(),
        1,
        "only the invitation"
    );
    let membership = json!({ "m": team.admin.client.get("{ workspace { members(status: INVITED) { nodes { id } } } }")
        .await["workspace"]["members"]["nodes"][0]["id"] });
    let input = json!({ "membershipId": membership["m"] });
    let payload = team
        .admin
        .client
        .mutate("sendPasswordReset", input, "__typename")
        .await;
    assert_eq!(payload["userErrors"][0]["code"], "NOT_ACTIVE");
    for password in ["", PASSWORD] {
        let input =
            json!({ "email": "bo@acme.example", "password": password, "transport": "BEARER" });
        let payload = anonymous.mutate("signIn", input, "sessionToken").await;
        assert_eq!(payload["userErrors"][0]["code"], "CREDENTIALS_INVALID");
        assert_eq!(payload["sessionToken"], Value::Null);
    }
}

const RIGHTS: &str = "{ viewer { user { email } activeWorkspace { id } memberships { totalCount }
    permissions can(permission: TEAM_VIEW) { allowed } sessions { totalCount } } }";

async fn a_session_without_workspaces_has_no_permissions(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    let input = json!({ "membershipId": bo.membership_id });
    team.admin
        .client
        .mutate("removeMember", input, "removedMembershipId")
        .await;
    let viewer = bo.client.get(RIGHTS).await["viewer"].clone();
    assert_eq!(viewer["user"]["email"], bo.email);
    assert_eq!(viewer["activeWorkspace"], Value::Null);
    assert_eq!(viewer["memberships"]["totalCount"], 0);
    assert_eq!(viewer["permissions"], json!([]));
    assert_eq!(viewer["can"]["allowed"], false);
    for id in [Value::Null, json!(team.workspace_id)] {
        let query = "query Q($id: ID) { workspace(id: $id) { name } }";
        let reply = bo.client.run(query, json!({ "id": id })).await;
        assert_eq!(reply.codes(), ["NOT_FOUND"]);
    }
    for (mutation, input, code) in [
        (
            "inviteUsers",
            json!({ "invitees": [{ "email": "cy@acme.example", "role": "SECURITY_AUDITOR" }] }),
            "NOT_FOUND",
        ),
        (
            "removeMember",
            json!({ "membershipId": team.admin.membership_id }),
            "NOT_FOUND",
        ),
        (
            "switchWorkspace",
            json!({ "workspaceId": team.workspace_id }),
            "NOT_FOUND",
        ),
        (
            "leaveWorkspace",
            json!({ "workspaceId": team.workspace_id }),
            "NOT_FOUND",
        ),
        ("createWorkspace", json!({ "name": "Mine" }), "FORBIDDEN"),
    ] {
        let reply = bo.client.try_mutate(mutation, input, "__typename").await;
        assert_eq!(reply.codes(), [code], "{mutation}");
    }
    assert_eq!(
        sign_in(&server, &bo.email).await.get(RIGHTS).await["viewer"]["permissions"],
        json!([])
    );
}

async fn only_members_find_a_workspace_by_its_slug(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let other = team.another("Beta").await;
    let slug = text(&other.read("slug").await["slug"]);
    let query = "query Q($id: ID, $slug: String) { workspace(id: $id, slug: $slug) { id } }";
    let found = team.admin.client.run(query, json!({ "slug": slug })).await;
    assert_eq!(found.data()["workspace"]["id"], other.workspace_id);
    let unknown = bo
        .client
        .run(query, json!({ "slug": "no-such-slug" }))
        .await;
    let foreign = bo.client.run(query, json!({ "slug": slug })).await;
    assert_eq!(foreign.codes(), ["NOT_FOUND"]);
    assert_eq!(foreign.0["errors"], unknown.0["errors"]);
    for slug in ["", " ", &slug.to_uppercase()] {
        let reply = team.admin.client.run(query, json!({ "slug": slug })).await;
        assert_eq!(reply.codes(), ["NOT_FOUND"], "{slug}");
    }
    let both = json!({ "id": other.workspace_id, "slug": slug });
    let reply = team.admin.client.run(query, both).await;
    assert_eq!(reply.codes(), ["BAD_INPUT"]);
    assert_eq!(reply.0["errors"][0]["extensions"]["field"], "slug");
    let neither = team.admin.client.run(query, json!({})).await;
    assert_eq!(neither.codes(), [""; 0]);
}

async fn websockets_follow_role_and_session_changes(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    let mut socket = Socket::signed_in(&server, bo.client.token()).await;
    let list = "{ workspace { invitations { totalCount } } }";
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    assert_eq!(socket.answer(list, json!({})).await["errors"], Value::Null);

    let input = json!({ "membershipId": bo.membership_id, "role": "GATEWAY_OPERATOR" });
    team.admin
        .client
        .mutate("changeRole", input, "__typename")
        .await;
    assert_eq!(code(&socket.answer(list, json!({})).await), "FORBIDDEN");
    let input = json!({ "membershipId": bo.membership_id });
    team.admin
        .client
        .mutate("removeMember", input, "__typename")
        .await;
    assert_eq!(code(&socket.answer(list, json!({})).await), "NOT_FOUND");
    bo.client.mutate("signOut", json!({}), "accepted").await;
    assert_eq!(
        code(&socket.answer(list, json!({})).await),
        "UNAUTHENTICATED"
    );
}

async fn cross_site_requests_cannot_use_the_cookie(server: Server) {
    let team = Team::first(&server).await;
    let url = format!("{}/graphql", server.url);
    let browser = reqwest::Client::builder()
        .cookie_store(true)
        .build()
        .unwrap();
    let sign_in = json!({ "query": format!(
        "mutation {{ signIn(input: {{ email: \"{}\", password: \"{PASSWORD}\" }}) {{ sessionToken viewer {{ user {{ id }} }} }} }}",
        team.admin.email
    ) });
    // Requests that a form can send without a preflight are rejected unread.
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let request = browser.post(&url).header("content-type", kind);
        let response = request.body(sign_in.to_string()).send().await.unwrap();
        assert_eq!(response.status(), 415, "{kind}");
        assert!(!response.headers().contains_key("set-cookie"));
    }
    let response = browser
        .get(&url)
        .query(&[("query", sign_in["query"].as_str().unwrap())]);
    assert_eq!(response.send().await.unwrap().status(), 405);

    let answer: Value = browser
        .post(&url)
        .json(&sign_in)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["data"]["signIn"]["sessionToken"], Value::Null);
    let who = json!({ "query": "{ viewer { user { email } } }" });
    for (origin, allowed) in [
        (server.url.as_str(), true),
        ("https://evil.example", false),
        ("null", false),
        ("http://localhost:1", false),
    ] {
        let request = browser.post(&url).header("origin", origin).json(&who);
        let response = request.send().await.unwrap();
        let status = if allowed { 200 } else { 403 };
        assert_eq!(response.status(), status, "{origin}");
        let answer: Value = response.json().await.unwrap();
        let email = &answer["data"]["viewer"]["user"]["email"];
        assert_eq!(*email == team.admin.email, allowed, "{answer}");
    }
    let preflight = browser
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let response = preflight.send().await.unwrap();
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
    // A bearer token is never sent automatically, so it needs no origin check.
    let request = reqwest::Client::new()
        .post(&url)
        .bearer_auth(team.admin.client.token());
    let response = request
        .header("origin", "https://evil.example")
        .json(&who)
        .send()
        .await;
    assert_eq!(response.unwrap().status(), 200);
}
