//! Failed sign-ins: slowed, for everybody alike, but never for long.

use crate::on_both_engines;
use crate::password_hash::make_older;
use crate::support::{Client, PASSWORD, Reply, Server, Team, user_errors};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

on_both_engines!(
    failures_slow_an_account_down,
    the_wait_grows_to_a_minute_and_is_over_then,
    an_address_without_account_is_slowed_alike,
    every_replica_counts,
    guesses_from_one_network_block_no_other,
    a_known_device_gets_in_while_many_guess,
    a_device_is_known_until_the_password_changes,
    a_device_is_known_by_the_hash_that_its_sign_in_renewed,
    guessing_many_accounts_from_one_address_is_slowed,
    the_addresses_of_an_ipv6_subnet_count_as_one,
    success_forgives_the_failures_before,
    a_reset_lets_its_owner_in_at_once,
    many_guesses_at_once_do_not_slip_through,
    a_stolen_session_cannot_guess_the_password,
);

/// A server that believes the address that its proxy names.
const BEHIND_PROXY: [&str; 2] = ["--trusted-proxies", "127.0.0.0/8"];
const HOME: &str = "198.51.100.7";
const ELSEWHERE: &str = "203.0.113.9";

async fn sign_in(client: &Client, email: &str, password: &str) -> Reply {
    let input = json!({ "email": email, "password": password, "transport": "BEARER" });
    client.try_mutate("signIn", input, "sessionToken").await
}

/// A browser, which keeps its cookies but for that of its session.
struct Browser {
    http: reqwest::Client,
    cookie: std::sync::Mutex<Option<String>>,
    url: String,
}

impl Browser {
    fn at(server: &Server) -> Browser {
        Browser {
            http: reqwest::Client::new(),
            cookie: std::sync::Mutex::default(),
            url: format!("{}/graphql", server.url),
        }
    }

    async fn mutate(&self, mutation: &str, input: Value) -> Value {
        let input_type = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation M($input: {input_type}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": input } });
        let mut request = self.http.post(&self.url).header("x-forwarded-for", HOME);
        if let Some(cookie) = self.cookie.lock().unwrap().as_ref() {
            request = request.header("cookie", cookie);
        }
        let response = request.json(&body).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            if pair.starts_with("tokenvue_device=") {
                *self.cookie.lock().unwrap() = Some(pair.to_owned());
            }
        }
        response.json().await.unwrap()
    }

    /// Whether a password is right; not where it is not even looked at.
    async fn signs_in(&self, email: &str, password: &str) -> bool {
        let input = json!({ "email": email, "password": password });
        let reply = self.mutate("signIn", input).await;
        reply["data"]["signIn"]["userErrors"] == json!([])
    }

    /// Whether a wrong password is looked at.
    async fn guesses(&self, email: &str) -> bool {
        let input = json!({ "email": email, "password": "not the password" });
        let reply = self.mutate("signIn", input).await;
        reply["data"]["signIn"]["userErrors"] == json!([{ "code": "CREDENTIALS_INVALID" }])
    }

    async fn resets(&self, token: &str, password: &str) {
        let input = json!({ "token": token, "newPassword": password });
        let reply = self.mutate("resetPassword", input).await;
        assert_eq!(reply["data"]["resetPassword"]["userErrors"], json!([]));
    }
}

/// Whether the reply is a session; otherwise it must be a refusal for the wrong password.
fn succeeded(reply: &Reply) -> bool {
    let payload = &reply.0["data"]["signIn"];
    let wrong = user_errors(payload) == ["CREDENTIALS_INVALID"];
    assert!(
        wrong || payload["sessionToken"].is_string(),
        "{:#}",
        reply.0
    );
    !wrong
}

/// Until when an attempt is not taken; nothing where it was taken.
fn slowed(reply: &Reply) -> Option<DateTime<Utc>> {
    if reply.codes() != ["RATE_LIMITED"] {
        return None;
    }
    let retry_at = &reply.0["errors"][0]["extensions"]["retryAt"];
    Some(retry_at.as_str().unwrap().parse().unwrap())
}

