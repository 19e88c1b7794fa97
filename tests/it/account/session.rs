//! Sessions: signing in and out, expiry, and ending other sessions.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Server, Team, eventually, sign_in, text, time};
use chrono::Duration;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

on_both_engines!(
    a_browser_signs_in_with_a_cookie_that_scripts_cannot_read,
    the_cookie_is_secure_over_https,
    signing_in_ends_the_session_of_the_replaced_cookie,
    sign_ins_show_a_network_address_to_a_users_only_workspace,
    other_clients_sign_in_with_a_token,
    all_wrong_credentials_get_the_same_response,
    idle_sessions_end,
    sessions_end_at_their_absolute_lifetime,
    sessions_are_listed_and_revoked,
    signing_out_ends_the_session,
    an_unknown_token_counts_as_signed_out,
    accepting_with_a_cookie_signs_the_browser_in,
    a_session_switches_its_active_workspace,
);

/// Sends a request as a browser. Returns its cookies and its response.
async fn browse(
    url: &str,
    cookie: Option<&str>,
    query: &str,
    variables: Value,
) -> (Vec<String>, Value) {
    let mut request = reqwest::Client::new().post(format!("{url}/graphql"));
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let body = json!({ "query": query, "variables": variables });
    let response = request.json(&body).send().await.unwrap();
    let cookies = response.headers().get_all(SET_COOKIE).iter();
    let cookies = cookies
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    (cookies, response.json().await.unwrap())
}

const SIGN_IN: &str = "mutation M($input: SignInInput!) {
    signIn(input: $input) { sessionToken viewer { user { email } } userErrors { code } } }";
const WHO: &str = "{ viewer { user { email } } }";

fn credentials(email: &str, password: &str) -> Value {
    json!({ "input": { "email": email, "password": password } })
}

/// Splits a cookie into `name=value` and its sorted attributes.
fn parts(cookie: &str) -> (String, Vec<String>) {
    let mut parts = cookie.split("; ").map(str::to_owned);
    let pair = parts.next().unwrap();
    let mut attributes: Vec<_> = parts.collect();
    attributes.sort();
    (pair, attributes)
}

async fn a_browser_signs_in_with_a_cookie_that_scripts_cannot_read(server: Server) {
    Team::first(&server).await;
    let credentials = credentials("Ana@ACME.example", PASSWORD);
    let (cookies, answer) = browse(&server.url, None, SIGN_IN, credentials).await;
    let payload = &answer["data"]["signIn"];
    assert_eq!(payload["sessionToken"], Value::Null);
    assert_eq!(payload["viewer"]["user"]["email"], "ana@acme.example");
    let [cookie, device] = cookies.as_slice() else {
        panic!("{cookies:?}")
    };
    let (pair, attributes) = parts(device);
    assert!(pair.starts_with("tokenvue_device="), "{pair}");
    assert_eq!(
        attributes,
        ["HttpOnly", "Max-Age=15552000", "Path=/", "SameSite=Lax"]
    );
    let (pair, attributes) = parts(cookie);
    assert!(pair.starts_with("tokenvue_session="), "{pair}");
    assert_eq!(
        attributes,
        ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]
    );

    let (cookies, answer) = browse(&server.url, Some(&pair), WHO, json!({})).await;
    assert_eq!(
        answer["data"]["viewer"]["user"]["email"],
        "ana@acme.example"
    );
    assert!(cookies.is_empty());
    let sign_out = "mutation { signOut(input: {}) { accepted } }";
    let (cookies, answer) = browse(&server.url, Some(&pair), sign_out, json!({})).await;
    assert_eq!(answer["data"]["signOut"]["accepted"], true);
    let (emptied, attributes) = parts(&cookies[0]);
    assert_eq!(emptied, "tokenvue_session=");
    assert!(attributes.contains(&"Max-Age=0".to_owned()));
    let (_, answer) = browse(&server.url, Some(&pair), WHO, json!({})).await;
    assert_eq!(answer["data"]["viewer"], Value::Null);
}

async fn the_cookie_is_secure_over_https(server: Server) {
    Team::first(&server).await;
    let flags = ["--public-url", "https://tv.example"];
    let replica = server.replica(&flags).await;
    let credentials = credentials("ana@acme.example", PASSWORD);
    let (cookies, _) = browse(&replica.server.url, None, SIGN_IN, credentials).await;
    let (pair, attributes) = parts(&cookies[0]);
    assert!(pair.starts_with("__Host-tokenvue_session="), "{pair}");
    let expected = [
        "HttpOnly",
        "Max-Age=2592000",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    ];
    assert_eq!(attributes, expected);
    replica.stop().await;
}

