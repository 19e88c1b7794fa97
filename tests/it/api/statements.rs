//! The number of SQL statements of each kind of request, including the one that loads the viewer
//! and without `BEGIN` and `COMMIT`. It is the same for long and short pages, and for a hundred
//! people and two.
//!
//! The second number of a request is the length of its longest transaction in round trips between
//! the program and the database, with `BEGIN` and `COMMIT`. Locks are held for as long.

mod counter;

use crate::on_both_engines;
use crate::support::introspection::Introspection;
use crate::support::people::{PASSWORD, sign_in};
use crate::support::{Person, Server, Team, golden};
use counter::{Counter, name_of};
use serde_json::{Value, json};

on_both_engines!(each_kind_of_request_takes_few_statements);

/// The maximum number of round trips of a transaction. `docs/operating.md` states it.
const ROUND_TRIPS: usize = 14;

/// Mutations that are not counted: no client waits for the transaction of `requestPasswordReset`,
/// and `setUp` runs once.
const NOT_COUNTED: [&str; 2] = ["requestPasswordReset", "setUp"];

const MEMBERS: &str = "query($id: ID!, $rows: Int!) { workspace(id: $id) {
    members(first: $rows, status: INVITED) { nodes {
        id name email role status lastActiveAt inviteSentAt availableActions
        user { id name status } workspace { id name viewerMembership { id } }
        invitation { id state sentAt expiresAt inviter { id name } delivery { state reason } }
    } pageInfo { hasNextPage endCursor } totalCount } } }";

const TEAM_PAGE: &str = "query($id: ID!) { workspace(id: $id) {
    name teamSummary { totalUsers activeNow pendingInvites expiredInvites }
    members(first: 50) {
        nodes { id name email role status lastActiveAt inviteSentAt availableActions }
        pageInfo { hasNextPage endCursor } } } }";

/// Further queries, with and without a workspace.
const QUERIES: &[(&str, &str)] = &[
    ("viewer", "{ viewer { user { name } activeWorkspace { id name } permissions } }"),
    ("viewer.can", "query($id: ID!) { viewer { can(permission: KEYS_MANAGE, workspaceId: $id) { allowed reason } } }"),
    ("viewer.sessions", "{ viewer { sessions { nodes { id createdAt } totalCount } } }"),
    ("viewer.memberships", "{ viewer { memberships { nodes { id role workspace { name } } } } }"),
    ("team page", TEAM_PAGE),
    (
        "members, counted",
        "query($id: ID!) { workspace(id: $id) { members(first: 50) { nodes { id } totalCount } } }",
    ),
    ("members, searched", "query($id: ID!) { workspace(id: $id) { members(search: \"p1\") { nodes { id } totalCount } } }"),
    ("members, with their other workspaces", "query($id: ID!) { workspace(id: $id) {
        members(first: 20) { nodes { user { memberships { nodes { role } } } } } } }"),
    ("invitations", "query($id: ID!) { workspace(id: $id) {
        invitations(first: 100) { nodes { id membership { name } inviter { name } delivery { state } } totalCount } } }"),
    ("accessHistory", "query($id: ID!) { workspace(id: $id) {
        accessHistory(first: 100) { nodes { id at kind actor subject details { key value } } totalCount } } }"),
    ("accessReview, counts", "query($id: ID!) { workspace(id: $id) {
        accessReview { staleInvitations { count } unseenMembers { count } neverSignedIn { count } admins { count } } } }"),
    ("settings", "query($id: ID!) { workspace(id: $id) { settings { invitationLifetimeDays } } }"),
    ("service", "{ service { needsSetUp } }"),
];

async fn each_kind_of_request_takes_few_statements(server: Server) {
    let team = Team::first(&server).await;
    let globex = team.another("Globex").await;
    globex.member("Gus", "WORKSPACE_ADMIN").await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let mut counter = Counter::new(&server, &team.admin.email).await;
    let id = &team.workspace_id;
    for people in [1, 2, 100] {
        invite(&mut counter, id, people).await;
    }
    counter
        .ask("members, 2", MEMBERS, json!({ "id": id, "rows": 2 }))
        .await;
    let data = counter
        .ask("members, 100", MEMBERS, json!({ "id": id, "rows": 100 }))
        .await;
    let rows = data["workspace"]["members"]["nodes"].as_array().unwrap();
    assert_eq!(rows.len(), 100);
    assert!(
        rows.iter()
            .all(|row| row["invitation"]["delivery"]["state"] == "HELD")
    );
    for (kind, question) in QUERIES {
        let variables = json!({ "id": id });
        counter.ask(kind, question, variables).await;
    }
    nodes(&mut counter, rows).await;
    let token = decline(&mut counter, &team, &globex).await;
    change_members(&mut counter, &team, &bo, &globex).await;
    change_oneself(&mut counter, &team, &globex).await;
    request_new(&mut counter, token).await;
    invite_expired(&mut counter, &team).await;
    assert_every_mutation_is_counted(&counter).await;
    let longest = counter.table.iter().map(|counts| counts.transaction).max();
    assert!(longest <= Some(ROUND_TRIPS), "{}", counter.text());
    assert_eq!(counter.taken("members, 2"), counter.taken("members, 100"));
    assert!(counter.taken("team page") <= 3);
    assert_eq!(counter.taken("node"), counter.taken("nodes, 100 members"));
    for mutation in ["inviteUsers", "inviteUsersPreview"] {
        let two = counter.taken(&format!("{mutation} of 2"));
        assert_eq!(
            two,
            counter.taken(&format!("{mutation} of 100")),
            "{mutation}"
        );
    }
    golden::check("api/statements.golden", &counter.text());
}

