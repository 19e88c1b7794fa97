//! For viewers outside of a workspace, its contents do not exist: responses are the same as for IDs
//! that were never issued.

use super::world::World;
use crate::on_both_engines;
use crate::support::{Client, Server};
use serde_json::{Value, json};
use tokenvue::graphql::id::GlobalId;
use uuid::Uuid;

on_both_engines!(foreign_ids_look_like_unknown_ones);

/// Queries and mutations that take an ID of the named kind.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "workspace",
        "query($id: ID!) { workspace(id: $id) { id name teamSummary { totalUsers } } }",
    ),
    (
        "workspace",
        "query($id: ID!) { viewer { permissions(workspaceId: $id) } }",
    ),
    (
        "workspace",
        "query($id: ID!) { viewer { can(permission: TEAM_VIEW, workspaceId: $id) { allowed reason } } }",
    ),
    (
        "workspace",
        "mutation($id: ID!) { switchWorkspace(input: { workspaceId: $id }) { viewer { user { id } } } }",
    ),
    (
        "workspace",
        "mutation($id: ID!) { leaveWorkspace(input: { workspaceId: $id }) { viewer { user { id } } } }",
    ),
    (
        "workspace",
        "mutation($id: ID!) { updateWorkspace(input: { workspaceId: $id, name: \"X\" }) { workspace { id } } }",
    ),
    (
        "workspace",
        "mutation($id: ID!) { inviteUsers(input: { workspaceIds: [$id], \
         invitees: [{ email: \"casey@acme.example\", role: SECURITY_AUDITOR }] }) { outcomes { result } } }",
    ),
    (
        "workspace",
        "query($id: ID!) { inviteUsersPreview(input: { workspaceIds: [$id], \
         invitees: [{ email: \"casey@acme.example\", role: SECURITY_AUDITOR }] }) { outcomes { result } } }",
    ),
    (
        "membership",
        "query($id: ID!) { workspace { member(id: $id) { id name } } }",
    ),
    (
        "membership",
        "mutation($id: ID!) { changeRole(input: { membershipId: $id, role: SECURITY_AUDITOR }) { membership { id } } }",
    ),
    (
        "membership",
        "mutation($id: ID!) { removeMember(input: { membershipId: $id }) { removedMembershipId } }",
    ),
    (
        "membership",
        "mutation($id: ID!) { sendPasswordReset(input: { membershipId: $id }) { membership { id } } }",
    ),
    (
        "membership",
        "mutation($id: ID!) { assignToWorkspaces(input: { membershipId: $id, workspaceIds: [], role: SECURITY_AUDITOR }) { outcomes { result } } }",
    ),
    (
        "invitation",
        "mutation($id: ID!) { resendInvitation(input: { invitationId: $id }) { invitation { id } } }",
    ),
    (
        "invitation",
        "mutation($id: ID!) { revokeInvitation(input: { invitationId: $id }) { invitation { id } } }",
    ),
    (
        "session",
        "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { accepted } }",
    ),
    ("any", "query($id: ID!) { node(id: $id) { id } }"),
    ("any", "query($id: ID!) { nodes(ids: [$id, $id]) { id } }"),
];

async fn foreign_ids_look_like_unknown_ones(server: Server) {
    let world = World::build(&server).await;
    let first = |kind: &str| {
        world.rows(super::Asker::Admin, kind)[0]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let foreign = [
        ("workspace", world.team.workspace_id.clone()),
        ("membership", world.colleague.membership_id.clone()),
        ("invitation", first("invitations")),
        ("session", first("sessions")),
        ("user", world.colleague.user_id.clone()),
        ("event", first("events")),
    ];
    let before = server.dump().await;
    for (kind, id) in &foreign {
        for (_, question) in QUESTIONS
            .iter()
            .filter(|(of, _)| of == kind || *of == "any")
        {
            let real = answer(&world.outsider.client, question, id).await;
            for made_up in made_up_like(id) {
                let other = answer(&world.outsider.client, question, &made_up).await;
                assert_eq!(real, other, "{kind}: {question}");
            }
        }
    }
    assert_eq!(before, server.dump().await);
}

/// Returns the response with the ID replaced.
async fn answer(client: &Client, question: &str, id: &str) -> Value {
    let reply = client.run(question, json!({ "id": id })).await;
    let body = reply.0.to_string().replace(id, "ID");
    serde_json::from_str(&body).unwrap()
}

/// Returns IDs of the same type that were never issued: in an unknown workspace, and in the same
/// one.
fn made_up_like(id: &str) -> Vec<String> {
    let new = Uuid::now_v7;
    let ids = match GlobalId::decode(id).unwrap() {
        GlobalId::User(_) => vec![GlobalId::User(new())],
        GlobalId::Workspace(_) => vec![GlobalId::Workspace(new())],
        GlobalId::Session(_) => vec![GlobalId::Session(new())],
        GlobalId::Membership { workspace_id, .. } => [workspace_id, new()]
            .map(|workspace_id| GlobalId::Membership {
                workspace_id,
                user_id: new(),
            })
            .to_vec(),
        GlobalId::Invitation { workspace_id, .. } => [workspace_id, new()]
            .map(|workspace_id| GlobalId::Invitation {
                workspace_id,
                id: new(),
            })
            .to_vec(),
        GlobalId::AuditEvent { workspace_id, .. } => [workspace_id, new()]
            .map(|workspace_id| GlobalId::AuditEvent {
                workspace_id,
                id: new(),
            })
            .to_vec(),
    };
    ids.into_iter().map(|id| id.encode().to_string()).collect()
}
