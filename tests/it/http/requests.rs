//! GraphQL over HTTP.

use crate::on_sqlite;
use crate::support::wire::{self, COOKIE, bare_post, get, post};
use crate::support::{Server, Team};
use serde_json::json;

const GRAPHQL: &str = "application/graphql-response+json";
const VIEWER: &str = "{ viewer { user { firstName } } }";
const RENAME: &str = r#"mutation {
    updateProfile(input: { firstName: "Eve", lastName: "Evil" }) { userErrors { code } } }"#;

on_sqlite!(
    only_json_runs,
    large_bodies_are_rejected,
    malformed_requests_are_rejected,
    the_status_depends_on_the_media_type,
    headers_are_parsed_as_the_standard_allows,
    get_is_for_queries_only,
    sessions_use_a_cookie,
    the_bearer_token_takes_precedence_over_the_cookie,
    slow_operations_time_out,
    a_panic_affects_one_operation_only,
    every_response_has_security_headers,
);

async fn only_json_runs(server: Server) {
    let team = Team::first(&server).await;
    let rename = || {
        let body = json!({ "query": RENAME }).to_string();
        let request = bare_post(&server).bearer_auth(team.admin.client.token());
        request.body(body)
    };
    let name = async || {
        let data = team.admin.client.get(VIEWER).await;
        data["viewer"]["user"]["firstName"].clone()
    };
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "",
        "text/plain; application/json",
    ] {
        let answer = wire::send(rename().header("content-type", content_type)).await;
        assert_eq!(answer.outcome(), (415, "BAD_INPUT"), "{content_type}");
    }
    assert_eq!(wire::send(rename()).await.outcome(), (415, "BAD_INPUT"));
    assert_eq!(name().await, "Ana");
    for content_type in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
    ] {
        let answer = wire::send(rename().header("content-type", content_type)).await;
        assert_eq!(answer.outcome(), (200, ""), "{content_type}");
    }
    assert_eq!(name().await, "Eve");
}

