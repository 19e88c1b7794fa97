//! Pages of other origins cannot use the session cookie.

use crate::on_sqlite;
use crate::support::program::Program;
use crate::support::wire::{self, COOKIE, get, post};
use crate::support::{PASSWORD, Server, Team, eventually};
use serde_json::{Value, json};

const VIEWER: &str = "{ viewer { user { firstName } } }";
const ALLOWED: &str = "https://console.example.com";

on_sqlite!(
    a_foreign_page_cannot_use_the_cookie,
    allowed_origins_can_read_responses,
    preflights_allow_the_headers_of_clients,
    a_page_of_another_site_can_use_bearer_tokens,
    a_page_under_another_host_name_can_sign_in_and_out,
    a_page_without_https_learns_where_to_sign_in,
);

async fn a_foreign_page_cannot_use_the_cookie(server: Server) {
    let team = Team::first(&server).await;
    let session = format!("{COOKIE}={}", team.admin.client.token());
    let replica = server.replica(&["--allowed-origins", ALLOWED]).await;
    for (cookie, name, value, status) in [
        (true, "origin", "https://evil.example", 403),
        (true, "origin", "null", 403),
        (true, "origin", "http://localhost:1", 403),
        (true, "sec-fetch-site", "cross-site", 403),
        (true, "origin", ALLOWED, 200),
        (true, "origin", &replica.server.url, 200),
        (true, "sec-fetch-site", "same-origin", 200),
        (false, "origin", "https://evil.example", 200),
        (false, "sec-fetch-site", "cross-site", 200),
    ] {
        let query = [("query", VIEWER)];
        let by_post = post(&replica.server).json(&json!({ "query": VIEWER }));
        for mut request in [by_post, get(&replica.server, &query)] {
            request = request.header(name, value);
            if cookie {
                request = request.header("cookie", &session);
            }
            let answer = wire::send(request).await;
            let code = if status == 403 { "FORBIDDEN" } else { "" };
            assert_eq!(answer.outcome(), (status, code), "{cookie} {name} {value}");
            let viewer = &answer.json["data"]["viewer"];
            assert_eq!(viewer.is_object(), cookie && status == 200);
        }
    }
    replica.stop().await;
}

async fn allowed_origins_can_read_responses(server: Server) {
    let replica = server.replica(&["--allowed-origins", ALLOWED]).await;
    let url = format!("{}/graphql", replica.server.url);
    let allowed = async |method: reqwest::Method, origin: &str| {
        let request = reqwest::Client::new().request(method, &url);
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let response = request.send().await.unwrap();
        let allowed = response.headers().get("access-control-allow-origin");
        allowed.map(|origin| origin.to_str().unwrap().to_owned())
    };
    for method in [reqwest::Method::OPTIONS, reqwest::Method::POST] {
        assert_eq!(
            allowed(method.clone(), ALLOWED).await.as_deref(),
            Some(ALLOWED)
        );
        assert_eq!(allowed(method, "https://evil.example").await, None);
    }
    replica.stop().await;
}

async fn preflights_allow_the_headers_of_clients(server: Server) {
    let replica = server.replica(&["--allowed-origins", ALLOWED]).await;
    let url = format!("{}/graphql", replica.server.url);
    let wanted = "authorization,content-type,traceparent,tracestate,baggage,sentry-trace,\
        x-request-id,apollo-require-preflight,apollographql-client-name,\
        apollographql-client-version,x-apollo-operation-name";
    let preflight = reqwest::Client::new()
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", ALLOWED)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", wanted);
    let answer = preflight.send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let allowed = header("access-control-allow-headers");
    let allowed: Vec<&str> = allowed.split(',').collect();
    for name in wanted.split(',') {
        assert!(allowed.contains(&name), "{name}: {allowed:?}");
    }
    assert_eq!(header("access-control-allow-credentials"), "true");
    assert!(header("access-control-allow-methods").contains("POST"));
    assert_eq!(header("access-control-max-age"), "7200");

    let request = post(&replica.server).header("origin", ALLOWED);
    let answer = request.json(&json!({ "query": VIEWER })).send().await;
    let headers = answer.unwrap().headers().clone();
    let exposed = headers["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("x-request-id"), "{exposed}");
    assert!(headers.contains_key("x-request-id"));
    replica.stop().await;
}

