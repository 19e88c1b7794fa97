//! Known devices: they can sign in while others guess the password of the account.

use super::password::request_reset;
use super::password_hash::make_older;
use super::sign_in_throttle::{
    BEHIND_PROXY, HOME, guess, sign_in, succeeded, throttled_until, wait,
};
use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    a_known_device_signs_in_during_an_attack,
    a_device_is_known_until_the_password_changes,
    a_device_is_known_after_its_sign_in_replaced_the_hash,
);

/// A browser that keeps its device cookie but no session cookie.
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

    /// Returns whether the password is accepted. It is not if the attempt is throttled.
    async fn signs_in(&self, email: &str, password: &str) -> bool {
        let input = json!({ "email": email, "password": password });
        let reply = self.mutate("signIn", input).await;
        reply["data"]["signIn"]["userErrors"] == json!([])
    }

    /// Returns whether a wrong password is checked.
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

/// Delays an account by a minute with guesses from many networks.
async fn guess_from_everywhere(server: &Server, email: &str) {
    let from = |n: usize| {
        server
            .anonymous()
            .calling_from(&format!("2001:db8:1:{n:x}::1"))
    };
    for n in 0..30 {
        let reply = sign_in(&from(n), email, "not the password").await;
        match throttled_until(&reply) {
            Some(until) => wait(server, until),
            None => assert!(!succeeded(&reply)),
        }
    }
    let (_, until) = guess(&from(31), email).await;
    assert!(until - server.app.now() > Duration::seconds(30));
}

async fn a_known_device_signs_in_during_an_attack(server: Server) {
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
    assert!(throttled_until(&sign_in(&fresh, email, PASSWORD).await).is_some());
    assert!(
        !other.signs_in(email, PASSWORD).await,
        "the device is known for another account only"
    );
    assert!(device.signs_in(email, PASSWORD).await);

    // The device has a counter of its own.
    let mut guesses = 0;
    while device.guesses(email).await {
        guesses += 1;
        assert!(guesses < 15, "fifteen guesses were not throttled");
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
    request_reset(server, email).await;
    let token = server.mail_to(email).await.token();
    new.resets(&token, "another lamp under rivers").await;
    guess_from_everywhere(server, email).await;
    assert!(!old.signs_in(email, "another lamp under rivers").await);
    assert!(new.signs_in(email, "another lamp under rivers").await);
    replica.stop().await;
}

async fn a_device_is_known_after_its_sign_in_replaced_the_hash(server: Server) {
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