async fn invite(counter: &mut Counter<'_>, workspace_id: &str, people: usize) {
    let emails = (0..people).map(|n| format!("p{n}.of.{people}@acme.example"));
    let of = people.to_string();
    invite_as(counter, workspace_id, emails, &of, "INVITED").await;
}

/// Invites people whose invitations have expired: most without an account, some with one in another
/// workspace.
async fn invite_expired(counter: &mut Counter<'_>, team: &Team) {
    let team = team.later().await;
    counter.sign_in(&team.admin.email).await;
    let other = team.another("Initech").await;
    let mut emails: Vec<_> = (0..100)
        .map(|n| format!("p{n}.of.100@acme.example"))
        .collect();
    let accounts = emails.split_off(97);
    for email in &accounts {
        other.invite(email, "P", "SECURITY_AUDITOR").await;
        let token = counter.server.mail_to(email).await.token();
        other.accept(email, &token).await;
    }
    let id = &team.workspace_id;
    invite_as(counter, id, emails.into_iter(), "97 expired", "INVITED").await;
    invite_as(
        counter,
        id,
        accounts.into_iter(),
        "3 with accounts",
        "ADDED",
    )
    .await;
    assert_eq!(team.summary().await, [106, 5, 101, 4]);
}

async fn invite_as(
    counter: &mut Counter<'_>,
    workspace_id: &str,
    emails: impl Iterator<Item = String>,
    of: &str,
    result: &str,
) {
    let invitees: Vec<Value> = emails
        .map(|email| json!({ "email": email, "firstName": "P", "role": "SECURITY_AUDITOR" }))
        .collect();
    let people = invitees.len();
    let input = json!({ "workspaceIds": [workspace_id], "invitees": invitees });
    let query = "query($input: InviteUsersInput!) {
        inviteUsersPreview(input: $input) { outcomes { result } } }";
    let kind = format!("inviteUsersPreview of {of}");
    counter.ask(&kind, query, json!({ "input": input })).await;
    let kind = format!("inviteUsers of {of}");
    let payload = counter
        .mutate(&kind, input, "outcomes { result membership { id } }")
        .await;
    let outcomes = payload["outcomes"].as_array().unwrap();
    let expected = outcomes.iter().filter(|o| o["result"] == result);
    assert_eq!(expected.count(), people, "{kind}: {payload:#}");
}

async fn nodes(counter: &mut Counter<'_>, rows: &[Value]) {
    let ids: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
    let query = "query($id: ID!) { node(id: $id) { ... on Membership { name } } }";
    counter.ask("node", query, json!({ "id": ids[0] })).await;
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Membership { name } } }";
    counter
        .ask("nodes, 100 members", query, json!({ "ids": ids }))
        .await;
}

/// Asserts that each mutation is counted.
async fn assert_every_mutation_is_counted(counter: &Counter<'_>) {
    let schema = Introspection::load(&counter.server.anonymous()).await;
    let mutations = schema
        .fields()
        .into_iter()
        .filter(|field| field.owner == "Mutation");
    let counted = |name: &str| {
        counter
            .table
            .iter()
            .any(|counts| name_of(&counts.kind) == name)
    };
    let missing: Vec<String> = mutations
        .map(|field| field.name)
        .filter(|name| counted(name) == NOT_COUNTED.contains(&name.as_str()))
        .collect();
    assert_eq!(missing, [] as [String; 0]);
}

