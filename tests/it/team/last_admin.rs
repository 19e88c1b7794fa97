//! Workspace Admins: every workspace keeps one, and one is always responsible for each invitation.

use crate::on_both_engines;
use crate::support::{PASSWORD, Person, Server, Team, text, user_errors};
use crate::team::accept_invitation::accept;
use serde_json::{Value, json};

on_both_engines!(
    the_last_admin_cannot_leave_or_be_demoted,
    an_invited_admin_does_not_count_as_an_admin,
    a_demoted_admins_invitations_transfer_to_the_actor,
    a_removed_admins_invitations_transfer_to_the_actor,
    a_leaving_admins_invitations_transfer_to_the_longest_serving_admin,
    demoting_oneself_returns_the_transferred_invitations,
    a_demoted_admins_invitations_can_be_revoked,
    a_removed_admins_invitations_can_be_revoked,
    a_role_with_team_manage_keeps_the_invitations,
    a_role_change_applies_from_the_next_request,
    a_removed_member_loses_access_and_can_be_invited_again,
);

/// Creates an admin with two open invitations, and one member who has accepted theirs.
async fn busy_admin(team: &Team) -> Person {
    let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
    let hers = team.by(&bea);
    hers.member("Max", "GATEWAY_OPERATOR").await;
    for name in ["Cy", "Dee"] {
        let email = format!("{name}@acme.example");
        hers.invite(&email, name, "GATEWAY_OPERATOR").await;
    }
    bea
}

async fn leave(team: &Team, selection: &str) -> Value {
    let input = json!({ "workspaceId": team.workspace_id });
    team.admin
        .client
        .mutate("leaveWorkspace", input, selection)
        .await
}

/// Returns the addresses of a payload's transferred invitations with those of their inviters.
fn transferred(payload: &Value) -> Vec<(String, String)> {
    let invitations = payload["reassignedInvitations"].as_array().unwrap();
    let pair = |one: &Value| (text(&one["email"]), text(&one["inviter"]["email"]));
    let mut pairs: Vec<_> = invitations.iter().map(pair).collect();
    pairs.sort();
    pairs
}

/// Asserts that both open invitations have the new inviter, that the audit log says so, and that
/// they work.
async fn assert_transferred(team: &Team, successor: &str, actor: &str) {
    for email in ["Cy@acme.example", "Dee@acme.example"] {
        let member = team.member_with(email).await;
        assert_eq!(member["invitation"]["inviter"]["email"], successor);
    }
    let selection = "accessHistory(kind: REASSIGN_INVITATION) {
        nodes { actor subject details { key value } } }";
    let history = team.read(selection).await;
    let mut entries = history["accessHistory"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    entries.sort_by_key(|entry| text(&entry["subject"]));
    let entry = |subject: &str| {
        let details = json!([{ "key": "to", "value": successor }]);
        json!({ "actor": actor, "subject": subject, "details": details })
    };
    assert_eq!(entries, ["Cy@acme.example", "Dee@acme.example"].map(entry));
    let token = team.server.mail_to("Cy@acme.example").await.token();
    team.accept("Cy@acme.example", &token).await;
}

fn both_invitations_to(successor: &str) -> [(String, String); 2] {
    ["Cy@acme.example", "Dee@acme.example"].map(|email| (email.to_owned(), successor.to_owned()))
}

