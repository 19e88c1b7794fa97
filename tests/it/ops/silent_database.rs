//! PostgreSQL, or the network in front of it, stops responding.

use crate::on_postgres;
use crate::support::cluster::Cluster;
use crate::support::network_proxy::NetworkProxy;
use crate::support::pause::Matches;
use crate::support::server::Replica;
use crate::support::smtp_server::{Mode, SmtpServer};
use crate::support::{Client, Server, Team, eventually};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

on_postgres!(
    requests_fail_fast_while_the_database_is_frozen,
    operations_fail_fast_at_every_stage,
    silent_connections_are_replaced,
    one_silent_connection_causes_a_check_of_the_others,
    idle_connections_are_tested_before_use,
    silent_connections_leave_the_pool,
    mails_are_sent_despite_silent_connections,
    requests_are_retried_after_an_invalid_message,
);

/// The default limit.
const DEFAULT: &str = "3s";
/// A limit that no test waits for.
const LONG: &str = "10m";
/// Far below the request timeout of 30 seconds.
const SOON: Duration = Duration::from_secs(12);
/// Below the time that a request waits for a connection while the database is not known to be
/// silent.
const KNOWN: Duration = Duration::from_secs(4);
/// Matches the first statement of a request.
const VIEWER: Matches = |sql| sql.starts_with("SELECT") && sql.contains("sessions");
const QUERY: &str = "{ workspace { name members { totalCount } } }";

/// Starts a replica whose statements may take this long, behind a proxy.
async fn through_proxy(server: &Server, limit: &str, flags: &[&str]) -> (NetworkProxy, Replica) {
    let proxy = NetworkProxy::before(server.database_address()).await;
    let flags = [&["--database-statement-timeout", limit], flags].concat();
    let replica = server.replica_through(proxy.port, &flags).await;
    (proxy, replica)
}

async fn ready(url: &str) -> (u16, Duration) {
    let begun = Instant::now();
    let answer = reqwest::get(format!("{url}/readyz")).await.unwrap();
    (answer.status().as_u16(), begun.elapsed())
}

/// Opens several connections by concurrent reads.
async fn warm_up(client: &Client) {
    let mut reading = JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        reading.spawn(async move { client.get(QUERY).await });
    }
    reading.join_all().await;
}

async fn read(client: &Client) -> Vec<String> {
    let reply = client.run(QUERY, json!({})).await;
    reply.codes().into_iter().map(str::to_owned).collect()
}

async fn rename(team: &Team, client: &Client, name: &str) -> Vec<String> {
    let input = json!({ "workspaceId": team.workspace_id, "name": name });
    let reply = client
        .try_mutate("updateWorkspace", input, "workspace { name }")
        .await;
    reply.codes().into_iter().map(str::to_owned).collect()
}

async fn requests_fail_fast_while_the_database_is_frozen(server: Server) {
    let team = Team::first(&server).await;
    let (proxy, replica) = through_proxy(&server, DEFAULT, &[]).await;
    check_freeze(
        &team.at(&replica.server),
        || proxy.freeze(),
        || proxy.thaw(),
    )
    .await;
    replica.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_recovers_after_postgresql_was_stopped() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let alone = Replica::start(
        cluster.database().await,
        &["--database-statement-timeout", DEFAULT],
    )
    .await;
    let team = Team::first(&alone.server).await;
    check_freeze(&team, || cluster.freeze(), || cluster.thaw()).await;
    alone.stop().await;
}

/// Sends requests while the database is frozen, and after it recovers.
async fn check_freeze(team: &Team, freeze: impl Fn(), thaw: impl Fn()) {
    let url = team.server.url.clone();
    let there = &team.admin.client;
    warm_up(there).await;
    assert_eq!(ready(&url).await.0, 200);

    freeze();
    let mut requests = JoinSet::new();
    for n in 0..20 {
        let team = team.clone();
        requests.spawn(async move {
            let there = &team.admin.client;
            if n % 2 == 0 {
                return rename(&team, there, &format!("Acme {n}")).await;
            }
            read(there).await
        });
    }
    let (status, took) = ready(&url).await;
    assert_eq!(status, 503);
    assert!(took < Duration::from_secs(3), "/readyz took {took:?}");
    let answers = tokio::time::timeout(SOON, requests.join_all()).await;
    for codes in answers.expect("requests hang") {
        assert_eq!(codes, ["UNAVAILABLE"]);
    }
    let reply = tokio::time::timeout(KNOWN, there.run(QUERY, json!({}))).await;
    assert_eq!(reply.expect("a request hangs").codes(), ["UNAVAILABLE"]);

    thaw();
    let recovered = async {
        while ready(&url).await.0 != 200 {}
        assert_eq!(there.get(QUERY).await["workspace"]["name"], "Acme");
        assert_eq!(rename(team, there, "Globex").await, [""; 0]);
    };
    tokio::time::timeout(SOON, recovered)
        .await
        .expect("the service recovers");
}