async fn change_members(counter: &mut Counter<'_>, team: &Team, bo: &Person, other: &Team) {
    let cleo = team
        .invite("cleo@acme.example", "Cleo", "SECURITY_AUDITOR")
        .await;
    let dora = team
        .invite("dora@acme.example", "Dora", "SECURITY_AUDITOR")
        .await;
    let invitation =
        |outcome: &Value| json!({ "invitationId": outcome["membership"]["invitation"]["id"] });
    counter
        .mutate(
            "revokeInvitation",
            invitation(&cleo),
            "invitation { id state }",
        )
        .await;
    counter.server.advance(chrono::Duration::seconds(61));
    // Activity is due to be recorded again. This happens before the next request is counted.
    counter.sign_in(&team.admin.email).await;
    counter
        .mutate(
            "resendInvitation",
            invitation(&dora),
            "invitation { id state }",
        )
        .await;
    let token = team.server.mail_to("dora@acme.example").await.token();
    let preview =
        "query($token: String!) { invitationPreview(token: $token) { state placements { role } } }";
    counter
        .ask("invitationPreview", preview, json!({ "token": token }))
        .await;
    let input = json!({ "token": token, "password": PASSWORD, "transport": "BEARER" });
    counter
        .mutate("acceptInvitation", input, "memberships { id }")
        .await;
    let input = json!({ "membershipId": dora["membership"]["id"], "role": "SECURITY_AUDITOR",
        "workspaceIds": [other.workspace_id] });
    counter
        .mutate("assignToWorkspaces", input, "outcomes { result }")
        .await;
    let member = &bo.membership_id;
    let input = json!({ "membershipId": member, "role": "WORKSPACE_ADMIN" });
    counter
        .mutate("changeRole", input, "membership { id role }")
        .await;
    let input = json!({ "membershipId": member });
    counter
        .mutate("sendPasswordReset", input.clone(), "membership { id }")
        .await;
    let token = team.server.mail_to(&bo.email).await.token();
    let reset = json!({ "token": token, "newPassword": PASSWORD });
    counter.mutate("resetPassword", reset, "accepted").await;
    counter
        .mutate("removeMember", input, "removedMembershipId")
        .await;
}

async fn change_oneself(counter: &mut Counter<'_>, team: &Team, other: &Team) {
    let email = &team.admin.email;
    let input = json!({ "email": email, "password": PASSWORD, "transport": "BEARER" });
    counter
        .mutate("signIn", input, "viewer { user { name } }")
        .await;
    let input = json!({ "workspaceId": team.workspace_id, "name": "Acme Labs" });
    counter
        .mutate("updateWorkspace", input, "workspace { name }")
        .await;
    counter
        .mutate(
            "createWorkspace",
            json!({ "name": "New" }),
            "workspace { id }",
        )
        .await;
    let input = json!({ "firstName": "Ana", "lastName": "Admin" });
    counter
        .mutate("updateProfile", input, "viewer { user { name } }")
        .await;
    let input = json!({ "workspaceId": team.workspace_id });
    counter
        .mutate("switchWorkspace", input, "viewer { user { name } }")
        .await;
    let input = json!({ "workspaceId": other.workspace_id });
    counter
        .mutate("leaveWorkspace", input, "viewer { user { name } }")
        .await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD });
    counter
        .mutate("changePassword", input, "viewer { user { name } }")
        .await;
    let other = sign_in(counter.server, email).await;
    let session = other.get("{ viewer { session { id } } }").await;
    let input = json!({ "sessionId": session["viewer"]["session"]["id"] });
    counter.mutate("revokeSession", input, "accepted").await;
    counter.mutate("signOut", json!({}), "accepted").await;
}

#[test]
fn the_guide_states_the_longest_transaction() {
    let docs = include_str!("../../../docs/operating.md");
    let docs = docs.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = format!("a transaction takes up to {ROUND_TRIPS} round trips");
    assert!(
        docs.contains(&sentence),
        "docs/operating.md lacks: {sentence}"
    );
}

/// Declines a link of a mail that names two workspaces. Returns the token of another one.
async fn decline(counter: &mut Counter<'_>, acme: &Team, globex: &Team) -> String {
    let mut tokens = Vec::new();
    for name in ["Eve", "Fay"] {
        let email = format!("{}@acme.example", name.to_lowercase());
        let person = json!({ "email": email, "firstName": name, "role": "SECURITY_AUDITOR" });
        acme.invite_to(json!([person]), &[acme, globex]).await;
        tokens.push(counter.server.mail_to(&email).await.token());
    }
    let input = json!({ "token": tokens.remove(0) });
    counter
        .mutate("declineInvitation of 2", input, "invitation { id }")
        .await;
    tokens.remove(0)
}

async fn request_new(counter: &mut Counter<'_>, token: String) {
    counter.server.advance(chrono::Duration::days(8));
    let input = json!({ "token": token });
    counter
        .mutate("requestNewInvitation of 2", input, "accepted")
        .await;
}
