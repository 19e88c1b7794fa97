//! Failed sign-ins are throttled, for known and unknown accounts alike, and never for long.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Reply, Server, Team, user_errors};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;

on_both_engines!(
    failures_throttle_an_account,
    the_delay_grows_to_a_minute_and_ends,
    unknown_accounts_are_throttled_alike,
    throttles_are_shared_by_replicas,
    guesses_from_one_network_do_not_block_others,
    guessing_many_accounts_from_one_address_is_throttled,
    the_addresses_of_an_ipv6_subnet_count_as_one,
    success_resets_the_counter,
    a_password_reset_ends_the_delay,
    concurrent_guesses_are_throttled,
    a_stolen_session_cannot_guess_the_password,
);

/// The flags of a server that trusts the client address from its proxy.
pub const BEHIND_PROXY: [&str; 2] = ["--trusted-proxies", "127.0.0.0/8"];
pub const HOME: &str = "198.51.100.7";
const ELSEWHERE: &str = "203.0.113.9";

pub async fn sign_in(client: &Client, email: &str, password: &str) -> Reply {
    let input = json!({ "email": email, "password": password, "transport": "BEARER" });
    client.try_mutate("signIn", input, "sessionToken").await
}

/// Returns whether the reply has a session. If not, it must be a rejection of the password.
pub fn succeeded(reply: &Reply) -> bool {
    let payload = &reply.0["data"]["signIn"];
    let wrong = user_errors(payload) == ["CREDENTIALS_INVALID"];
    assert!(
        wrong || payload["sessionToken"].is_string(),
        "{:#}",
        reply.0
    );
    !wrong
}

/// Returns the end of the delay, or `None` if the attempt was not throttled.
pub fn throttled_until(reply: &Reply) -> Option<DateTime<Utc>> {
    if reply.codes() != ["RATE_LIMITED"] {
        return None;
    }
    let retry_at = &reply.0["errors"][0]["extensions"]["retryAt"];
    Some(retry_at.as_str().unwrap().parse().unwrap())
}

/// Guesses until throttled. Returns the number of guesses and the end of the delay. On a slow
/// machine, this may take a few more guesses, since the first delays are only a second or two.
pub async fn guess(client: &Client, email: &str) -> (usize, DateTime<Utc>) {
    for guesses in 0..15 {
        let reply = sign_in(client, email, "not the password").await;
        if let Some(until) = throttled_until(&reply) {
            return (guesses, until);
        }
        assert!(!succeeded(&reply));
    }
    panic!("fifteen guesses were not throttled");
}

pub fn wait(server: &Server, until: DateTime<Utc>) {
    // `retryAt` is in whole seconds.
    server.advance(until - server.app.now() + Duration::seconds(1));
}

async fn failures_throttle_an_account(server: Server) {
    Team::first(&server).await;
    let anonymous = server.anonymous();
    let (taken, _) = guess(&anonymous, "ana@acme.example").await;
    assert!(taken >= 5, "{taken}");
    let (_, until) = guess(&anonymous, "Ana@ACME.example").await;
    assert!(until >= server.app.now() - Duration::seconds(1));
    assert!(until <= server.app.now() + Duration::minutes(1));
}

async fn the_delay_grows_to_a_minute_and_ends(server: Server) {
    let server = server.replica(&BEHIND_PROXY).await;
    let team = Team::first(&server.server).await;
    let guesser = server.server.anonymous().calling_from(ELSEWHERE);
    let mut waits = Vec::new();
    for _ in 0..8 {
        let (_, until) = guess(&guesser, &team.admin.email).await;
        waits.push(until - server.server.app.now());
        wait(&server.server, until);
    }
    let longest = waits.iter().max().unwrap();
    assert!(*longest <= Duration::minutes(1), "{waits:?}");
    assert!(*longest > Duration::seconds(30), "{waits:?}");
    let owner = server.server.anonymous().calling_from("192.0.2.1");
    assert!(succeeded(
        &sign_in(&owner, &team.admin.email, PASSWORD).await
    ));
    server.stop().await;
}

async fn unknown_accounts_are_throttled_alike(server: Server) {
    Team::first(&server).await;
    let (taken, _) = guess(&server.anonymous(), "nobody@acme.example").await;
    assert!(taken >= 5, "{taken}");
}

async fn throttles_are_shared_by_replicas(server: Server) {
    let replica = server
        .replica(&["--sign-in-failures-per-account", "2"])
        .await;
    Team::first(&server).await;
    let one = server.anonymous();
    let other = one.at(&replica.server.url);
    for _ in 0..6 {
        sign_in(&one, "nobody@acme.example", "not the password").await;
    }
    // The second replica allows only two failures. The failures on the first one make its delay
    // longer.
    let mut guesses = 0;
    while throttled_until(&sign_in(&other, "nobody@acme.example", "not the password").await)
        .is_none()
    {
        guesses += 1;
        assert!(
            guesses <= 2,
            "the failures on the first replica do not count"
        );
    }
    replica.stop().await;
}

