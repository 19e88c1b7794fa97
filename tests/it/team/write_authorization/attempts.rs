//! A team in which a member is about to lose a permission, and the mutations that she tries.

use super::overtaking::{Step, loads_viewer, overtake};
use crate::support::pause::Matches;
use crate::support::server::Replica;
use crate::support::{Client, PASSWORD, Person, Reply, Server, Team, text};
use chrono::Duration;
use serde_json::{Value, json};
use std::future::Future;

/// The password that a member changes to.
pub const NEW_PASSWORD: &str = "another lamp under rivers";

/// Acme with the admins Ana and Bea, the operator Cyd, and Bo, who is invited; and another
/// workspace of Ana's. Changes that remove permissions are sent to another server on the same
/// database.
pub struct Scene {
    pub server: Server,
    pub other: Replica,
    /// Acme, with Ana as the actor through the other server.
    pub team: Team,
    /// The other workspace, with the same actor and server.
    pub beta: Team,
    /// The member who tries to write.
    pub bea: Person,
    pub cyd: Person,
    invitation_id: String,
}

/// A mutation that Bea tries.
pub struct Write {
    pub mutation: &'static str,
    pub input: Value,
    /// The kind of its audit events.
    pub kind: &'static str,
}

impl Scene {
    pub async fn set(server: &Server) -> Scene {
        let team = Team::first(server).await;
        let beta = team.another("Beta").await;
        Scene::of(&team, &beta).await
    }

    /// Creates the scene with two existing workspaces.
    pub async fn of(team: &Team, beta: &Team) -> Scene {
        let server = &team.server;
        let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
        let cyd = team.member("Cyd", "GATEWAY_OPERATOR").await;
        let bo = team
            .invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
            .await;
        // Bo's invitation can be resent after this time.
        server.advance(Duration::minutes(2));
        let other = server.replica(&[]).await;
        Scene {
            server: server.clone(),
            team: team.at(&other.server),
            beta: beta.at(&other.server),
            other,
            bea,
            cyd,
            invitation_id: text(&bo["membership"]["invitation"]["id"]),
        }
    }

    /// Makes Bea an admin of the other workspace too.
    pub async fn add_bea_to_beta(&self) {
        let outcome = self.beta.invite(&self.bea.email, "", "WORKSPACE_ADMIN");
        assert_eq!(outcome.await["result"], "ADDED");
    }

    /// Returns the mutation with this name, with Bea's input. `acceptInvitation` needs a link.
    pub fn write(&self, mutation: &'static str) -> Write {
        let (acme, beta) = (&self.team.workspace_id, &self.beta.workspace_id);
        let (cyd, bo) = (&self.cyd.membership_id, &self.invitation_id);
        let eve = json!({ "email": "eve@acme.example", "role": "WORKSPACE_ADMIN" });
        let (input, kind) = match mutation {
            "inviteUsers" => (
                json!({ "invitees": [eve], "workspaceIds": [acme] }),
                "INVITE_MEMBER",
            ),
            "assignToWorkspaces" => (
                json!({ "membershipId": cyd, "workspaceIds": [beta], "role": "WORKSPACE_ADMIN" }),
                "ADD_MEMBER",
            ),
            "resendInvitation" => (json!({ "invitationId": bo }), "RESEND_INVITATION"),
            "revokeInvitation" => (json!({ "invitationId": bo }), "REVOKE_INVITATION"),
            "changeRole" => (
                json!({ "membershipId": cyd, "role": "WORKSPACE_ADMIN" }),
                "CHANGE_ROLE",
            ),
            "removeMember" => (json!({ "membershipId": cyd }), "REMOVE_MEMBER"),
            "sendPasswordReset" => (json!({ "membershipId": cyd }), "SEND_PASSWORD_RESET"),
            "updateWorkspace" => (
                json!({ "workspaceId": acme, "name": "Mine" }),
                "UPDATE_WORKSPACE",
            ),
            "createWorkspace" => (json!({ "name": "Mine" }), "CREATE_WORKSPACE"),
            "leaveWorkspace" => (json!({ "workspaceId": acme }), "LEAVE_WORKSPACE"),
            "switchWorkspace" => (json!({ "workspaceId": beta }), ""),
            "updateProfile" => (json!({ "firstName": "Eve", "lastName": "Evil" }), ""),
            "changePassword" => (
                json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD }),
                "",
            ),
            "signOut" => (json!({}), ""),
            _ => panic!("no input for {mutation}"),
        };
        Write {
            mutation,
            input,
            kind,
        }
    }

    /// Lets a change on the other server, which pauses after a statement, overtake a mutation of
    /// Bea's. Returns both responses.
    pub async fn overtake<C>(&self, write: &Write, after: Matches, change: C) -> (Reply, C::Output)
    where
        C: Future<Output: Send> + Send + 'static,
    {
        self.warm_up().await;
        let first = Step {
            server: &self.server,
            after: loads_viewer,
            work: attempt(&self.bea.client, write),
        };
        let second = Step {
            server: &self.other.server,
            after,
            work: change,
        };
        overtake(first, second).await
    }

    /// Lets activity be recorded in advance, because it would wait for locks too.
    async fn warm_up(&self) {
        for client in [&self.bea.client, &self.team.admin.client] {
            client.get("{ viewer { user { id } } }").await;
        }
        self.server.quiet().await;
        self.other.server.quiet().await;
    }

    /// Counts the events of a kind about Bea's denied attempts.
    pub async fn refusals(&self, team: &Team, kind: &str) -> u64 {
        let selection = format!(
            r#"accessHistory(kind: {kind}, outcome: REFUSED, actorId: "{}") {{ totalCount }}"#,
            self.bea.user_id
        );
        let data = team.read(&selection).await;
        data["accessHistory"]["totalCount"].as_u64().unwrap()
    }

    /// Makes Bea an admin of a workspace again.
    pub async fn restore_bea(&self, team: &Team) {
        let id = text(&team.member_with(&self.bea.email).await["id"]);
        let payload = team.change_role(&id, "WORKSPACE_ADMIN").await;
        assert_eq!(payload["userErrors"], json!([]));
    }
}

/// Returns the rows that are in one of the lists only.
pub fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let gone = before.iter().filter(|row| !after.contains(row));
    let new = after.iter().filter(|row| !before.contains(row));
    gone.map(|row| format!("- {row}"))
        .chain(new.map(|row| format!("+ {row}")))
        .collect()
}

/// Returns whether a mutation, if it was not denied, leaves the scene unusable.
pub fn ends_scene(mutation: &str) -> bool {
    matches!(mutation, "leaveWorkspace" | "changePassword")
}

/// Sends a mutation.
pub fn attempt(client: &Client, write: &Write) -> impl Future<Output = Reply> + Send + use<> {
    let (client, mutation, input) = (client.clone(), write.mutation, write.input.clone());
    async move { client.try_mutate(mutation, input, "__typename").await }
}