async fn signing_in_ends_the_session_of_the_replaced_cookie(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let sign_in = async |cookie: Option<&str>, email: &str, transport: &str| {
        let mut variables = credentials(email, PASSWORD);
        variables["input"]["transport"] = json!(transport);
        let (cookies, answer) = browse(&server.url, cookie, SIGN_IN, variables).await;
        assert_eq!(answer["data"]["signIn"]["userErrors"], json!([]));
        cookies.first().map(|cookie| parts(cookie).0)
    };
    let who = async |cookie: &str| {
        let (_, answer) = browse(&server.url, Some(cookie), WHO, json!({})).await;
        answer["data"]["viewer"]["user"]["email"].clone()
    };
    let first = sign_in(None, "ana@acme.example", "COOKIE").await.unwrap();
    let elsewhere = sign_in(None, "ana@acme.example", "COOKIE").await.unwrap();
    assert_eq!(
        sign_in(Some(&first), &bo.email, "BEARER").await,
        None,
        "the cookie stays"
    );
    assert_eq!(who(&first).await, "ana@acme.example");
    let second = sign_in(Some(&first), &bo.email, "COOKIE").await.unwrap();
    assert_eq!(who(&first).await, Value::Null);
    assert_eq!(who(&second).await, bo.email);
    let third = sign_in(Some(&second), &bo.email, "COOKIE").await.unwrap();
    assert_eq!(who(&second).await, Value::Null);
    assert_eq!(who(&third).await, bo.email);
    assert_eq!(who(&elsewhere).await, "ana@acme.example");
    assert!(bo.client.is_signed_in().await);
}

async fn sign_ins_show_a_network_address_to_a_users_only_workspace(server: Server) {
    let acme = Team::first(&server).await;
    let selection = "accessHistory(kind: SIGN_IN, first: 1) { nodes { address } }";
    let address = async |team: &Team| {
        let history = team.read(selection).await;
        history["accessHistory"]["nodes"][0]["address"].clone()
    };
    sign_in(&server, "ana@acme.example").await;
    assert_eq!(address(&acme).await, "127.0.0.1");
    let beta = acme.another("Beta").await;
    sign_in(&server, "ana@acme.example").await;
    assert_eq!(address(&acme).await, Value::Null);
    assert_eq!(address(&beta).await, Value::Null);
}

async fn other_clients_sign_in_with_a_token(server: Server) {
    Team::first(&server).await;
    let mut credentials = credentials("ana@acme.example", PASSWORD);
    credentials["input"]["transport"] = json!("BEARER");
    let (cookies, answer) = browse(&server.url, None, SIGN_IN, credentials).await;
    assert!(cookies.is_empty());
    let token = text(&answer["data"]["signIn"]["sessionToken"]);
    assert!(token.len() >= 43, "256 bits in base64url");
    assert!(Client::new(&server.url, Some(token)).is_signed_in().await);
}

async fn all_wrong_credentials_get_the_same_response(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ana@acme.example", "plum kettle orbit sundia"),
        ("ana@acme.example", ""),
        ("nobody@acme.example", PASSWORD),
        ("bo@acme.example", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ] {
        let variables = credentials(email, password);
        let (cookies, answer) = browse(&server.url, None, SIGN_IN, variables).await;
        assert!(cookies.is_empty());
        answers.push(answer);
    }
    assert_eq!(
        answers[0]["data"]["signIn"]["userErrors"],
        json!([{ "code": "CREDENTIALS_INVALID" }])
    );
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );
}

/// Uses a session and waits until the use is recorded.
async fn use_session(client: &Client, server: &Server) {
    let now = server.app.now();
    eventually("the recorded use of a session", || async {
        let data = client.get("{ viewer { session { lastUsedAt } } }").await;
        (time(&data["viewer"]["session"]["lastUsedAt"]) >= now).then_some(())
    })
    .await;
}

async fn idle_sessions_end(server: Server) {
    let team = Team::first(&server).await;
    let ana = &team.admin.client;
    server.advance(Duration::days(6));
    use_session(ana, &server).await;
    server.advance(Duration::days(6));
    assert!(ana.is_signed_in().await);
    server.quiet().await;
    server.advance(Duration::days(7));
    assert!(!ana.is_signed_in().await);
    let reply = ana.run("{ workspace { name } }", json!({})).await;
    assert_eq!(reply.codes(), ["UNAUTHENTICATED"]);
}

async fn sessions_end_at_their_absolute_lifetime(server: Server) {
    let team = Team::first(&server).await;
    let ana = &team.admin.client;
    let data = ana
        .get("{ viewer { session { createdAt expiresAt } } }")
        .await;
    let session = &data["viewer"]["session"];
    let lifetime = time(&session["expiresAt"]) - time(&session["createdAt"]);
    assert_eq!(lifetime, Duration::days(30));
    for _ in 0..5 {
        server.advance(Duration::days(6) - Duration::minutes(1));
        use_session(ana, &server).await;
    }
    assert!(ana.is_signed_in().await);
    server.advance(time(&session["expiresAt"]) - server.app.now());
    assert!(!ana.is_signed_in().await);
}

