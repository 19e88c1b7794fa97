//! Runs every mutation as every kind of viewer, with input that works for viewers who have the
//! permission.

use super::Got;
use super::fields::{outcome, selection};
use super::world::{Asker, World, another_session, session_id};
use crate::support::introspection::Field;
use crate::support::people::PASSWORD;
use chrono::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::collections::HashMap;
use tokenvue::mail::tokens;
use uuid::Uuid;

/// Mutations whose target can be the viewer or another member.
const ABOUT_A_MEMBER: &[&str] = &[
    "revokeSession",
    "assignToWorkspaces",
    "resendInvitation",
    "revokeInvitation",
    "changeRole",
    "removeMember",
    "sendPasswordReset",
];

/// The event that a denied attempt creates in the workspace's access history.
const KINDS: &[(&str, &str)] = &[
    ("updateWorkspace", "UPDATE_WORKSPACE"),
    ("inviteUsers", "INVITE_MEMBER"),
    ("assignToWorkspaces", "ADD_MEMBER"),
    ("resendInvitation", "RESEND_INVITATION"),
    ("revokeInvitation", "REVOKE_INVITATION"),
    ("changeRole", "CHANGE_ROLE"),
    ("removeMember", "REMOVE_MEMBER"),
    ("sendPasswordReset", "SEND_PASSWORD_RESET"),
];

/// Runs every mutation and selects its whole payload. Returns the result of the mutation and of
/// each field of its payload. A denied mutation must change nothing.
pub async fn run_everything(world: &World, fields: &[Field]) -> HashMap<String, Vec<Got>> {
    let mut matrix: HashMap<String, Vec<Got>> = HashMap::new();
    for mutation in fields.iter().filter(|field| field.owner == "Mutation") {
        let payload: Vec<&Field> = fields.iter().filter(|f| f.owner == mutation.of).collect();
        for asker in Asker::ALL {
            let mut got = vec!["-".to_owned(); payload.len() + 1];
            if asker != Asker::Oneself || ABOUT_A_MEMBER.contains(&mutation.name.as_str()) {
                got = run(world, mutation, &payload, asker).await;
            }
            let paths = std::iter::once(mutation.path()).chain(payload.iter().map(|f| f.path()));
            for (path, outcome) in paths.zip(got) {
                matrix.entry(path).or_default().push((asker, outcome));
            }
        }
    }
    matrix
}

async fn run(world: &World, mutation: &Field, payload: &[&Field], asker: Asker) -> Vec<String> {
    let name = mutation.name.as_str();
    let input = input(world, name, asker).await;
    // `signOut` would end a session that later requests need.
    let client = match world.person(asker) {
        Some(person) if name == "signOut" => another_session(&world.server, person).await,
        _ => world.client(asker),
    };
    let (_, input_type) = &mutation.args[0];
    let question = format!(
        "mutation($input: {input_type}) {{
            {name}(input: $input) {{ {} problems: userErrors {{ code }} }}
        }}",
        selection(payload)
    );
    let before = world.server.dump().await;
    let reply = client.run(&question, json!({ "input": input })).await;
    let mut whole = outcome(&reply, &[name]);
    if let Some(code) = reply.0["data"][name]["problems"][0]["code"].as_str() {
        code.clone_into(&mut whole);
    }
    if whole != "ok" {
        let after = world.server.dump().await;
        assert_eq!(
            before, after,
            "{name} changed something for {asker:?}: {whole}"
        );
    }
    note_refusal(world, name, asker, &whole);
    if name == "leaveWorkspace" && whole == "ok" {
        restore_membership(world, asker).await;
    }
    let parts = payload
        .iter()
        .map(|field| outcome(&reply, &[name, &field.name]));
    std::iter::once(whole.clone()).chain(parts).collect()
}

fn note_refusal(world: &World, name: &str, asker: Asker, whole: &str) {
    let kind = KINDS.iter().find(|(mutation, _)| *mutation == name);
    if let (Some((_, kind)), Some(person), "FORBIDDEN") = (kind, world.person(asker), whole) {
        let refused = ((*kind).to_owned(), person.user_id.clone());
        world.refused.lock().unwrap().push(refused);
    }
}