async fn every_response_has_security_headers(server: Server) {
    let https = server
        .replica(&["--public-url", "https://tv.example"])
        .await;
    for (server, strict) in [(&server, None), (&https.server, Some("max-age=31536000"))] {
        for path in [
            "/livez",
            "/readyz",
            "/metrics",
            "/mailbox",
            "/graphql",
            "/graphql?query={__typename}",
            "/schema.graphql",
            "/nowhere",
            "/w/acme/team",
        ] {
            let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
            let header = |name| {
                let value = answer.headers().get(name);
                value.map(|value| value.to_str().unwrap())
            };
            let policy = header("content-security-policy").unwrap_or_default();
            assert!(
                policy.starts_with("default-src 'none';"),
                "{path}: {policy}"
            );
            assert!(
                policy.contains("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            assert_eq!(header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(header("strict-transport-security"), strict, "{path}");
        }
    }
    https.stop().await;
}

async fn large_bodies_are_rejected(server: Server) {
    let body = |spaces| format!("{{\"query\":\"{VIEWER}\"{}}}", " ".repeat(spaces));
    let answer = wire::send(post(&server).body(body(256 * 1024))).await;
    assert_eq!(answer.outcome(), (413, "BAD_INPUT"));
    let answer = wire::send(post(&server).body(body(255 * 1024))).await;
    assert_eq!(answer.outcome(), (200, ""));
}

async fn malformed_requests_are_rejected(server: Server) {
    for body in [
        "",
        "{",
        "null",
        "[]",
        "[{\"query\":\"{ __typename }\"}]",
        " [\"{ __typename }\"]",
        "{}",
        "{\"query\":1}",
        "{\"query\":null}",
        "{\"query\":\"{ __typename }\",\"variables\":[]}",
        "{\"query\":\"{ __typename }\",\"variables\":\"{}\"}",
        "{\"query\":\"{ __typename }\",\"operationName\":1}",
        "{\"query\":\"{ __typename }\",\"extensions\":[]}",
        "\u{0}",
    ] {
        for accept in ["application/json", GRAPHQL] {
            let answer = wire::send(post(&server).header("accept", accept).body(body)).await;
            assert_eq!(answer.outcome(), (400, "BAD_INPUT"), "{body}");
            assert!(answer.json.get("data").is_none());
        }
    }
    let body = "{\"query\":\"{ viewer { user { name } } }\",\"variables\":null,\
        \"operationName\":null,\"extensions\":null,\"more\":1}";
    let answer = wire::send(post(&server).body(body)).await;
    assert_eq!(answer.json, json!({ "data": { "viewer": null } }));
}

async fn the_status_depends_on_the_media_type(server: Server) {
    for (query, refused) in [
        (VIEWER, false),
        // One field fails: a visitor has no workspace.
        ("{ workspace { name } }", false),
        ("{", true),
        ("{ nothing }", true),
        ("query($id: ID!) { node(id: $id) { id } }", true),
        ("{ ...A } fragment A on Query { ...A }", true),
    ] {
        let graphql_status = if refused { 400 } else { 200 };
        for (accept, status) in [("application/json", 200), (GRAPHQL, graphql_status)] {
            let request = post(&server).header("accept", accept);
            let response = request.json(&json!({ "query": query })).send().await;
            let response = response.unwrap();
            assert_eq!(response.status(), status, "{query} {accept}");
            let content_type = format!("{accept}; charset=utf-8");
            assert_eq!(response.headers()["content-type"], content_type.as_str());
            assert_eq!(response.headers()["cache-control"], "no-store");
        }
    }
    let request = post(&server).header("accept", "text/html");
    let answer = wire::send(request.json(&json!({ "query": VIEWER }))).await;
    assert_eq!(answer.outcome(), (406, "BAD_INPUT"));
}

async fn get_is_for_queries_only(server: Server) {
    let query = "query A($id: ID!) { node(id: $id) { id } } query B { roles { name } }";
    let parameters = [
        ("query", query),
        ("operationName", "A"),
        ("variables", "{\"id\": \"none\"}"),
    ];
    let answer = wire::send(get(&server, &parameters)).await;
    assert_eq!(answer.json, json!({ "data": { "node": null } }));
    let mixed = format!(
        "query A {VIEWER} {}",
        RENAME.replacen("mutation", "mutation B", 1)
    );
    for (parameters, status) in [
        (vec![], 400),
        (vec![("query", VIEWER), ("variables", "[")], 400),
        (vec![("query", VIEWER), ("variables", "[]")], 400),
        (vec![("query", RENAME)], 405),
        (vec![("query", mixed.as_str()), ("operationName", "B")], 405),
        (vec![("query", "subscription { teamChanged }")], 405),
    ] {
        let answer = wire::send(get(&server, &parameters)).await;
        assert_eq!(answer.outcome(), (status, "BAD_INPUT"), "{parameters:?}");
    }
    let refused = get(&server, &[("query", RENAME)]).send().await.unwrap();
    assert_eq!(refused.headers()["allow"], "POST");
    let put = reqwest::Client::new().put(format!("{}/graphql", server.url));
    let refused = put.send().await.unwrap();
    assert_eq!(refused.status(), 405);
    assert_eq!(refused.headers()["allow"], "GET, POST");
}

async fn sessions_use_a_cookie(server: Server) {
    let team = Team::first(&server).await;
    let sign_in = format!(
        r#"mutation {{ signIn(input: {{ email: "{}", password: "{}" }})
            {{ sessionToken viewer {{ user {{ name }} }} }} }}"#,
        team.admin.email,
        crate::support::people::PASSWORD
    );
    let request = post(&server).json(&json!({ "query": sign_in }));
    let response = request.send().await.unwrap();
    let header = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["data"]["signIn"]["sessionToken"], json!(null));
    assert_eq!(
        body["data"]["signIn"]["viewer"]["user"]["name"],
        "Ana Admin"
    );
    let (cookie, attributes) = header.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"
    );

    let with_cookie = |query: &str| {
        let request = post(&server).header("cookie", cookie);
        request.json(&json!({ "query": query }))
    };
    let answer = wire::send(with_cookie(VIEWER)).await;
    assert_eq!(answer.json["data"]["viewer"]["user"]["firstName"], "Ana");
    let sign_out = with_cookie("mutation { signOut(input: {}) { accepted } }");
    let response = sign_out.send().await.unwrap();
    let cleared = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cleared.starts_with(&format!("{COOKIE}=;")), "{cleared}");
    assert!(cleared.ends_with("Max-Age=0"), "{cleared}");
    let answer = wire::send(with_cookie(VIEWER)).await;
    assert_eq!(answer.json["data"]["viewer"], json!(null));
}

