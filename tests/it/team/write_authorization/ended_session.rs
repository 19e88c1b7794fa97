//! The session of a request ends while the request runs.

use super::attempts::{Scene, Write, difference, ends_scene};
use super::overtaking::ends_session;
use crate::on_both_engines;
use crate::support::{Client, Reply, Server, Team, sign_in, user_errors};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    no_write_outlives_its_session,
    an_ended_session_cannot_revoke_another,
    an_ended_session_accepts_no_invitation,
);

/// The mutations tested here: all that need a session.
pub const WRITES: [&str; 16] = [
    "inviteUsers",
    "assignToWorkspaces",
    "resendInvitation",
    "revokeInvitation",
    "changeRole",
    "removeMember",
    "sendPasswordReset",
    "updateWorkspace",
    "createWorkspace",
    "switchWorkspace",
    "updateProfile",
    "signOut",
    "leaveWorkspace",
    "changePassword",
    "revokeSession",
    "acceptInvitation",
];

/// Returns the ID of a client's session.
async fn session_id(client: &Client) -> Value {
    client.get("{ viewer { session { id } } }").await["viewer"]["session"]["id"].clone()
}

/// Ends Bea's session from another one while her mutation runs. Returns the response to the
/// mutation, and the rows that it changed.
async fn end_session(scene: &Scene, write: &Write) -> (Reply, Vec<String>) {
    let input = json!({ "sessionId": session_id(&scene.bea.client).await });
    let elsewhere = sign_in(&scene.other.server, &scene.bea.email).await;
    let before = scene.other.server.dump().await;
    let change = async move { elsewhere.mutate("revokeSession", input, "accepted").await };
    let (reply, change) = scene.overtake(write, ends_session, change).await;
    assert_eq!(change["accepted"], true);
    assert!(!scene.bea.client.is_signed_in().await);
    (reply, difference(&before, &scene.other.server.dump().await))
}

async fn no_write_outlives_its_session(server: Server) {
    let mut scene = Scene::set(&server).await;
    scene.add_bea_to_beta().await;
    let mut wrong = Vec::new();
    for mutation in &WRITES[..14] {
        let write = scene.write(mutation);
        let (reply, changes) = end_session(&scene, &write).await;
        // An ended session counts as signed out.
        let refused = match reply.codes().as_slice() {
            ["UNAUTHENTICATED"] => true,
            ["NOT_FOUND"] => *mutation == "signOut",
            _ => false,
        };
        if !refused || !changes.is_empty() {
            wrong.push((*mutation, reply.0, changes));
            if ends_scene(mutation) {
                break;
            }
        }
        scene.bea.client = sign_in(&server, &scene.bea.email).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    scene.other.stop().await;
}

async fn an_ended_session_cannot_revoke_another(server: Server) {
    let scene = Scene::set(&server).await;
    let third = sign_in(&server, &scene.bea.email).await;
    let write = Write {
        mutation: "revokeSession",
        input: json!({ "sessionId": session_id(&third).await }),
        kind: "",
    };
    let (reply, _) = end_session(&scene, &write).await;
    assert_eq!(reply.codes(), ["UNAUTHENTICATED"], "{:#}", reply.0);
    assert!(third.is_signed_in().await);
    scene.other.stop().await;
}

/// Creates a scene in which Bea has an account, and in the other workspace an invitation that
/// expired before she signed up and was resent afterwards, so only her session can accept it.
/// Returns its token.
async fn invited_bea(server: &Server) -> (Scene, String) {
    let acme = Team::first(server).await;
    let beta = acme.another("Beta").await;
    beta.invite("bea@acme.example", "Bea", "GATEWAY_OPERATOR")
        .await;
    server.advance(Duration::days(8));
    let scene = Scene::of(&acme.later().await, &beta.later().await).await;
    let member = scene.beta.member_with(&scene.bea.email).await;
    let input = json!({ "invitationId": member["invitation"]["id"] });
    let payload = scene.beta.act("resendInvitation", input).await;
    assert_eq!(payload["userErrors"], json!([]));
    let token = server.mail_to(&scene.bea.email).await.token();
    (scene, token)
}

async fn an_ended_session_accepts_no_invitation(server: Server) {
    let (scene, token) = invited_bea(&server).await;
    let write = Write {
        mutation: "acceptInvitation",
        input: json!({ "token": token, "transport": "BEARER" }),
        kind: "",
    };
    let (reply, changes) = end_session(&scene, &write).await;
    // The same response as for a visitor with this link.
    let refused = match reply.codes().as_slice() {
        [] => user_errors(&reply.0["data"]["acceptInvitation"]) == ["ACCOUNT_EXISTS"],
        codes => codes == ["UNAUTHENTICATED"],
    };
    assert!(refused && changes.is_empty(), "{:#}: {changes:#?}", reply.0);
    scene.other.stop().await;
}
