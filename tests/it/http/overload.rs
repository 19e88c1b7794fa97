//! More concurrent operations than allowed: excess ones are rejected at once, the others get their
//! response, and nothing hangs.

use crate::on_both_engines;
use crate::support::server::DEADLINE;
use crate::support::socket::Socket;
use crate::support::{Engine, Server, Team};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

on_both_engines!(
    mutations_over_the_limit_are_rejected_at_once,
    queries_over_the_limit_are_rejected,
);

/// The limits on concurrent operations and, among them, on mutations.
const LIMITS: [usize; 2] = [8, 6];
const BURST: usize = 60;

/// Blocks mutations until the guard is dropped. Queries still run.
async fn stall(server: &Server) -> DropGuard {
    if server.engine == Engine::Sqlite {
        return server.stall().await;
    }
    let (held, over) = (CancellationToken::new(), CancellationToken::new());
    let app = server.app.clone();
    tokio::spawn({
        let (held, over) = (held.clone(), over.clone());
        async move {
            let wait = |tx: tokenvue::db::Tx| {
                let (held, over) = (held.clone(), over.clone());
                async move {
                    use sea_orm::ConnectionTrait as _;
                    let lock = "LOCK TABLE workspaces IN EXCLUSIVE MODE";
                    tx.into_writer().execute_unprepared(lock).await?;
                    held.cancel();
                    over.cancelled().await;
                    Ok(())
                }
            };
            app.db.transaction("HOLD", wait).await.unwrap();
        }
    });
    held.cancelled().await;
    over.drop_guard()
}

/// Status, `Retry-After`, and error code of a response.
type Outcome = (u16, Option<String>, Option<String>);

async fn post(team: Team, query: &'static str, variables: Value) -> Outcome {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", team.server.url))
        .bearer_auth(team.admin.client.token())
        .json(&json!({ "query": query, "variables": variables }));
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let retry = response.headers().get("retry-after");
    let retry = retry.map(|value| value.to_str().unwrap().to_owned());
    let body: Value = response.json().await.unwrap();
    let code = body["errors"][0]["extensions"]["code"].as_str();
    (status, retry, code.map(str::to_owned))
}

const RENAME: &str = "mutation ($input: UpdateWorkspaceInput!) {
    updateWorkspace(input: $input) { workspace { name } } }";

/// A waiting query takes the only permit, for both transports.
async fn queries_over_the_limit_are_rejected(server: Server) {
    const QUERY: &str = "{ viewer { user { name } } }";
    let team = Team::first(&server).await;
    let replica = server.replica(&["--max-operations", "1"]).await;
    let busy = team.at(&replica.server);
    let mut socket = Socket::signed_in(&busy.server, busy.admin.client.token()).await;
    let is_viewer = |sql: &str| sql.starts_with("SELECT") && sql.contains("sessions");
    let pause = busy.server.statements.pause_after(is_viewer);
    let waiting = tokio::spawn(post(busy.clone(), QUERY, json!({})));
    pause.reached().await;

    let refused = (503, Some("1".to_owned()), Some("UNAVAILABLE".to_owned()));
    assert_eq!(post(busy.clone(), QUERY, json!({})).await, refused);
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": QUERY } });
    socket.send(subscribe.clone()).await;
    let answer = socket.receive().await;
    assert_eq!(answer["payload"][0]["extensions"]["code"], "UNAVAILABLE");

    pause.resume();
    assert_eq!(waiting.await.unwrap(), (200, None, None));
    assert_eq!(
        post(busy.clone(), QUERY, json!({})).await,
        (200, None, None)
    );
    socket.send(subscribe).await;
    assert_eq!(socket.receive().await["type"], "next");
    replica.stop().await;
}

/// Sends many mutations concurrently.
fn burst(team: &Team) -> JoinSet<Outcome> {
    let mut requests = JoinSet::new();
    for n in 0..BURST {
        let input = json!({ "workspaceId": team.workspace_id, "name": format!("Acme {n}") });
        requests.spawn(post(team.clone(), RENAME, json!({ "input": input })));
    }
    requests
}

async fn next(requests: &mut JoinSet<Outcome>) -> Outcome {
    let next = timeout(DEADLINE, requests.join_next()).await;
    next.expect("a request hangs").unwrap().unwrap()
}

async fn mutations_over_the_limit_are_rejected_at_once(server: Server) {
    let team = Team::first(&server).await;
    let limit = LIMITS[0].to_string();
    let replica = server.replica(&["--max-operations", &limit]).await;
    let busy = team.at(&replica.server);
    let mut socket = Socket::signed_in(&busy.server, busy.admin.client.token()).await;
    let refused = (503, Some("1".to_owned()), Some("UNAVAILABLE".to_owned()));

    let stalled = stall(&server).await;
    let mut requests = burst(&busy);
    for _ in LIMITS[1]..BURST {
        assert_eq!(next(&mut requests).await, refused);
    }
    // The accepted mutations wait. Queries and health checks still work.
    assert!(requests.try_join_next().is_none());
    let query = post(busy.clone(), "{ viewer { user { name } } }", json!({})).await;
    assert_eq!(query, (200, None, None));
    let input = json!({ "workspaceId": team.workspace_id, "name": "By socket" });
    socket
        .send(json!({ "id": "1", "type": "subscribe",
            "payload": { "query": RENAME, "variables": { "input": input } } }))
        .await;
    let answer = socket.receive().await;
    assert_eq!(answer["type"], "error", "{answer}");
    assert_eq!(answer["payload"][0]["extensions"]["code"], "UNAVAILABLE");
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = reqwest::get(format!("{}{path}", busy.server.url))
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    drop(stalled);
    for _ in 0..LIMITS[1] {
        assert_eq!(next(&mut requests).await, (200, None, None));
    }
    assert!(requests.join_next().await.is_none());

    // The permits are released, however their operations ended.
    let answered = post(busy.clone(), RENAME, json!({ "input": input })).await;
    assert_eq!(answered, (200, None, None));
    let metrics = reqwest::get(format!("{}/metrics", busy.server.url))
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains("tokenvue_operations_shed_total{kind=\"mutation\"}"),
        "{metrics}"
    );
    replica.stop().await;
}
