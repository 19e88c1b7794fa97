//! Requests of anonymous clients that try to overload the server.

use crate::on_both_engines;
use crate::support::socket::Socket;
use crate::support::{Server, Team, sign_in};
use serde_json::{Value, json};
use tokio::task::JoinSet;

on_both_engines!(
    hostile_queries_are_rejected_on_every_transport,
    many_concurrent_sign_ins_get_a_response,
    an_operation_checks_one_password,
    unknown_methods_and_long_request_ids_are_not_recorded,
);

/// Texts whose processing would be expensive, with variables.
fn hostile() -> Vec<(&'static str, String, Value)> {
    let none = || json!({});
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}{}", open.repeat(depth), close.repeat(depth))
    };
    let mut bomb = String::from("{ viewer { ...f0 } }");
    for n in 0..15 {
        let next = n + 1;
        bomb += &format!(" fragment f{n} on Viewer {{ ...f{next} ...f{next} }}");
    }
    bomb += " fragment f15 on Viewer { user { id } }";
    let aliases: String = (0..200)
        .map(|n| format!("a{n}: roles {{ name }} "))
        .collect();
    let types: String = (0..8).map(|n| format!("a{n}: types {{ ...T }} ")).collect();
    let everything = "fragment T on __Type { name description enumValues { name description }
        inputFields { ...I } fields { name description type { ...R } args { ...I } } }
        fragment I on __InputValue { name description defaultValue type { ...R } }
        fragment R on __Type { kind name description ofType { kind name ofType { kind name } } }";
    let people = "members(first: 100) { nodes { workspace { ";
    let deep_value = (0..100).fold(json!("x"), |value, _| json!([value]));
    let many = json!({ "v": vec![1; 60_000] });
    let uses = "a: node(id: $v) { id } ".repeat(20);
    vec![
        ("selections", nested("{ viewer ", "}", 5_000), none()),
        (
            "lists",
            format!("{{ nodes(ids: {}) {{ id }} }}", nested("[", "]", 20_000)),
            none(),
        ),
        (
            "objects",
            format!(
                "{{ node(id: {}1{}) {{ id }} }}",
                "{a:".repeat(15_000),
                "}".repeat(15_000)
            ),
            none(),
        ),
        ("brackets", "{".repeat(60_000), none()),
        ("fragments", bomb, none()),
        (
            "cycle",
            "{ viewer { ...f } } fragment f on Viewer { ...f }".to_owned(),
            none(),
        ),
        ("aliases", format!("{{ {aliases} }}"), none()),
        (
            "directives",
            format!(
                "{{ roles {} {{ name }} }}",
                "@skip(if: false) ".repeat(2_000)
            ),
            none(),
        ),
        (
            "overlap",
            format!("{{ {} }}", "roles { name } ".repeat(10_000)),
            none(),
        ),
        (
            "rows",
            format!(
                "{{ workspace {{ {}id{} }} }}",
                people.repeat(3),
                "}}}".repeat(3)
            ),
            none(),
        ),
        (
            "introspection",
            format!(
                "{{ __schema {{ types {{ {}name{} }} }} }}",
                "fields { type { ".repeat(8),
                "} }".repeat(8)
            ),
            none(),
        ),
        (
            "types",
            format!("{{ __schema {{ {types} }} }} {everything}"),
            none(),
        ),
        ("variables", format!("query Q($v: ID!) {{ {uses} }}"), many),
        (
            "deep variable",
            "query Q($v: ID!) { node(id: $v) { id } }".to_owned(),
            json!({ "v": deep_value }),
        ),
        ("names", format!("{{ {} }}", "x".repeat(60_000)), none()),
        (
            "string",
            format!("{{ node(id: \"{}", "\\".repeat(60_000)),
            none(),
        ),
        (
            "spread variables",
            format!(
                "query Q({}) {{ roles {{ name }} }}",
                "$v: ID ".repeat(5_000)
            ),
            none(),
        ),
    ]
}

/// Asserts that a response is a rejection before any resolver.
fn assert_refused(name: &str, answer: &Value) {
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    let known = [Some("QUERY_TOO_COMPLEX"), Some("BAD_INPUT")].contains(&code);
    assert!(known, "{name}: {answer:.300}");
    assert!(answer["data"].is_null(), "{name}: {answer:.300}");
}