/// Guesses until it is slowed down, which on a slow machine may take some more guesses, since the
/// first waits last a second or two only. Gives the number of guesses taken and the end of the wait.
async fn guess(client: &Client, email: &str) -> (usize, DateTime<Utc>) {
    for guesses in 0..15 {
        let reply = sign_in(client, email, "not the password").await;
        if let Some(until) = slowed(&reply) {
            return (guesses, until);
        }
        assert!(!succeeded(&reply));
    }
    panic!("fifteen guesses were taken");
}

fn wait(server: &Server, until: DateTime<Utc>) {
    // `retryAt` is written in whole seconds.
    server.advance(until - server.app.now() + Duration::seconds(1));
}

async fn failures_slow_an_account_down(server: Server) {
    Team::first(&server).await;
    let anonymous = server.anonymous();
    let (taken, _) = guess(&anonymous, "ana@acme.example").await;
    assert!(taken >= 5, "{taken}");
    let (_, until) = guess(&anonymous, "Ana@ACME.example").await;
    assert!(until >= server.app.now() - Duration::seconds(1));
    assert!(until <= server.app.now() + Duration::minutes(1));
}

async fn the_wait_grows_to_a_minute_and_is_over_then(server: Server) {
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

async fn an_address_without_account_is_slowed_alike(server: Server) {
    Team::first(&server).await;
    let (taken, _) = guess(&server.anonymous(), "nobody@acme.example").await;
    assert!(taken >= 5, "{taken}");
}

async fn every_replica_counts(server: Server) {
    let replica = server
        .replica(&["--sign-in-failures-per-account", "2"])
        .await;
    Team::first(&server).await;
    let one = server.anonymous();
    let other = one.at(&replica.server.url);
    for _ in 0..6 {
        sign_in(&one, "nobody@acme.example", "not the password").await;
    }
    // The other one allows two failures only: what the first has counted makes it wait longer.
    let mut guesses = 0;
    while slowed(&sign_in(&other, "nobody@acme.example", "not the password").await).is_none() {
        guesses += 1;
        assert!(
            guesses <= 2,
            "the failures on the first replica are not known"
        );
    }
    replica.stop().await;
}

async fn guesses_from_one_network_block_no_other(server: Server) {
    let replica = server.replica(&BEHIND_PROXY).await;
    let team = Team::first(&replica.server).await;
    let (home, elsewhere) = (
        replica.server.anonymous().calling_from(HOME),
        replica.server.anonymous().calling_from(ELSEWHERE),
    );
    let email = &team.admin.email;
    // Long waits, so that none runs out on a slow machine.
    for _ in 0..30 {
        let (_, until) = guess(&elsewhere, email).await;
        wait(&replica.server, until);
    }
    guess(&elsewhere, email).await;
    assert!(slowed(&sign_in(&elsewhere, email, PASSWORD).await).is_some());
    assert!(succeeded(&sign_in(&home, email, PASSWORD).await));
    assert!(
        slowed(&sign_in(&elsewhere, email, PASSWORD).await).is_some(),
        "not forgiven by it"
    );

    // Guessing from there is slowed too.
    guess(&home, email).await;
    replica.stop().await;
}

/// Lets guesses from many networks make an account wait for a minute.
async fn guess_from_everywhere(server: &Server, email: &str) {
    let from = |n: usize| {
        server
            .anonymous()
            .calling_from(&format!("2001:db8:1:{n:x}::1"))
    };
    for n in 0..30 {
        let reply = sign_in(&from(n), email, "not the password").await;
        match slowed(&reply) {
            Some(until) => wait(server, until),
            None => assert!(!succeeded(&reply)),
        }
    }
    let (_, until) = guess(&from(31), email).await;
    assert!(until - server.app.now() > Duration::seconds(30));
}

async fn a_known_device_gets_in_while_many_guess(server: Server) {
    let replica = server.replica(&BEHIND_PROXY).await;
    let server = &replica.server;
    let team = Team::first(server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let (device, other) = (Browser::at(server), Browser::at(server));
    assert!(device.signs_in(&team.admin.email, PASSWORD).await);
    assert!(other.signs_in(&bo.email, PASSWORD).await);
    guess_from_everywhere(server, &team.admin.email).await;
    let fresh = server.anonymous().calling_from(HOME);
    let email = &team.admin.email;
    assert!(slowed(&sign_in(&fresh, email, PASSWORD).await).is_some());
    assert!(
        !other.signs_in(email, PASSWORD).await,
        "it is known for another account"
    );
    assert!(device.signs_in(email, PASSWORD).await);

    // It has a number of guesses of its own.
    let mut guesses = 0;
    while device.guesses(email).await {
        guesses += 1;
        assert!(guesses < 15, "fifteen guesses were taken");
    }
    assert!(guesses >= 5, "{guesses}");
    replica.stop().await;
}

async fn a_device_is_known_until_the_password_changes(server: Server) {
    let replica = server.replica(&BEHIND_PROXY).await;
    let server = &replica.server;
    let team = Team::first(server).await;
    let email = &team.admin.email;
    let (old, new) = (Browser::at(server), Browser::at(server));
    assert!(old.signs_in(email, PASSWORD).await);
    crate::password::request_reset(server, email).await;
    let token = server.mail_to(email).await.token();
    new.resets(&token, "another lamp under rivers").await;
    guess_from_everywhere(server, email).await;
    assert!(!old.signs_in(email, "another lamp under rivers").await);
    assert!(new.signs_in(email, "another lamp under rivers").await);
    replica.stop().await;
}

async fn a_device_is_known_by_the_hash_that_its_sign_in_renewed(server: Server) {
    let replica = server.replica(&BEHIND_PROXY).await;
    let server = &replica.server;
    let team = Team::first(server).await;
    let email = &team.admin.email;
    make_older(server, email).await;
    let device = Browser::at(server);
    assert!(device.signs_in(email, PASSWORD).await);
    guess_from_everywhere(server, email).await;
    assert!(device.signs_in(email, PASSWORD).await);
    replica.stop().await;
}

async fn guessing_many_accounts_from_one_address_is_slowed(server: Server) {
    let flags = [&BEHIND_PROXY[..], &["--sign-in-failures-per-address", "3"]].concat();
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let elsewhere = replica.server.anonymous().calling_from(ELSEWHERE);
    let mut refused = false;
    for n in 0..15 {
        let email = format!("nobody{n}@acme.example");
        refused |= slowed(&sign_in(&elsewhere, &email, "not the password").await).is_some();
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
        if slowed(&sign_in(&host, &email, "not the password").await).is_some() {
            break;
        }
        taken += 1;
        assert!(taken < 15, "fifteen guesses were taken");
    }
    assert!(taken >= 3, "{taken}");
    let neighbor = anonymous.calling_from("2001:db8:1:3::1");
    assert!(succeeded(
        &sign_in(&neighbor, &team.admin.email, PASSWORD).await
    ));
    replica.stop().await;
}

async fn success_forgives_the_failures_before(server: Server) {
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

async fn a_reset_lets_its_owner_in_at_once(server: Server) {
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

async fn many_guesses_at_once_do_not_slip_through(server: Server) {
    let team = Team::first(&server).await;
    let anonymous = server.anonymous();
    // Each guess that is taken doubles the wait: of thirty, few can be taken, however slowly.
    let guesses = (0..30).map(|_| sign_in(&anonymous, &team.admin.email, "not the password"));
    let replies = futures_util::future::join_all(guesses).await;
    let refused = replies
        .iter()
        .filter(|reply| slowed(reply).is_some())
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
        if slowed(&reply).is_some() {
            break;
        }
        assert_eq!(
            user_errors(&reply.0["data"]["changePassword"]),
            ["CREDENTIALS_INVALID"]
        );
        taken += 1;
        assert!(taken < 15, "fifteen guesses were taken");
    }
    assert!(taken >= 5, "{taken}");
}
