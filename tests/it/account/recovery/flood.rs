//! Floods of password-reset requests from strangers.

use crate::on_both_engines;
use crate::support::{Client, Server, Team};
use serde_json::json;
use tokenvue::account::reset_queue::{AT_WORK, MAX_WAITING};
use tokio::sync::OwnedSemaphorePermit;

on_both_engines!(
    a_flood_from_some_networks_drops_no_request_of_others,
    requests_per_network_are_limited_per_hour,
    replicas_share_the_limit_per_network,
);

const BEHIND_PROXY: [&str; 2] = ["--trusted-proxies", "127.0.0.0/8"];
const HOME: &str = "198.51.100.7";

/// Requests resets for many addresses in one operation. All get the same response.
async fn ask(client: &Client, emails: &[String]) {
    for emails in emails.chunks(25) {
        let fields = emails.iter().enumerate().map(|(n, email)| {
            format!(r#"a{n}: requestPasswordReset(input: {{ email: "{email}" }}) {{ accepted userErrors {{ code }} }} "#)
        });
        let query = format!("mutation {{ {} }}", fields.collect::<String>());
        let answers = client.get(&query).await;
        let answers = answers.as_object().unwrap();
        assert_eq!(answers.len(), emails.len());
        let same = json!({ "accepted": true, "userErrors": [] });
        assert!(answers.values().all(|answer| *answer == same));
    }
}

fn strangers(prefix: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| format!("{prefix}{n}@acme.example"))
        .collect()
}

/// Stops the processing of requests, as if the database did not respond.
async fn stalled(server: &Server) -> OwnedSemaphorePermit {
    let permits = server.app.resets.permits.clone();
    let all = AT_WORK.try_into().unwrap();
    permits.acquire_many_owned(all).await.unwrap()
}

/// Returns the number of requests that were dropped because the queue was full.
async fn dropped(server: &Server) -> usize {
    let metrics = reqwest::get(format!("{}/metrics", server.url)).await;
    let metrics = metrics.unwrap().text().await.unwrap();
    let mut lines = metrics.lines();
    let count = lines.find_map(|line| line.strip_prefix("tokenvue_password_resets_dropped_total "));
    count.map_or(0, |count| count.parse().unwrap())
}

async fn a_flood_from_some_networks_drops_no_request_of_others(server: Server) {
    let flags = [&BEHIND_PROXY[..], &["--resets-per-network", "100000"]].concat();
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let anonymous = replica.server.anonymous();
    let stalled = stalled(&replica.server).await;
    let before = dropped(&replica.server).await;
    for (n, from) in ["203.0.113.1", "203.0.113.2", "2001:db8:1:1::1"]
        .iter()
        .enumerate()
    {
        let many = strangers(&format!("{n}-"), MAX_WAITING / 2);
        ask(&anonymous.calling_from(from), &many).await;
    }
    ask(
        &anonymous.calling_from(HOME),
        std::slice::from_ref(&team.admin.email),
    )
    .await;
    let more = dropped(&replica.server).await - before;
    let asked = 3 * (MAX_WAITING / 2) + 1;
    assert_eq!(more, asked - MAX_WAITING, "the queue is full");
    drop(stalled);
    replica.server.quiet().await;
    assert_eq!(server.mails_to(&team.admin.email).await.len(), 1);
    assert_eq!(server.count::<entity::outbox::Entity>().await, 1);
    replica.stop().await;
}

async fn requests_per_network_are_limited_per_hour(server: Server) {
    let flags = [&BEHIND_PROXY[..], &["--resets-per-network", "3"]].concat();
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let anonymous = replica.server.anonymous();
    let owner = std::slice::from_ref(&team.admin.email);
    // The addresses of an IPv6 subnet are one network.
    let hosts = ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:3::4"];
    for (n, host) in hosts.iter().enumerate() {
        ask(&anonymous.calling_from(host), &strangers(&n.to_string(), 1)).await;
    }
    ask(&anonymous.calling_from(hosts[0]), owner).await;
    replica.server.quiet().await;
    assert_eq!(server.mails_to(&team.admin.email).await.len(), 0);

    // Rejected requests do not use the quota of the address.
    for _ in 0..3 {
        ask(&anonymous.calling_from(HOME), owner).await;
        replica.server.quiet().await;
    }
    assert_eq!(server.mails_to(&team.admin.email).await.len(), 3);
    server.advance(chrono::Duration::minutes(61));
    ask(&anonymous.calling_from(hosts[0]), owner).await;
    replica.server.quiet().await;
    let mails = server.mails_to(&team.admin.email).await;
    assert_eq!(mails.len(), 1, "the links of an hour ago have expired");
    replica.stop().await;
}

async fn replicas_share_the_limit_per_network(server: Server) {
    let flags = ["--resets-per-network", "2"];
    let (one, other) = (server.replica(&flags).await, server.replica(&flags).await);
    let team = Team::first(&server).await;
    ask(&one.server.anonymous(), &strangers("p", 2)).await;
    one.server.quiet().await;
    let owner = std::slice::from_ref(&team.admin.email);
    ask(&other.server.anonymous(), owner).await;
    other.server.quiet().await;
    assert_eq!(server.mails_to(&team.admin.email).await.len(), 0);
    one.stop().await;
    other.stop().await;
}