async fn hostile_queries_are_rejected_on_every_transport(server: Server) {
    let anonymous = server.anonymous();
    let (http, url) = (reqwest::Client::new(), format!("{}/graphql", server.url));
    let mut socket = Socket::ready(&server).await;
    for (name, query, variables) in hostile() {
        let body = json!({ "query": query, "variables": variables });
        let (status, answer) = anonymous.post(body.to_string()).await;
        assert!(status < 500, "{name}: {status}");
        assert_refused(name, &answer);
        assert_refused(name, &socket.answer(&query, variables.clone()).await);

        let parameters = [
            ("query", query.as_str()),
            ("variables", &variables.to_string()),
        ];
        let get = http.get(&url).query(&parameters).build();
        // Queries that are too long for a URL cannot be sent, or are rejected by HTTP itself.
        let Ok(get) = get else { continue };
        let response = match http.execute(get).await {
            Err(error) if error.is_builder() => continue,
            response => response.unwrap(),
        };
        match response.status().as_u16() {
            414 | 431 => {}
            status => {
                assert!(status < 500, "{name}: {status}");
                assert_refused(name, &response.json().await.unwrap());
            }
        }
    }
    let answer = socket.answer("{ roles { name } }", json!({})).await;
    assert_eq!(answer["data"]["roles"][0]["name"], "Workspace Admin");
}

async fn many_concurrent_sign_ins_get_a_response(server: Server) {
    let team = Team::first(&server).await;
    let mut trying = JoinSet::new();
    // Fewer than the mutations that may run at once, so that none is rejected for that.
    for n in 0..150 {
        let client = server.anonymous();
        let input = json!({ "email": format!("p{n}@acme.example"), "password": "x", "transport": "BEARER" });
        trying.spawn(async move { client.try_mutate("signIn", input, "sessionToken").await });
    }
    let replies = trying.join_all().await;
    let limited = replies
        .iter()
        .filter(|reply| reply.codes() == ["RATE_LIMITED"])
        .count();
    let answered = replies
        .iter()
        .filter(|reply| reply.codes().is_empty())
        .count();
    let other: Vec<_> = replies
        .iter()
        .map(|reply| reply.codes())
        .filter(|codes| !codes.is_empty() && codes != &["RATE_LIMITED"])
        .collect();
    assert!(other.is_empty(), "{other:?}");
    assert_eq!(limited + answered, 150);
    // An address may fail 50 times, and then once after each delay of 1, 2, 4 … seconds.
    assert!(answered <= 55, "{answered} tried, {limited} had to wait");
    server.advance(chrono::Duration::minutes(2));
    sign_in(&server, &team.admin.email).await;
}

/// Each check takes about 20 ms of CPU time.
async fn an_operation_checks_one_password(server: Server) {
    let team = Team::first(&server).await;
    let one = |n| {
        let input = format!("{{ email: \"p{n}@acme.example\", password: \"x\" }}");
        format!("a{n}: signIn(input: {input}) {{ userErrors {{ code }} }} ")
    };
    let query = format!("mutation {{ {} }}", (0..3).map(one).collect::<String>());
    let reply = server.anonymous().run(&query, json!({})).await;
    assert_eq!(reply.codes(), ["BAD_INPUT"; 2]);
    let first = &reply.0["data"]["a0"]["userErrors"][0]["code"];
    assert_eq!(first, "CREDENTIALS_INVALID");

    let change = "changePassword(input: { currentPassword: \"x\", newPassword: \"velvet anchor pumice\" }) { userErrors { code } }";
    let query = format!("mutation {{ a: {change} b: {change} }}");
    let reply = team.admin.client.run(&query, json!({})).await;
    assert_eq!(reply.codes(), ["BAD_INPUT"]);
}

async fn unknown_methods_and_long_request_ids_are_not_recorded(server: Server) {
    let http = reqwest::Client::new();
    for n in 0..20 {
        let method = reqwest::Method::from_bytes(format!("ODD{n}").as_bytes()).unwrap();
        let response = http
            .request(method, format!("{}/graphql", server.url))
            .send()
            .await;
        assert_eq!(response.unwrap().status(), 405);
    }
    let metrics = http
        .get(format!("{}/metrics", server.url))
        .send()
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("method=\"other\""), "{metrics}");
    assert!(!metrics.contains("ODD"), "{metrics}");

    for (id, is_kept) in [
        ("abc-123", true),
        (&"x".repeat(65), false),
        (&"x".repeat(8_000), false),
    ] {
        let request = http
            .get(format!("{}/healthz", server.url))
            .header("x-request-id", id);
        let response = request.send().await.unwrap();
        let answered = response.headers()["x-request-id"].to_str().unwrap();
        assert_eq!(answered == id, is_kept, "{answered}");
        assert!(answered.len() <= 64);
    }
    let mut request = http.get(format!("{}/healthz", server.url));
    for n in 0..500 {
        request = request.header(format!("x-flood-{n}"), "x".repeat(100));
    }
    let refused = request
        .send()
        .await
        .map(|response| response.status().as_u16());
    assert!(refused.is_err() || refused.unwrap() == 431);
}
