//! Known and unknown accounts have the same responses, limits, and SQL statements.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Reply, Server, Team};
use chrono::Duration;
use serde_json::json;

on_both_engines!(
    sign_ins_do_not_reveal_accounts,
    resets_do_not_reveal_accounts,
);

const BEHIND_PROXY: [&str; 2] = ["--trusted-proxies", "127.0.0.0/8"];
const HOME: &str = "198.51.100.7";

async fn sign_in(client: &Client, email: &str, password: &str) -> Reply {
    let input = json!({ "email": email, "password": password, "transport": "BEARER" });
    client.try_mutate("signIn", input, "sessionToken").await
}

/// The response to an attempt, without times and IDs, and the statements that it ran.
type Seen = (String, Vec<String>);

async fn attempt(server: &Server, client: &Client, email: &str) -> Seen {
    server.quiet().await;
    let attempt = sign_in(client, email, "not the password");
    let (reply, statements) = server.statements.during(attempt).await;
    let mut answer = reply.0;
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["retryAt"].take();
        error["extensions"]["requestId"].take();
    }
    (answer.to_string(), statements)
}

/// Guesses passwords from three networks until the delay is at its maximum, moving the clock past
/// each delay; then without moving it, so that attempts are rejected for a minute.
async fn guesses(server: &Server, networks: [&str; 3], email: &str) -> Vec<Seen> {
    let mut seen = Vec::new();
    for from in networks {
        let client = server.anonymous().calling_from(from);
        for _ in 0..13 {
            seen.push(attempt(server, &client, email).await);
            server.advance(Duration::minutes(2));
        }
        for _ in 0..3 {
            seen.push(attempt(server, &client, email).await);
        }
        server.advance(Duration::minutes(2));
    }
    // One more failure from elsewhere delays the account for every network.
    for from in ["198.18.0.1", "198.18.0.2", "198.18.0.2"] {
        let client = server.anonymous().calling_from(from);
        seen.push(attempt(server, &client, email).await);
    }
    server.advance(Duration::minutes(2));
    seen
}

async fn sign_ins_do_not_reveal_accounts(server: Server) {
    let limits = [
        "--sign-in-failures-in-all",
        "8",
        "--sign-in-failures-per-address",
        "1000",
    ];
    let replica = server.replica(&[&BEHIND_PROXY[..], &limits].concat()).await;
    let server = &replica.server;
    let team = Team::first(server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    // The owner has signed in from the first network.
    let networks = [HOME, "203.0.113.9", "2001:db8:1:2::1"];
    let home = server.anonymous().calling_from(HOME);
    let signed_in = sign_in(&home, &team.admin.email, PASSWORD).await;
    assert!(signed_in.codes().is_empty());
    let known = guesses(server, networks, &team.admin.email).await;
    for email in ["bo@acme.example", "nobody@acme.example", "no address"] {
        let other = guesses(server, networks, email).await;
        for (n, (known, other)) in known.iter().zip(&other).enumerate() {
            assert_eq!(known, other, "attempt {n} at {email}");
        }
    }
    let is_refused = |(answer, _): &&Seen| answer.contains("RATE_LIMITED");
    assert_eq!(known.iter().filter(is_refused).count(), 3 * 2 + 2);
    replica.stop().await;
}

async fn resets_do_not_reveal_accounts(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let anonymous = server.anonymous();
    let ask = async |email: &str| {
        let input = json!({ "email": email });
        let asked = anonymous.try_mutate("requestPasswordReset", input, "accepted");
        let reply = asked.await;
        server.quiet().await;
        anonymous.get("{ service { needsSetUp } }").await;
        reply.0
    };
    let mut runs = Vec::new();
    for email in [
        team.admin.email.as_str(),
        "bo@acme.example",
        "nobody@acme.example",
    ] {
        let mut run = Vec::new();
        for _ in 0..5 {
            run.push(server.statements.during(ask(email)).await);
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
    let statements = |n: usize| runs[0][n].1.len();
    assert!(statements(0) > statements(4), "the quota is used up");
    assert_eq!(server.count::<entity::password_reset::Entity>().await, 3);
    let mails = server.mails_to("nobody@acme.example").await;
    assert!(mails.is_empty());
    assert_eq!(server.count::<entity::outbox::Entity>().await, 1 + 3);
}