async fn the_bearer_token_takes_precedence_over_the_cookie(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "SECURITY_AUDITOR").await;
    let cookie = format!("a=b; {COOKIE}={}", team.admin.client.token());
    let bearer = format!("bearer {}", bo.client.token());
    let name = async |headers: &[(&str, &str)]| {
        let request = post(&server).json(&json!({ "query": VIEWER }));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let viewer = wire::send(request).await.json["data"]["viewer"].clone();
        viewer["user"]["firstName"].clone()
    };
    assert_eq!(name(&[]).await, json!(null));
    assert_eq!(name(&[("cookie", &cookie)]).await, "Ana");
    assert_eq!(name(&[("authorization", &bearer)]).await, "Bo");
    let both = [("cookie", cookie.as_str()), ("authorization", &bearer)];
    assert_eq!(name(&both).await, "Bo");
    assert_eq!(name(&[("authorization", "Basic t1")]).await, json!(null));
    let forged = format!("Bearer {}", "A".repeat(43));
    assert_eq!(name(&[("authorization", &forged)]).await, json!(null));
}

async fn slow_operations_time_out(server: Server) {
    let team = Team::first(&server).await;
    let replica = server.replica(&["--request-timeout", "200ms"]).await;
    let admin = team.admin.client.at(&replica.server.url);
    let stalled = replica.server.stall().await;
    let body = json!({ "query": RENAME }).to_string();
    let (status, answer) = admin.post(body).await;
    // Browsers automatically repeat requests that are answered with 408.
    assert_eq!(status, 503);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    drop(stalled);
    let data = admin.get(VIEWER).await;
    assert_eq!(data["viewer"]["user"]["firstName"], "Ana");
    replica.stop().await;
}

async fn a_panic_affects_one_operation_only(server: Server) {
    let team = Team::first(&server).await;
    let client = &team.admin.client;
    server.statements.panic_at(Some("UPDATE \"users\""));
    let (status, answer) = client.post(json!({ "query": RENAME }).to_string()).await;
    assert_eq!(status, 500);
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "INTERNAL");
    assert!(!extensions["requestId"].as_str().unwrap().is_empty());
    server.statements.panic_at(None);
    let (status, answer) = client.post(json!({ "query": RENAME }).to_string()).await;
    assert_eq!((status, &answer["errors"]), (200, &json!(null)));
}

async fn headers_are_parsed_as_the_standard_allows(server: Server) {
    for (accept, status) in [
        ("application/json;", 200),
        ("application/json; ;", 200),
        ("text/html;level=\"1, 2\", application/json;q=0.5;", 200),
        ("text/html;, application/json;q=0", 406),
        ("", 200),
    ] {
        let request = post(&server).header("accept", accept);
        let answer = wire::send(request.json(&json!({ "query": VIEWER }))).await;
        assert_eq!(answer.status, status, "{accept}");
    }
    for content_type in [
        "application/json;",
        "application/json; x=\"; charset=latin1\"",
    ] {
        let request = bare_post(&server).header("content-type", content_type);
        let answer = wire::send(request.body(json!({ "query": VIEWER }).to_string())).await;
        assert_eq!(answer.outcome(), (200, ""), "{content_type}");
    }
}