/// Signs in as a page of some origin would. Returns the response and the cookie that it sets.
async fn sign_in_from(
    server: &Server,
    email: &str,
    transport: &str,
    headers: &[(&'static str, &str)],
) -> (Value, Option<String>) {
    let query = "mutation In($input: SignInInput!) {
        signIn(input: $input) { sessionToken userErrors { code } }
    }";
    let input = json!({ "email": email, "password": PASSWORD, "transport": transport });
    let mut request =
        post(server).json(&json!({ "query": query, "variables": { "input": input } }));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let cookie = answer.headers().get("set-cookie");
    let cookie = cookie.map(|cookie| cookie.to_str().unwrap().to_owned());
    (answer.json().await.unwrap(), cookie)
}

async fn a_page_of_another_site_can_use_bearer_tokens(server: Server) {
    const PARTNER: &str = "https://partner.test";
    let team = Team::first(&server).await;
    let flags = [
        "--public-url",
        "https://team.example.com",
        "--allowed-origins",
        &format!("{ALLOWED},{PARTNER}"),
    ];
    let replica = server.replica(&flags).await;
    let email = &team.admin.email;
    let sign_in = async |transport, origin| {
        sign_in_from(&replica.server, email, transport, &[("origin", origin)]).await
    };

    // Browsers would not store the cookie, so the server does not try to set it.
    let (answer, cookie) = sign_in("COOKIE", PARTNER).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT");
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("transport: BEARER"), "{message}");
    assert_eq!(cookie, None);

    // A page of another origin on the same site gets the cookie.
    let (_, cookie) = sign_in("COOKIE", ALLOWED).await;
    let cookie = cookie.expect("a cookie");
    assert!(cookie.contains("SameSite=Lax"), "{cookie}");

    let (answer, cookie) = sign_in("BEARER", PARTNER).await;
    assert_eq!(cookie, None);
    let token = answer["data"]["signIn"]["sessionToken"].as_str().unwrap();
    let request = post(&replica.server).header("origin", PARTNER);
    let request = request.bearer_auth(token).json(&json!({ "query": VIEWER }));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], PARTNER);
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["data"]["viewer"].is_object(), "{answer}");
    replica.stop().await;
}