async fn the_last_admin_cannot_leave_or_be_demoted(server: Server) {
    let team = Team::first(&server).await;
    team.member("Bo", "GATEWAY_OPERATOR").await;
    let own = &team.admin.membership_id;

    let payload = team.change_role(own, "SECURITY_AUDITOR").await;
    assert_eq!(user_errors(&payload), ["LAST_ADMIN"]);
    assert_eq!(payload["userErrors"][0]["field"], json!(["role"]));
    let payload = team.remove(own).await;
    assert_eq!(user_errors(&payload), ["LAST_ADMIN"]);
    assert_eq!(payload["removedMembershipId"], Value::Null);
    assert_eq!(payload["userErrors"][0]["field"], json!(["membershipId"]));
    let payload = leave(&team, "viewer { user { id } }").await;
    assert_eq!(user_errors(&payload), ["LAST_ADMIN"]);
    assert_eq!(payload["userErrors"][0]["field"], json!(["workspaceId"]));
    assert_eq!(
        team.change_role(own, "WORKSPACE_ADMIN").await["userErrors"],
        json!([])
    );
    assert_eq!(team.summary().await, [2, 2, 0, 0]);

    // With a second admin, either of them may leave.
    let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
    assert_eq!(
        leave(&team, "viewer { user { id } }").await["userErrors"],
        json!([])
    );
    let hers = team.by(&bea);
    assert_eq!(hers.summary().await, [2, 2, 0, 0]);
    let payload = hers
        .change_role(&bea.membership_id, "GATEWAY_OPERATOR")
        .await;
    assert_eq!(user_errors(&payload), ["LAST_ADMIN"]);
}

async fn an_invited_admin_does_not_count_as_an_admin(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bea@acme.example", "Bea", "WORKSPACE_ADMIN")
        .await;
    let payload = team
        .change_role(&team.admin.membership_id, "GATEWAY_OPERATOR")
        .await;
    assert_eq!(user_errors(&payload), ["LAST_ADMIN"]);
    let member = team.member_with("bea@acme.example").await;
    let payload = team
        .change_role(&text(&member["id"]), "GATEWAY_OPERATOR")
        .await;
    assert_eq!(payload["membership"]["role"], "GATEWAY_OPERATOR");
}

async fn a_demoted_admins_invitations_transfer_to_the_actor(server: Server) {
    let team = Team::first(&server).await;
    let bea = busy_admin(&team).await;
    let payload = team
        .change_role(&bea.membership_id, "SECURITY_AUDITOR")
        .await;
    assert_eq!(
        transferred(&payload),
        both_invitations_to("ana@acme.example")
    );
    assert_eq!(payload["revokedInvitations"], json!([]));
    assert_transferred(&team, "ana@acme.example", "Ana Admin <ana@acme.example>").await;
}

async fn a_removed_admins_invitations_transfer_to_the_actor(server: Server) {
    let team = Team::first(&server).await;
    let bea = busy_admin(&team).await;
    let zed = team.member("Zed", "WORKSPACE_ADMIN").await;
    let payload = team.by(&zed).remove(&bea.membership_id).await;
    assert_eq!(transferred(&payload), both_invitations_to(&zed.email));
    assert_transferred(&team, &zed.email, "Zed <zed@acme.example>").await;
}

async fn a_leaving_admins_invitations_transfer_to_the_longest_serving_admin(server: Server) {
    let team = Team::first(&server).await;
    let bea = busy_admin(&team).await;
    team.member("Zed", "WORKSPACE_ADMIN").await;
    // A viewer who has left the workspace does not see the new inviter.
    let selection =
        "viewer { user { id } } reassignedInvitations { email state inviter { email } }";
    let payload = leave(&team.by(&bea), selection).await;
    assert_eq!(payload["userErrors"], json!([]));
    let mut left = payload["reassignedInvitations"].as_array().unwrap().clone();
    left.sort_by_key(|one| text(&one["email"]));
    let one = |email: &str| json!({ "email": email, "state": "PENDING", "inviter": null });
    assert_eq!(left, ["Cy@acme.example", "Dee@acme.example"].map(one));
    assert_transferred(&team, "ana@acme.example", "Bea <bea@acme.example>").await;
}

async fn demoting_oneself_returns_the_transferred_invitations(server: Server) {
    let team = Team::first(&server).await;
    let bea = busy_admin(&team).await;
    let payload = team
        .by(&bea)
        .change_role(&bea.membership_id, "GATEWAY_OPERATOR")
        .await;
    assert_eq!(
        transferred(&payload),
        both_invitations_to("ana@acme.example")
    );
    let query = "{ workspace { invitations { totalCount } } }";
    let reply = bea.client.run(query, json!({})).await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);
}

