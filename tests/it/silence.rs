//! When PostgreSQL, or the network before it, no longer says anything.

use crate::on_postgres;
use crate::support::server::Replica;
use crate::support::smtp::{Mode, SmtpServer};
use crate::support::way::Way;
use crate::support::{Client, Server, Team, eventually};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

on_postgres!(
    requests_fail_soon_while_the_database_is_frozen_and_work_soon_afterwards,
    connections_that_the_network_has_forgotten_are_replaced,
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
    let url = replica.server.url.clone();
    let there = team.admin.client.at(&url);
    warm_up(&there).await;
    assert_eq!(ready(&url).await.0, 200);

    way.freeze();
    let mut requests = JoinSet::new();
    for n in 0..20 {
        let (team, there) = (team.clone(), there.clone());
        requests.spawn(async move {
            if n % 2 == 0 {
                return rename(&team, &there, &format!("Acme {n}")).await;
            }
            let reply = there.run(QUERY, json!({})).await;
            reply.codes().into_iter().map(str::to_owned).collect()
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

    way.thaw();
    let recovered = async {
        while ready(&url).await.0 != 200 {}
        assert_eq!(there.get(QUERY).await["workspace"]["name"], "Acme");
        assert_eq!(rename(&team, &there, "Globex").await, [""; 0]);
    };
    tokio::time::timeout(SOON, recovered)
        .await
        .expect("the service recovers");
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
            let reply = there.run(QUERY, json!({})).await;
            reply.codes().into_iter().map(str::to_owned).collect()
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
    let there = team.admin.client.at(&replica.server.url);
    there.get(QUERY).await;
    replica.server.quiet().await;
    way.garble_next();
    assert_eq!(there.get(QUERY).await["workspace"]["name"], "Acme");
    assert!(way.has_garbled());
    replica.server.quiet().await;
    way.garble_next();
    assert_eq!(rename(&team, &there, "Globex").await, [""; 0]);
    assert!(way.has_garbled());
    replica.stop().await;
}
