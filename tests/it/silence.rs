//! When PostgreSQL, or the network before it, no longer says anything.

use crate::on_postgres;
use crate::support::cluster::Cluster;
use crate::support::pause::Matches;
use crate::support::server::Replica;
use crate::support::smtp::{Mode, SmtpServer};
use crate::support::way::Way;
use crate::support::{Client, Server, Team, eventually};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

on_postgres!(
    requests_fail_soon_while_the_database_is_frozen_and_work_soon_afterwards,
    an_operation_fails_soon_wherever_the_database_freezes_in_it,
    connections_that_the_network_has_forgotten_are_replaced,
    one_forgotten_connection_tells_of_the_others,
    forgotten_connections_take_no_place_in_the_pool,
    mails_leave_although_the_network_has_forgotten_the_connections,
    an_answer_that_is_no_message_is_asked_for_again,
);

/// The limits as they are by default.
const DEFAULTS: [&str; 4] = [
    "--database-statement-timeout",
    "3s",
    "--database-lock-timeout",
    "2s 500ms",
];
/// Far below the 30 seconds that a request may hang.
const SOON: Duration = Duration::from_secs(12);
/// How a request begins.
const VIEWER: Matches = |sql| sql.starts_with("SELECT") && sql.contains("sessions");
const QUERY: &str = "{ workspace { name members { totalCount } } }";

async fn through_way(server: &Server, flags: &[&str]) -> (Way, Replica) {
    let way = Way::before(server.database_address()).await;
    let flags = [&DEFAULTS, flags].concat();
    let replica = server.replica_through(way.port, &flags).await;
    (way, replica)
}

async fn ready(url: &str) -> (u16, Duration) {
    let begun = Instant::now();
    let answer = reqwest::get(format!("{url}/readyz")).await.unwrap();
    (answer.status().as_u16(), begun.elapsed())
}

/// Opens several connections, by reading at once.
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

async fn requests_fail_soon_while_the_database_is_frozen_and_work_soon_afterwards(server: Server) {
    let team = Team::first(&server).await;
    let (way, replica) = through_way(&server, &[]).await;
    freezes(&team.at(&replica.server), || way.freeze(), || way.thaw()).await;
    replica.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_is_stopped_for_a_while_stops_the_service_no_longer() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let alone = Replica::start(cluster.database().await, &DEFAULTS).await;
    let team = Team::first(&alone.server).await;
    freezes(&team, || cluster.freeze(), || cluster.thaw()).await;
    alone.stop().await;
}

/// Sends requests while the database is frozen, and afterwards.
async fn freezes(team: &Team, freeze: impl Fn(), thaw: impl Fn()) {
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
    let reply = tokio::time::timeout(SOON, there.run(QUERY, json!({}))).await;
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

async fn an_operation_fails_soon_wherever_the_database_freezes_in_it(server: Server) {
    let team = Team::first(&server).await;
    let (way, replica) = through_way(&server, &[]).await;
    let there = team.at(&replica.server);
    let name = || there.admin.client.get(QUERY);
    let lock: Matches = |sql| sql.contains("\"workspaces\"") && sql.contains("FOR NO KEY UPDATE");
    let update: Matches = |sql| sql.starts_with("UPDATE \"workspaces\"");
    let record: Matches = |sql| sql.starts_with("INSERT INTO \"audit_events\"");
    // What follows is BEGIN, a query, a statement without rows, and COMMIT.
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
        way.freeze();
        pause.resume();
        let codes = tokio::time::timeout(SOON, renaming).await;
        assert_eq!(codes.expect("a request hangs").unwrap(), [code]);
        way.thaw();
        let recovered = async { while ready(&replica.server.url).await.0 != 200 {} };
        tokio::time::timeout(SOON, recovered)
            .await
            .expect("recovers");
    }
    replica.stop().await;
}

/// Otherwise a request would try one after the other, and wait for each.
async fn one_forgotten_connection_tells_of_the_others(server: Server) {
    let team = Team::first(&server).await;
    let flags = ["--database-connections", "6"];
    let (way, replica) = through_way(&server, &flags).await;
    let there = team.admin.client.at(&replica.server.url);
    for _ in 0..2 {
        warm_up(&there).await;
        way.forget_open();
        let answer = tokio::time::timeout(SOON, there.get(QUERY)).await;
        assert_eq!(
            answer.expect("a request hangs")["workspace"]["name"],
            "Acme"
        );
    }
    replica.stop().await;
}

/// Neither those of statements that were waited for, nor those whose clients have hung up.
async fn forgotten_connections_take_no_place_in_the_pool(server: Server) {
    let team = Team::first(&server).await;
    let flags = ["--database-connections", "2"];
    let (way, replica) = through_way(&server, &flags).await;
    let there = team.admin.client.at(&replica.server.url);
    for _ in 0..3 {
        warm_up(&there).await;
        way.forget_open();
        let held = way.held();
        let mut reading = JoinSet::new();
        for _ in 0..4 {
            let there = there.clone();
            reading.spawn(async move { there.run(QUERY, json!({})).await });
        }
        let is_held = || async { (way.held() > held).then_some(()) };
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

async fn connections_that_the_network_has_forgotten_are_replaced(server: Server) {
    let team = Team::first(&server).await;
    let (way, replica) = through_way(&server, &[]).await;
    let url = replica.server.url.clone();
    let there = team.admin.client.at(&url);
    warm_up(&there).await;
    way.forget_open();
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

async fn mails_leave_although_the_network_has_forgotten_the_connections(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let smtp_url = smtp.url();
    let flags = ["--smtp-url", &smtp_url, "--mail-from", "team@tv.example"];
    let team = Team::first(&server).await;
    let (way, replica) = through_way(&server, &flags).await;
    for n in 0..3 {
        team.invite(&format!("p{n}@acme.example"), "P", "SECURITY_AUDITOR")
            .await;
        let left = || async { (smtp.mails().len() > n).then_some(()) };
        eventually("the mail", left).await;
        way.forget_open();
    }
    replica.stop().await;
}

async fn an_answer_that_is_no_message_is_asked_for_again(server: Server) {
    let team = Team::first(&server).await;
    let (way, replica) = through_way(&server, &[]).await;
    let there = team.at(&replica.server);
    for name in [None, Some("Globex")] {
        // Later than what else goes over a connection: how it is given back.
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
        way.garble_next();
        pause.resume();
        assert_eq!(asking.await.unwrap(), [""; 0], "{name:?}");
        assert!(way.has_garbled());
    }
    replica.stop().await;
}
