//! The program's log.

use crate::support::eventually;
use crate::support::program::{self, PROGRAM, Program};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn lines(process: &Program) -> Vec<Value> {
    let log = process.log();
    log.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Returns the client addresses that the log contains for requests with this ID.
async fn clients(process: &Program, id: &str) -> Vec<Value> {
    eventually("a log of the request", || async {
        let lines = lines(process);
        let spans = lines.iter().map(|line| &line["span"]);
        let clients = spans.filter(|span| span["id"] == id);
        let clients: Vec<_> = clients.map(|span| span["client"].clone()).collect();
        (!clients.is_empty()).then_some(clients)
    })
    .await
}

#[tokio::test]
async fn requests_are_logged_with_the_client_address() {
    let folder = tempfile::tempdir().unwrap();
    for (trusted, expected) in [("127.0.0.0/8", "198.51.100.7"), ("10.0.0.0/8", "127.0.0.1")] {
        let settings = [("TOKENVUE_TRUSTED_PROXIES", trusted)];
        let process = Program::serve(folder.path(), &settings).await;
        let request = reqwest::Client::new()
            .get(format!("http://{}/healthz", process.address))
            .header("x-request-id", "a-request")
            .header("x-forwarded-for", "203.0.113.1, 198.51.100.7");
        assert_eq!(request.send().await.unwrap().status(), 200);
        assert_eq!(clients(&process, "a-request").await, [expected]);
    }
}

#[tokio::test]
async fn a_public_url_without_https_logs_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (url, warned) in [
        ("http://team.example.com", true),
        ("http://192.0.2.1:8080", true),
        ("https://team.example.com", false),
        ("http://127.0.0.1:8080", false),
        ("http://team.localhost", false),
    ] {
        let process = Program::serve(folder.path(), &[("TOKENVUE_PUBLIC_URL", url)]).await;
        let healthy = reqwest::get(format!("http://{}/healthz", process.address));
        assert_eq!(healthy.await.unwrap().status(), 200);
        // Startup messages are logged before the first request.
        eventually("a log of the request", || async {
            process.log().contains("/healthz").then_some(())
        })
        .await;
        let of_url = lines(&process).into_iter().filter(|line| {
            let message = line["message"].as_str().unwrap_or_default();
            line["level"] == "WARN" && message.starts_with("TOKENVUE_PUBLIC_URL is http")
        });
        assert_eq!(of_url.count(), usize::from(warned), "{url}");
    }
}

fn tokenvue(data_dir: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().arg("--data-dir").arg(data_dir);
    command
}

/// Renames a table while the server runs, so that its statements on the table fail.
async fn break_table(data_dir: &Path, table: &str) {
    let file = data_dir.join("tokenvue.db");
    let url = format!("sqlite://{}", file.display());
    let database = Database::connect(url).await.unwrap();
    let rename = format!("ALTER TABLE {table} RENAME TO {table}_broken");
    database.execute_unprepared(&rename).await.unwrap();
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_failed_operation_is_logged_with_its_step() {
    let folder = tempfile::tempdir().unwrap();
    program::bootstrap(tokenvue(folder.path()), folder.path());
    let server = Program::start(tokenvue(folder.path())).await.unwrap();
    let admin = server.admin().await;
    break_table(folder.path(), "outbox").await;
    let input = json!({ "invitees": [{ "email": "bo@acme.example", "role": "SECURITY_AUDITOR" }] });
    let reply = admin
        .try_mutate("inviteUsers", input, "outcomes { result }")
        .await;
    assert_eq!(reply.codes(), ["INTERNAL"], "{:#}", reply.0);

    server.log_with("a request failed").await;
    let lines = lines(&server);
    let failures = lines
        .iter()
        .filter(|line| line["message"] == "a request failed");
    let failures: Vec<_> = failures.collect();
    let [failure] = failures[..] else {
        panic!("one line: {failures:#?}");
    };
    assert_eq!(failure["operation"], "INVITE_MEMBER");
    assert_eq!(failure["step"], "INSERT INTO outbox");
    let workspaces = failure["workspaces"].as_str().unwrap();
    assert_eq!(workspaces.len(), "[]".len() + 36, "{workspaces}");
    assert!(failure["error"].as_str().unwrap().contains("no such table"));
    assert!(failure["span"]["id"].is_string());
    assert!(!failure.to_string().contains("bo@acme.example"));
}