async fn a_page_under_another_host_name_can_sign_in_and_out(server: Server) {
    let team = Team::first(&server).await;
    let flags = ["--public-url", "https://team.example.com"];
    let replica = server.replica(&flags).await;
    let page = [
        ("origin", "https://alias.example"),
        ("host", "alias.example"),
    ];
    let (_, cookie) = sign_in_from(&replica.server, &team.admin.email, "COOKIE", &page).await;
    let cookie = cookie.expect("a cookie");
    let session = cookie.split(';').next().unwrap();
    assert!(session.starts_with("__Host-tokenvue_session="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
    let run = async |query: &str| {
        let mut request = post(&replica.server).header("cookie", session);
        for (name, value) in page {
            request = request.header(name, value);
        }
        wire::send(request.json(&json!({ "query": query })))
            .await
            .json
    };
    let answer = run("{ viewer { user { id } } service { publicUrl } }").await;
    assert!(answer["data"]["viewer"].is_object(), "{answer}");
    // The page compares its address with this URL.
    assert_eq!(
        answer["data"]["service"]["publicUrl"],
        "https://team.example.com"
    );
    run("mutation { signOut(input: {}) { accepted } }").await;
    assert_eq!(run(VIEWER).await["data"]["viewer"], Value::Null);
    replica.stop().await;
}

async fn a_page_without_https_learns_where_to_sign_in(server: Server) {
    let team = Team::first(&server).await;
    let flags = ["--public-url", "https://team.example.com"];
    let replica = server.replica(&flags).await;
    let email = &team.admin.email;
    for (origin, host) in [
        ("http://team.example.com", "team.example.com"),
        ("http://192.0.2.1:8080", "192.0.2.1:8080"),
    ] {
        let page = [("origin", origin), ("host", host)];
        let (answer, cookie) = sign_in_from(&replica.server, email, "COOKIE", &page).await;
        assert_eq!(cookie, None);
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("https://team.example.com") && message.contains("TOKENVUE_PUBLIC_URL"),
            "{message}"
        );
    }
    replica.stop().await;
}

#[tokio::test]
async fn origins_that_do_not_work_are_logged() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("TOKENVUE_PUBLIC_URL", "https://team.example.com"),
        (
            "TOKENVUE_ALLOWED_ORIGINS",
            "https://console.example.com,https://partner.test",
        ),
    ];
    let process = Program::serve(folder.path(), &settings).await;
    // Origins that can never work are reported at startup.
    let report = "not on the same site as TOKENVUE_PUBLIC_URL";
    let reports = |log: &str| log.lines().filter(|line| line.contains(report)).count();
    let log = eventually("a report", || async {
        Some(process.log()).filter(|log| reports(log) == 1)
    })
    .await;
    assert!(log.contains("\"origin\":\"https://partner.test\""), "{log}");

    let url = format!("http://{}/graphql", process.address);
    let client = reqwest::Client::new();
    for origin in ["http://team.example.com", "https://alias.example"] {
        for _ in 0..3 {
            let (_, host) = origin.split_once("://").unwrap();
            let request = client
                .post(&url)
                .header("origin", origin)
                .header("host", host);
            let answer = request.json(&json!({ "query": VIEWER })).send().await;
            assert_eq!(answer.unwrap().status(), 200);
        }
    }
    let log = eventually("a log of the last request", || async {
        let log = process.log();
        (log.matches("\"path\":\"/graphql\"").count() >= 6).then_some(log)
    })
    .await;
    for origin in ["http://team.example.com", "https://alias.example"] {
        let warning = "opened at an address other than TOKENVUE_PUBLIC_URL";
        let of_origin = log
            .lines()
            .filter(|line| line.contains(warning) && line.contains(origin));
        assert_eq!(of_origin.count(), 1, "{log}");
    }
    assert_eq!(reports(&log), 1, "{log}");
}

#[tokio::test]
async fn a_token_that_a_gateway_moved_into_the_path_works_and_is_not_logged() {
    const TOKEN: &str = "q3J0b2tlbnZ1ZS1zZWNyZXQtdG9rZW4tMTIzNDU2Nzg";
    let folder = tempfile::tempdir().unwrap();
    let process = Program::serve(folder.path(), &[("TOKENVUE_LOG", "trace")]).await;
    let url = format!("http://{}", process.address);
    let page = reqwest::get(format!("{url}/accept-invitation"))
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    for path in [
        "/accept-invitation%23token=TOKEN",
        "/reset-password%2523token%253DTOKEN",
        "/setup%23token=TOKEN",
        "/accept-invitation?token=TOKEN",
    ] {
        let path = path.replace("TOKEN", TOKEN);
        let answer = reqwest::get(format!("{url}{path}")).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        assert_eq!(answer.text().await.unwrap(), page, "{path}");
    }
    let answer = reqwest::get(format!("{url}/somewhere/{TOKEN}"))
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    let log = eventually("a log of the last request", || async {
        let log = process.log();
        log.contains("/somewhere/…").then_some(log)
    })
    .await;
    assert!(!log.contains(TOKEN), "{log}");
    assert!(log.contains("\"path\":\"/accept-invitation…\""), "{log}");
}