async fn guesses_from_one_network_do_not_block_others(server: Server) {
    let replica = server.replica(&BEHIND_PROXY).await;
    let team = Team::first(&replica.server).await;
    let (home, elsewhere) = (
        replica.server.anonymous().calling_from(HOME),
        replica.server.anonymous().calling_from(ELSEWHERE),
    );
    let email = &team.admin.email;
    // Long delays do not end during the test on a slow machine.
    for _ in 0..30 {
        let (_, until) = guess(&elsewhere, email).await;
        wait(&replica.server, until);
    }
    guess(&elsewhere, email).await;
    assert!(throttled_until(&sign_in(&elsewhere, email, PASSWORD).await).is_some());
    assert!(succeeded(&sign_in(&home, email, PASSWORD).await));
    assert!(
        throttled_until(&sign_in(&elsewhere, email, PASSWORD).await).is_some(),
        "a success elsewhere does not reset the counter"
    );

    // Guessing from this network is throttled too.
    guess(&home, email).await;
    replica.stop().await;
}

async fn guessing_many_accounts_from_one_address_is_throttled(server: Server) {
    let flags = [&BEHIND_PROXY[..], &["--sign-in-failures-per-address", "3"]].concat();
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let elsewhere = replica.server.anonymous().calling_from(ELSEWHERE);
    let mut refused = false;
    for n in 0..15 {
        let email = format!("nobody{n}@acme.example");
        refused |=
            throttled_until(&sign_in(&elsewhere, &email, "not the password").await).is_some();
        assert!(!refused || n >= 3, "refused after {n}");
    }
    assert!(refused);
    let home = elsewhere.calling_from(HOME);
    assert!(succeeded(
        &sign_in(&home, &team.admin.email, PASSWORD).await
    ));
    replica.stop().await;
}

async fn the_addresses_of_an_ipv6_subnet_count_as_one(server: Server) {
    let flags = [&BEHIND_PROXY[..], &["--sign-in-failures-per-address", "3"]].concat();
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let anonymous = replica.server.anonymous();
    let mut taken = 0;
    loop {
        let host = anonymous.calling_from(&format!("[2001:db8:1:2:{taken:x}::{taken:x}]:443"));
        let email = format!("nobody{taken}@acme.example");
        if throttled_until(&sign_in(&host, &email, "not the password").await).is_some() {
            break;
        }
        taken += 1;
        assert!(taken < 15, "fifteen guesses were not throttled");
    }
    assert!(taken >= 3, "{taken}");
    let neighbor = anonymous.calling_from("2001:db8:1:3::1");
    assert!(succeeded(
        &sign_in(&neighbor, &team.admin.email, PASSWORD).await
    ));
    replica.stop().await;
}

async fn success_resets_the_counter(server: Server) {
    let team = Team::first(&server).await;
    let anonymous = server.anonymous();
    for _ in 0..4 {
        for _ in 0..4 {
            assert!(!succeeded(
                &sign_in(&anonymous, &team.admin.email, "not the password").await
            ));
        }
        assert!(succeeded(
            &sign_in(&anonymous, &team.admin.email, PASSWORD).await
        ));
    }
}

async fn a_password_reset_ends_the_delay(server: Server) {
    let replica = server.replica(&BEHIND_PROXY).await;
    let team = Team::first(&replica.server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let elsewhere = replica.server.anonymous().calling_from(ELSEWHERE);
    for _ in 0..7 {
        let (_, until) = guess(&elsewhere, &bo.email).await;
        wait(&replica.server, until);
    }
    guess(&elsewhere, &bo.email).await;
    team.act(
        "sendPasswordReset",
        json!({ "membershipId": bo.membership_id }),
    )
    .await;
    let token = server.mail_to(&bo.email).await.token();
    let input = json!({ "token": token, "newPassword": "another lamp under rivers" });
    let home = replica.server.anonymous().calling_from(HOME);
    home.mutate("resetPassword", input, "accepted").await;
    assert!(succeeded(
        &sign_in(&home, &bo.email, "another lamp under rivers").await
    ));
    replica.stop().await;
}

async fn concurrent_guesses_are_throttled(server: Server) {
    let team = Team::first(&server).await;
    let anonymous = server.anonymous();
    // Each failure doubles the delay, so few of thirty guesses are accepted, even on a slow
    // machine.
    let guesses = (0..30).map(|_| sign_in(&anonymous, &team.admin.email, "not the password"));
    let replies = futures_util::future::join_all(guesses).await;
    let refused = replies
        .iter()
        .filter(|reply| throttled_until(reply).is_some())
        .count();
    assert!(refused >= 15, "{refused} of 30 were refused");
}

async fn a_stolen_session_cannot_guess_the_password(server: Server) {
    let team = Team::first(&server).await;
    let input = json!({ "currentPassword": "not the password", "newPassword": "another lamp under rivers" });
    let mut taken = 0;
    loop {
        let client = &team.admin.client;
        let reply = client
            .try_mutate("changePassword", input.clone(), "viewer { user { id } }")
            .await;
        if throttled_until(&reply).is_some() {
            break;
        }
        assert_eq!(
            user_errors(&reply.0["data"]["changePassword"]),
            ["CREDENTIALS_INVALID"]
        );
        taken += 1;
        assert!(taken < 15, "fifteen guesses were not throttled");
    }
    assert!(taken >= 5, "{taken}");
}
