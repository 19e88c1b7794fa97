//! The cookie is of no use to foreign pages.

use crate::on_sqlite;
use crate::support::wire::{self, COOKIE, get, post};
use crate::support::{Server, Team};
use serde_json::json;

const VIEWER: &str = "{ viewer { user { firstName } } }";
const FRIEND: &str = "https://console.example.com";

on_sqlite!(
    a_foreign_page_cannot_use_the_cookie,
    allowed_pages_can_read_answers,
);

async fn a_foreign_page_cannot_use_the_cookie(server: Server) {
    let team = Team::first(&server).await;
    let session = format!("{COOKIE}={}", team.admin.client.token());
    let replica = server.replica(&["--allowed-origins", FRIEND]).await;
    for (cookie, name, value, status) in [
        (true, "origin", "https://evil.example", 403),
        (true, "origin", "null", 403),
        (true, "origin", "http://localhost:1", 403),
        (true, "sec-fetch-site", "cross-site", 403),
        (true, "origin", FRIEND, 200),
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

async fn allowed_pages_can_read_answers(server: Server) {
    let replica = server.replica(&["--allowed-origins", FRIEND]).await;
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
            allowed(method.clone(), FRIEND).await.as_deref(),
            Some(FRIEND)
        );
        assert_eq!(allowed(method, "https://evil.example").await, None);
    }
    replica.stop().await;
}
