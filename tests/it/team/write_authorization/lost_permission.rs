//! The actor is demoted or removed while the request runs.

use super::attempts::{Scene, Write, difference};
use super::overtaking::writes_audit_log;
use crate::on_both_engines;
use crate::support::{Reply, Server, Team, text};
use serde_json::json;

on_both_engines!(
    invite_users,
    invite_users_in_several_workspaces,
    assign_to_workspaces,
    assign_from_a_workspace,
    resend_invitation,
    revoke_invitation,
    change_role,
    remove_member,
    send_password_reset,
    update_workspace,
    create_workspace,
    leave_workspace,
    switch_workspace,
);

/// The mutations tested here.
pub const WRITES: [&str; 11] = [
    "inviteUsers",
    "assignToWorkspaces",
    "resendInvitation",
    "revokeInvitation",
    "changeRole",
    "removeMember",
    "sendPasswordReset",
    "updateWorkspace",
    "createWorkspace",
    "leaveWorkspace",
    "switchWorkspace",
];

/// How Bea loses her permissions in a workspace.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Loss {
    Demotion,
    Removal,
}

/// Removes Bea's permissions in a workspace while her mutation runs. Returns the response, and
/// asserts that the mutation changed nothing.
async fn lose(scene: &Scene, write: &Write, team: &Team, loss: Loss) -> Reply {
    let membership_id = text(&team.member_with(&scene.bea.email).await["id"]);
    let before = rows(scene).await;
    let losing = team.clone();
    let change = async move {
        match loss {
            Loss::Demotion => losing.change_role(&membership_id, "SECURITY_AUDITOR").await,
            Loss::Removal => losing.remove(&membership_id).await,
        }
    };
    let (reply, change) = scene.overtake(write, writes_audit_log, change).await;
    assert_eq!(change["userErrors"], json!([]), "{loss:?}");
    let changes = difference(&before, &rows(scene).await);
    assert!(changes.is_empty(), "{loss:?}: {changes:#?}");
    reply
}

/// Returns the rows that do not describe Bea's membership.
async fn rows(scene: &Scene) -> Vec<String> {
    let mut rows = scene.other.server.dump().await;
    let email = format!("{:?}", scene.bea.email);
    rows.retain(|row| {
        let beas = row.starts_with("membership:") && row.contains(&email);
        !beas && !row.starts_with("team_count:")
    });
    rows
}

/// Asserts that a mutation is denied when Bea loses the permission in `team`, and that the audit
/// log contains a member's attempt.
async fn assert_denied(scene: Scene, write: Write, team: Team) {
    let reply = lose(&scene, &write, &team, Loss::Demotion).await;
    assert_eq!(reply.codes(), ["FORBIDDEN"], "{:#}", reply.0);
    assert_eq!(scene.refusals(&team, write.kind).await, 1);
    scene.restore_bea(&team).await;

    let reply = lose(&scene, &write, &team, Loss::Removal).await;
    assert_eq!(reply.codes(), ["NOT_FOUND"], "{:#}", reply.0);
    assert_eq!(scene.refusals(&team, write.kind).await, 1);
    scene.other.stop().await;
}

async fn assert_denied_in_acme(server: &Server, mutation: &'static str) {
    let scene = Scene::set(server).await;
    let (write, team) = (scene.write(mutation), scene.team.clone());
    assert_denied(scene, write, team).await;
}

async fn invite_users(server: Server) {
    assert_denied_in_acme(&server, "inviteUsers").await;
}

/// If she lost the permission in one of the workspaces, nothing happens in the others.
async fn invite_users_in_several_workspaces(server: Server) {
    let scene = Scene::set(&server).await;
    scene.add_bea_to_beta().await;
    let mut write = scene.write("inviteUsers");
    write.input["workspaceIds"] = json!([scene.team.workspace_id, scene.beta.workspace_id]);
    let team = scene.beta.clone();
    assert_denied(scene, write, team).await;
}

async fn assign_to_workspaces(server: Server) {
    let scene = Scene::set(&server).await;
    scene.add_bea_to_beta().await;
    let (write, team) = (scene.write("assignToWorkspaces"), scene.beta.clone());
    assert_denied(scene, write, team).await;
}

async fn assign_from_a_workspace(server: Server) {
    let scene = Scene::set(&server).await;
    scene.add_bea_to_beta().await;
    let (write, team) = (scene.write("assignToWorkspaces"), scene.team.clone());
    assert_denied(scene, write, team).await;
}

async fn resend_invitation(server: Server) {
    assert_denied_in_acme(&server, "resendInvitation").await;
}

async fn revoke_invitation(server: Server) {
    assert_denied_in_acme(&server, "revokeInvitation").await;
}

async fn change_role(server: Server) {
    assert_denied_in_acme(&server, "changeRole").await;
}

async fn remove_member(server: Server) {
    assert_denied_in_acme(&server, "removeMember").await;
}

async fn send_password_reset(server: Server) {
    assert_denied_in_acme(&server, "sendPasswordReset").await;
}

async fn update_workspace(server: Server) {
    assert_denied_in_acme(&server, "updateWorkspace").await;
}

/// By default, admins of any workspace may create another one.
async fn create_workspace(server: Server) {
    let scene = Scene::set(&server).await;
    let write = scene.write("createWorkspace");
    let reply = lose(&scene, &write, &scene.team, Loss::Demotion).await;
    assert_eq!(reply.codes(), ["FORBIDDEN"], "{:#}", reply.0);
    scene.restore_bea(&scene.team).await;
    let reply = lose(&scene, &write, &scene.team, Loss::Removal).await;
    assert_eq!(reply.codes(), ["FORBIDDEN"], "{:#}", reply.0);
    scene.other.stop().await;
}

async fn leave_workspace(server: Server) {
    let scene = Scene::set(&server).await;
    let write = scene.write("leaveWorkspace");
    let reply = lose(&scene, &write, &scene.team, Loss::Removal).await;
    assert_eq!(reply.codes(), ["NOT_FOUND"], "{:#}", reply.0);
    scene.other.stop().await;
}

async fn switch_workspace(server: Server) {
    let scene = Scene::set(&server).await;
    scene.add_bea_to_beta().await;
    let write = scene.write("switchWorkspace");
    let reply = lose(&scene, &write, &scene.beta, Loss::Removal).await;
    assert_eq!(reply.codes(), ["NOT_FOUND"], "{:#}", reply.0);
    scene.other.stop().await;
}