async fn operations_fail_fast_at_every_stage(server: Server) {
    let team = Team::first(&server).await;
    let (proxy, replica) = through_proxy(&server, DEFAULT, &[]).await;
    let there = team.at(&replica.server);
    let name = || there.admin.client.get(QUERY);
    let lock: Matches = |sql| sql.contains("\"workspaces\"") && sql.contains("FOR NO KEY UPDATE");
    let update: Matches = |sql| sql.starts_with("UPDATE \"workspaces\"");
    let record: Matches = |sql| sql.starts_with("INSERT INTO \"audit_events\"");
    // The next statements are BEGIN, a query, a statement without rows, and COMMIT.
    let stages: [(Matches, &str); 4] = [
        (VIEWER, "UNAVAILABLE"),
        (lock, "UNAVAILABLE"),
        (update, "UNAVAILABLE"),
        (record, "INTERNAL"),
    ];
    for (stage, code) in stages {
        name().await;
        replica.server.quiet().await;
        let pause = replica.server.statements.pause_after(stage);
        let renaming = tokio::spawn({
            let there = there.clone();
            async move { rename(&there, &there.admin.client, "Globex").await }
        });
        pause.reached().await;
        proxy.freeze();
        pause.resume();
        let codes = tokio::time::timeout(SOON, renaming).await;
        assert_eq!(codes.expect("a request hangs").unwrap(), [code]);
        proxy.thaw();
        let recovered = async { while ready(&replica.server.url).await.0 != 200 {} };
        tokio::time::timeout(SOON, recovered)
            .await
            .expect("recovers");
    }
    replica.stop().await;
}

/// Otherwise, a request would try one connection after another and wait for each.
async fn one_silent_connection_causes_a_check_of_the_others(server: Server) {
    let team = Team::first(&server).await;
    let flags = ["--database-connections", "6"];
    let (proxy, replica) = through_proxy(&server, DEFAULT, &flags).await;
    let there = team.admin.client.at(&replica.server.url);
    for _ in 0..2 {
        warm_up(&there).await;
        proxy.forget_open();
        let answer = tokio::time::timeout(SOON, there.get(QUERY)).await;
        assert_eq!(
            answer.expect("a request hangs")["workspace"]["name"],
            "Acme"
        );
    }
    replica.stop().await;
}

async fn idle_connections_are_tested_before_use(server: Server) {
    let team = Team::first(&server).await;
    let (proxy, replica) = through_proxy(&server, LONG, &[]).await;
    let there = team.admin.client.at(&replica.server.url);
    warm_up(&there).await;
    proxy.forget_open();
    // Connections are tested after two seconds.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let answer = tokio::time::timeout(SOON, there.get(QUERY)).await;
    assert_eq!(
        answer.expect("a request hangs")["workspace"]["name"],
        "Acme"
    );
    replica.stop().await;
}

/// Applies to statements with a waiting client, and to those whose client has disconnected.
async fn silent_connections_leave_the_pool(server: Server) {
    let team = Team::first(&server).await;
    let flags = ["--database-connections", "2"];
    let (proxy, replica) = through_proxy(&server, DEFAULT, &flags).await;
    let there = team.admin.client.at(&replica.server.url);
    for _ in 0..3 {
        warm_up(&there).await;
        proxy.forget_open();
        let held = proxy.held();
        let mut reading = JoinSet::new();
        for _ in 0..4 {
            let there = there.clone();
            reading.spawn(async move { there.run(QUERY, json!({})).await });
        }
        let is_held = || async { (proxy.held() > held).then_some(()) };
        eventually("a statement without an answer", is_held).await;
        reading.shutdown().await;
        let works = || async {
            let reply = there.run(QUERY, json!({})).await;
            reply.codes().is_empty().then_some(())
        };
        eventually("an answer over another connection", works).await;
    }
    replica.stop().await;
}

async fn silent_connections_are_replaced(server: Server) {
    let team = Team::first(&server).await;
    let (proxy, replica) = through_proxy(&server, DEFAULT, &[]).await;
    let url = replica.server.url.clone();
    let there = team.admin.client.at(&url);
    warm_up(&there).await;
    proxy.forget_open();
    let mut requests = JoinSet::new();
    for n in 0..12 {
        let (team, there) = (team.clone(), there.clone());
        requests.spawn(async move {
            if n % 3 == 0 {
                return rename(&team, &there, "Globex").await;
            }
            read(&there).await
        });
    }
    let answers = tokio::time::timeout(SOON, requests.join_all()).await;
    for codes in answers.expect("requests hang") {
        assert_eq!(codes, [""; 0]);
    }
    let metrics = reqwest::get(format!("{url}/metrics")).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let counted = "tokenvue_database_errors_total{kind=\"silent\"}";
    assert!(metrics.contains(counted), "{metrics}");
    replica.stop().await;
}

/// The worker's own limit is shorter than that of statements.
async fn mails_are_sent_despite_silent_connections(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let smtp_url = smtp.url();
    let mail = ["--smtp-url", &smtp_url, "--mail-from", "team@tv.example"];
    let flags = [&mail[..], &["--mail-claim", "3s"]].concat();
    let team = Team::first(&server).await;
    let (proxy, replica) = through_proxy(&server, LONG, &flags).await;
    for n in 0..3 {
        team.invite(&format!("p{n}@acme.example"), "P", "SECURITY_AUDITOR")
            .await;
        let left = || async { (smtp.mails().len() > n).then_some(()) };
        eventually("the mail", left).await;
        proxy.forget_open();
    }
    replica.stop().await;
}

async fn requests_are_retried_after_an_invalid_message(server: Server) {
    let team = Team::first(&server).await;
    let (proxy, replica) = through_proxy(&server, DEFAULT, &[]).await;
    let there = team.at(&replica.server);
    for name in [None, Some("Globex")] {
        // By then, other traffic of the connection, such as its return to the pool, is over.
        let pause = replica.server.statements.pause_after(VIEWER);
        let asking = tokio::spawn({
            let there = there.clone();
            async move {
                let client = &there.admin.client;
                match name {
                    Some(name) => rename(&there, client, name).await,
                    None => read(client).await,
                }
            }
        });
        pause.reached().await;
        proxy.garble_next();
        pause.resume();
        assert_eq!(asking.await.unwrap(), [""; 0], "{name:?}");
        assert!(proxy.has_garbled());
    }
    replica.stop().await;
}