async fn demote_or_remove_and_revoke(team: &Team, mutation: &str) {
    let bea = busy_admin(team).await;
    let token = team.server.mail_to("Cy@acme.example").await.token();
    let mut input = json!({ "membershipId": bea.membership_id, "revokeTheirInvitations": true });
    if mutation == "changeRole" {
        input["role"] = json!("GATEWAY_OPERATOR");
    }
    let payload = team.act(mutation, input).await;
    assert_eq!(payload["reassignedInvitations"], json!([]));
    let revoked = payload["revokedInvitations"].as_array().unwrap();
    let states: Vec<_> = revoked.iter().map(|one| text(&one["state"])).collect();
    assert_eq!(states, ["REVOKED", "REVOKED"]);
    let payload = accept(&team.server.anonymous(), &token, Some(PASSWORD)).await;
    assert_eq!(user_errors(&payload), ["TOKEN_REVOKED"]);
    let history = team
        .read("accessHistory(kind: REVOKE_INVITATION) { totalCount }")
        .await;
    assert_eq!(history["accessHistory"]["totalCount"], 2);
}

async fn a_demoted_admins_invitations_can_be_revoked(server: Server) {
    let team = Team::first(&server).await;
    demote_or_remove_and_revoke(&team, "changeRole").await;
    assert_eq!(team.summary().await, [3, 3, 0, 0]);
}

async fn a_removed_admins_invitations_can_be_revoked(server: Server) {
    let team = Team::first(&server).await;
    demote_or_remove_and_revoke(&team, "removeMember").await;
    assert_eq!(team.summary().await, [2, 2, 0, 0]);
}

async fn a_role_with_team_manage_keeps_the_invitations(server: Server) {
    let team = Team::first(&server).await;
    let bea = busy_admin(&team).await;
    let mut input = json!({ "membershipId": bea.membership_id, "revokeTheirInvitations": true });
    input["role"] = json!("WORKSPACE_ADMIN");
    let payload = team.act("changeRole", input).await;
    assert_eq!(payload["revokedInvitations"], json!([]));
    let member = team.member_with("Cy@acme.example").await;
    assert_eq!(member["invitation"]["inviter"]["email"], bea.email.as_str());
}

async fn a_role_change_applies_from_the_next_request(server: Server) {
    let team = Team::first(&server).await;
    let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
    let hers = team.by(&bea);
    let input =
        || json!({ "invitees": [{ "email": "cy@acme.example", "role": "GATEWAY_OPERATOR" }] });
    let invite = async || {
        let reply = hers
            .admin
            .client
            .try_mutate("inviteUsers", input(), "outcomes { result }");
        let reply = reply.await;
        reply.codes().first().map(|code| (*code).to_owned())
    };
    team.change_role(&bea.membership_id, "GATEWAY_OPERATOR")
        .await;
    assert_eq!(invite().await.as_deref(), Some("FORBIDDEN"));
    team.change_role(&bea.membership_id, "WORKSPACE_ADMIN")
        .await;
    assert_eq!(invite().await, None);

    // A demotion of oneself applies within the same response.
    let payload = hers.admin.client.try_mutate(
        "changeRole",
        json!({ "membershipId": bea.membership_id, "role": "GATEWAY_OPERATOR" }),
        "membership { role workspace { settings { allowedEmailDomains } } }",
    );
    let reply = payload.await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);
    assert_eq!(
        reply.0["data"]["changeRole"]["membership"]["role"],
        "GATEWAY_OPERATOR"
    );
}

async fn a_removed_member_loses_access_and_can_be_invited_again(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    team.remove(&bo.membership_id).await;
    let query = "query Q($id: ID) { workspace(id: $id) { name } }";
    let variables = json!({ "id": team.workspace_id });
    let reply = bo.client.run(query, variables.clone()).await;
    assert_eq!(reply.codes(), ["NOT_FOUND"]);
    assert!(bo.client.is_signed_in().await, "the account still exists");

    let outcome = team.invite(&bo.email, "Bo", "SECURITY_AUDITOR").await;
    assert_eq!(outcome["result"], "ADDED");
    assert_eq!(
        bo.client.run(query, variables).await.data()["workspace"]["name"],
        "Acme"
    );
}