async fn sessions_are_listed_and_revoked(server: Server) {
    let team = Team::first(&server).await;
    let other = sign_in(&server, "ana@acme.example").await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let ana = &team.admin.client;
    let query = "{ viewer { sessions { totalCount nodes { id isCurrent address userAgent } } } }";
    let listed = ana.get(query).await["viewer"]["sessions"].clone();
    assert_eq!(listed["totalCount"], 2);
    let nodes = listed["nodes"].as_array().unwrap();
    assert_eq!(
        (&nodes[0]["isCurrent"], &nodes[1]["isCurrent"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(nodes[0]["address"], "127.0.0.1");

    // Other users cannot end it.
    let input = json!({ "sessionId": nodes[0]["id"] });
    let reply = bo
        .client
        .try_mutate("revokeSession", input.clone(), "accepted")
        .await;
    assert_eq!(reply.codes(), ["NOT_FOUND"]);
    assert!(other.is_signed_in().await);
    let payload = ana.mutate("revokeSession", input.clone(), "accepted").await;
    assert_eq!(payload["accepted"], true);
    assert!(!other.is_signed_in().await);
    assert!(ana.is_signed_in().await);
    let reply = ana.try_mutate("revokeSession", input, "accepted").await;
    assert_eq!(reply.codes(), ["NOT_FOUND"]);
    assert_eq!(ana.get(query).await["viewer"]["sessions"]["totalCount"], 1);
}

async fn signing_out_ends_the_session(server: Server) {
    let team = Team::first(&server).await;
    let other = sign_in(&server, "ana@acme.example").await;
    let ana = &team.admin.client;
    let payload = ana.mutate("signOut", json!({}), "accepted").await;
    assert_eq!(payload["accepted"], true);
    assert!(!ana.is_signed_in().await);
    assert!(other.is_signed_in().await);
    let reply = ana.try_mutate("signOut", json!({}), "accepted").await;
    assert_eq!(reply.codes(), ["UNAUTHENTICATED"]);
}

async fn an_unknown_token_counts_as_signed_out(server: Server) {
    let team = Team::first(&server).await;
    let token = team.admin.client.token();
    for wrong in [
        &token[..token.len() - 1],
        &format!("{token}A"),
        &"A".repeat(43),
        "x",
    ] {
        assert!(
            !Client::new(&server.url, Some((*wrong).to_owned()))
                .is_signed_in()
                .await
        );
        let cookie = format!("tokenvue_session={wrong}");
        let (_, answer) = browse(&server.url, Some(&cookie), WHO, json!({})).await;
        assert_eq!(answer, json!({ "data": { "viewer": null } }));
    }
}

async fn accepting_with_a_cookie_signs_the_browser_in(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let token = server.mail_to("bo@acme.example").await.token();
    let query = "mutation M($input: AcceptInvitationInput!) {
        acceptInvitation(input: $input) { sessionToken viewer { user { email } } } }";
    let variables = json!({ "input": { "token": token, "password": PASSWORD } });
    let (cookies, answer) = browse(&server.url, None, query, variables).await;
    assert_eq!(
        answer["data"]["acceptInvitation"]["sessionToken"],
        Value::Null
    );
    let (pair, _) = parts(&cookies[0]);
    let (_, answer) = browse(&server.url, Some(&pair), WHO, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["user"]["email"], "bo@acme.example");
}

async fn a_session_switches_its_active_workspace(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let other = sign_in(&server, "ana@acme.example").await;
    let ana = &acme.admin.client;
    for (team, name) in [(&beta, "Beta"), (&acme, "Acme"), (&beta, "Beta")] {
        let input = json!({ "workspaceId": team.workspace_id });
        let selection = "viewer { activeWorkspace { name } }";
        let payload = ana.mutate("switchWorkspace", input, selection).await;
        assert_eq!(payload["viewer"]["activeWorkspace"]["name"], name);
        assert_eq!(
            ana.get("{ workspace { name } }").await["workspace"]["name"],
            name
        );
    }
    let data = other.get("{ workspace { name } }").await;
    assert_eq!(
        data["workspace"]["name"], "Acme",
        "each session has its own active workspace"
    );

    // When the active workspace is no longer accessible, another one becomes active.
    let bea = beta.member("Bea", "WORKSPACE_ADMIN").await;
    beta.by(&bea)
        .remove(&text(&beta.member_with("ana@acme.example").await["id"]))
        .await;
    assert_eq!(
        ana.get("{ workspace { name } }").await["workspace"]["name"],
        "Acme"
    );
    let input = json!({ "workspaceId": beta.workspace_id });
    let reply = ana
        .try_mutate("switchWorkspace", input, "viewer { user { id } }")
        .await;
    assert_eq!(reply.codes(), ["NOT_FOUND"]);
}