/// Prepares the data that a mutation needs. Returns an input that works for viewers with the
/// permission.
async fn input(world: &World, mutation: &str, asker: Asker) -> Value {
    let workspace = &world.team.workspace_id;
    match mutation {
        "signIn" => {
            json!({ "email": world.colleague.email, "password": PASSWORD, "transport": "BEARER" })
        }
        "setUp" => json!({
            "token": set_up_token(world).await, "email": "first@acme.example", "firstName": "Fay",
            "password": PASSWORD, "workspaceName": "First", "transport": "BEARER",
        }),
        "signOut" => json!({}),
        "requestPasswordReset" => json!({ "email": "nobody@acme.example" }),
        "resetPassword" => json!({ "token": world.reset_token().await, "newPassword": PASSWORD }),
        "switchWorkspace" | "leaveWorkspace" => json!({ "workspaceId": workspace }),
        "updateProfile" => json!({ "firstName": "Kim", "lastName": "Lee" }),
        "changePassword" => json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD }),
        "createWorkspace" => json!({ "name": "New" }),
        "updateWorkspace" => json!({ "workspaceId": workspace, "invitationLifetimeDays": 9 }),
        "requestNewInvitation" => json!({ "token": world.expired_token }),
        "acceptInvitation" | "declineInvitation" => with_token(world, mutation).await,
        "inviteUsers" => {
            let email = format!("{asker:?}@acme.example");
            let invitee = json!({ "email": email, "role": "SECURITY_AUDITOR" });
            json!({ "workspaceIds": [workspace], "invitees": [invitee] })
        }
        _ => about_a_member(world, mutation, asker).await,
    }
}

/// Returns the one-time token of an installation that is already set up.
async fn set_up_token(world: &World) -> String {
    let app = &world.server.app;
    let purpose = entity::link_token::LinkPurpose::Setup;
    let token = tokens::mint(app, Uuid::nil(), purpose).await.unwrap();
    token.secret().expose_secret().to_owned()
}

async fn with_token(world: &World, mutation: &str) -> Value {
    let invitee = world.fresh_invitee().await;
    let token = world.server.mail_to(&invitee.email).await.token();
    match mutation {
        "acceptInvitation" => {
            json!({ "token": token, "password": PASSWORD, "transport": "BEARER" })
        }
        _ => json!({ "token": token }),
    }
}

async fn about_a_member(world: &World, mutation: &str, asker: Asker) -> Value {
    let target = world.target(asker);
    let fresh = world.fresh_invitee().await;
    let (membership, invitation) = match asker {
        Asker::Oneself => (
            json!(target.membership_id),
            world.rows(asker, "invitations")[0].clone(),
        ),
        _ => (json!(fresh.membership_id), json!(fresh.invitation_id)),
    };
    match mutation {
        "revokeSession" => {
            let session = another_session(&world.server, target).await;
            json!({ "sessionId": session_id(&session).await })
        }
        "sendPasswordReset" => json!({ "membershipId": target.membership_id }),
        "assignToWorkspaces" => json!({
            "membershipId": target.membership_id, "workspaceIds": [world.beta.workspace_id],
            "role": "SECURITY_AUDITOR",
        }),
        "resendInvitation" => {
            world.server.advance(Duration::minutes(2));
            json!({ "invitationId": invitation })
        }
        "revokeInvitation" => json!({ "invitationId": invitation }),
        "changeRole" => json!({ "membershipId": membership, "role": "WORKSPACE_ADMIN" }),
        "removeMember" => json!({ "membershipId": membership }),
        _ => panic!("Mutation.{mutation}: nothing says how to run it"),
    }
}

/// Restores the membership and role of a person who has left.
async fn restore_membership(world: &World, asker: Asker) {
    if let (Some(person), Some(role)) = (world.person(asker), asker.role()) {
        let outcome = world.team.invite(&person.email, "", role.code()).await;
        assert_eq!(outcome["result"], "ADDED");
    }
}
