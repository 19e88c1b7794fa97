//! A password is reset while its owner, or an attacker, uses the old password or a session.

use super::attempts::{NEW_PASSWORD, Scene, attempt, difference, ends_scene};
use super::overtaking::{Step, meet, overtake, writes_audit_log};
use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Reply, Server, sign_in, user_errors};
use serde_json::{Value, json};

on_both_engines!(
    no_write_outlives_a_password_reset,
    the_old_password_gives_no_session_during_a_reset,
    a_session_that_begins_during_a_reset_ends,
    a_session_that_begins_while_the_password_is_changed_ends,
);

/// Returns the token of a reset link for Bea.
async fn reset_token(scene: &Scene) -> String {
    let input = json!({ "membershipId": scene.bea.membership_id });
    let payload = scene.team.act("sendPasswordReset", input).await;
    assert_eq!(payload["userErrors"], json!([]));
    scene.server.mail_to(&scene.bea.email).await.token()
}

/// Resets Bea's password on the other server.
fn reset(scene: &Scene, token: &str, password: &str) -> impl Future<Output = Value> + use<> {
    let client = scene.other.server.anonymous();
    let input = json!({ "token": token, "newPassword": password });
    async move { client.mutate("resetPassword", input, "accepted").await }
}

async fn no_write_outlives_a_password_reset(server: Server) {
    let mut scene = Scene::set(&server).await;
    let mut wrong = Vec::new();
    for mutation in [
        "inviteUsers",
        "updateWorkspace",
        "createWorkspace",
        "updateProfile",
        "leaveWorkspace",
        "changePassword",
    ] {
        let write = scene.write(mutation);
        let token = reset_token(&scene).await;
        let before = rows(&scene).await;
        let change = reset(&scene, &token, PASSWORD);
        let (reply, change) = scene.overtake(&write, writes_audit_log, change).await;
        assert_eq!(change["accepted"], true);
        let changes = difference(&before, &rows(&scene).await);
        if reply.codes() != ["UNAUTHENTICATED"] || !changes.is_empty() {
            wrong.push((mutation, reply.0, changes));
            if ends_scene(mutation) {
                break;
            }
        }
        // The password is the one that the reset has set.
        scene.bea.client = sign_in(&server, &scene.bea.email).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    scene.other.stop().await;
}

/// Returns the rows that a reset does not change. Of Bea's rows, only her memberships are included.
async fn rows(scene: &Scene) -> Vec<String> {
    let mut rows = scene.other.server.dump().await;
    let changed = ["user:", "password_reset:", "outbox:", "link_token:"];
    rows.retain(|row| !changed.iter().any(|table| row.starts_with(table)));
    rows
}

/// Signs in on the first server with the old password.
fn sign_in_with_old(scene: &Scene) -> impl Future<Output = Reply> + use<> {
    let client = scene.server.anonymous();
    let email = scene.bea.email.clone();
    let input = json!({ "email": email, "password": PASSWORD, "transport": "BEARER" });
    async move { client.try_mutate("signIn", input, "sessionToken").await }
}

/// Asserts that signing in with the old password created no lasting session.
async fn assert_no_session(server: &Server, reply: &Reply) {
    let payload = &reply.0["data"]["signIn"];
    match payload["sessionToken"].as_str() {
        None => assert_eq!(user_errors(payload), ["CREDENTIALS_INVALID"]),
        Some(token) => {
            let client = Client::new(&server.url, Some(token.to_owned()));
            assert!(
                !client.is_signed_in().await,
                "the session outlives the password"
            );
        }
    }
}

async fn the_old_password_gives_no_session_during_a_reset(server: Server) {
    let scene = Scene::set(&server).await;
    let token = reset_token(&scene).await;
    let first = Step {
        server: &scene.server,
        after: |sql| sql.starts_with("SELECT") && sql.contains("\"password_hash\""),
        work: sign_in_with_old(&scene),
    };
    let second = Step {
        server: &scene.other.server,
        after: writes_audit_log,
        work: reset(&scene, &token, NEW_PASSWORD),
    };
    let (signed_in, reset) = overtake(first, second).await;
    assert_eq!(reset["accepted"], true);
    assert_no_session(&server, &signed_in).await;
    scene.other.stop().await;
}

fn begins_session(sql: &str) -> bool {
    sql.starts_with("INSERT INTO \"sessions\"")
}

/// The sign-in has checked the password and is about to commit when the reset begins.
async fn a_session_that_begins_during_a_reset_ends(server: Server) {
    let scene = Scene::set(&server).await;
    let token = reset_token(&scene).await;
    let first = Step {
        server: &scene.server,
        after: begins_session,
        work: sign_in_with_old(&scene),
    };
    let (signed_in, reset) = meet(first, reset(&scene, &token, NEW_PASSWORD)).await;
    assert_eq!(reset["accepted"], true);
    assert_no_session(&server, &signed_in).await;
    scene.other.stop().await;
}

async fn a_session_that_begins_while_the_password_is_changed_ends(server: Server) {
    let scene = Scene::set(&server).await;
    let client = scene.bea.client.at(&scene.other.server.url);
    let change = scene.write("changePassword");
    let first = Step {
        server: &scene.server,
        after: begins_session,
        work: sign_in_with_old(&scene),
    };
    let (signed_in, changed) = meet(first, attempt(&client, &change)).await;
    assert_eq!(user_errors(&changed.data()["changePassword"]), [""; 0]);
    assert_no_session(&server, &signed_in).await;
    scene.other.stop().await;
}
