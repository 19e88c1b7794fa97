//! The cost of operations: an operation over the budget is rejected before it runs.

use crate::on_sqlite;
use crate::support::{Client, Server, Team};
use serde_json::{Value, json};

on_sqlite!(
    costs_add_up_as_documented,
    operations_over_budget_are_rejected_before_they_run,
    the_team_page_is_well_within_the_budget,
    depth_is_limited,
    fragments_of_three_hundred_components_are_accepted,
);

const PAGE: &str = "query($n: Int = 7) { workspace { members(first: $n) { nodes { id } pageInfo { endCursor } } } }";
const SEARCH: &str =
    "query($s: String) { workspace { members(first: 1, search: $s) { nodes { id } } } }";
const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
const INVITE: &str = "mutation($input: InviteUsersInput!) { inviteUsers(input: $input) { outcomes { email } userErrors { code } } }";

/// Operations with variables and their costs.
#[rustfmt::skip]
const PRICED: &[(&str, &str, u64)] = &[
    ("{ viewer { user { name } } }", "{}", 3),
    ("{ viewer { permissions } }", "{}", 2),
    ("{ roles { name } }", "{}", 21),
    ("{ workspace { members(first: 10) { nodes { id user { name } } } } }", "{}", 142),
    ("{ workspace { members(last: 3) { edges { node { id } } totalCount } } }", "{}", 211),
    ("{ workspace { members { nodes { id } } } }", "{}", 202),
    ("{ workspace { members(first: 9) { ...P } } }
      fragment P on MembershipConnection { ... { nodes { id } } }", "{}", 120),
    ("{ workspace { accessHistory { totalCount } } }", "{}", 1601),
    (PAGE, "{}", 118),
    (PAGE, r#"{ "n": 100 }"#, 304),
    (PAGE, r#"{ "n": 2000000000 }"#, 304),
    (PAGE, r#"{ "n": -1 }"#, 106),
    (PAGE, r#"{ "n": null }"#, 204),
    (SEARCH, "{}", 104),
    (SEARCH, r#"{ "s": null }"#, 104),
    (SEARCH, r#"{ "s": "a" }"#, 1604),
    (NODES, r#"{ "ids": ["a", "b", "c"] }"#, 307),
    ("{ node(id: 1) { id ... on Membership { invitation { id } } } }", "{}", 127),
    ("{ viewer { ...F ...F } } fragment F on Viewer { user { name } }", "{}", 5),
    ("{ viewer { user { id name @skip(if: true) } } }", "{}", 3),
    ("{ __schema { types { name fields { name } } } }", "{}", 5),
    ("mutation { updateProfile(input: {}) { userErrors { code } } }", "{}", 1021),
    ("mutation { signIn(input: {}) { sessionToken } }", "{}", 5001),
    (INVITE, r#"{ "input": { "invitees": [{ "email": "a", "assignments": [{}, {}] }, {}],
                             "workspaceIds": ["x", "y", "z"] } }"#, 5040),
];

async fn costs_add_up_as_documented(server: Server) {
    let strict = server.replica(&["--query-complexity", "1"]).await;
    for (query, variables, cost) in PRICED {
        let variables = serde_json::from_str(variables).unwrap();
        let reply = strict.server.anonymous().run(query, variables).await;
        let error = &reply.0["errors"][0];
        let extensions = json!({ "code": "QUERY_TOO_COMPLEX", "cost": cost, "limit": 1 });
        assert_eq!(error["extensions"], extensions, "{query}");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains(&format!("costs {cost}, which exceeds the limit of 1")),
            "{message}"
        );
    }
    strict.stop().await;
}

fn aliased(times: usize, field: &str) -> String {
    (0..times).map(|n| format!("a{n}: {field} ")).collect()
}

async fn assert_too_much(client: &Client, query: &str, variables: Value) {
    let reply = client.run(query, variables).await;
    assert_eq!(reply.codes(), ["QUERY_TOO_COMPLEX"], "{query}");
    assert!(reply.0.get("data").is_none(), "{query}");
}

async fn operations_over_budget_are_rejected_before_they_run(server: Server) {
    let team = Team::first(&server).await;
    let client = &team.admin.client;
    let searched =
        "members(first: 100, search: \"a\") { nodes { user { memberships { nodes { id } } } } }";
    let counts = "accessReview { staleInvitations { count } unseenMembers { count }
        neverSignedIn { count } admins { count } }";
    let renamed = "updateProfile(input: { firstName: \"Mallory\", lastName: \"M\" }) { viewer { user { id } } }";
    let sign_in = "signIn(input: { email: \"a@b.example\", password: \"x\" }) { sessionToken }";
    let pages =
        "members(first: 100) { nodes { workspace { members(first: 100) { nodes { id } } } } }";
    for query in [
        format!("{{ workspace {{ {} }} }}", aliased(30, searched)),
        format!(
            "{{ workspace {{ {} }} }}",
            aliased(30, "members(first: 1, search: \"a\") { nodes { id } }")
        ),
        format!(
            "{{ workspace {{ {} }} }}",
            aliased(30, "invitations(first: 0) { totalCount }")
        ),
        format!("{{ workspace {{ {} }} }}", aliased(30, counts)),
        format!("{{ workspace {{ {pages} }} }}"),
        format!("mutation {{ {} }}", aliased(30, renamed)),
        format!("mutation {{ {} }}", aliased(30, sign_in)),
    ] {
        assert_too_much(client, &query, json!({})).await;
    }
    let page = "members(first: $n) { nodes { user { memberships(last: $n) { nodes { id } } } } }";
    let query = format!("query($n: Int!) {{ workspace {{ a: {page} b: {page} }} }}");
    client.run(&query, json!({ "n": 5 })).await.data();
    assert_too_much(client, &query, json!({ "n": 100 })).await;
    let query = format!(
        "query($i: [ID!]!) {{ {} }}",
        aliased(5, "nodes(ids: $i) { id }")
    );
    client
        .run(&query, json!({ "i": vec!["a"; 10] }))
        .await
        .data();
    assert_too_much(client, &query, json!({ "i": vec!["a"; 100] })).await;
    let me = client.get("{ viewer { user { firstName } } }").await;
    assert_ne!(me["viewer"]["user"]["firstName"], "Mallory");
}

async fn the_team_page_is_well_within_the_budget(server: Server) {
    let team = Team::first(&server).await;
    let half = server.replica(&["--query-complexity", "15000"]).await;
    let client = team.admin.client.at(&half.server.url);
    let rows = "nodes {
        id name email role status joinedAt lastActiveAt inviteSentAt availableActions
        user { id name email status } workspace { id name slug }
        invitation { id state sentAt sentCount expiresAt inviter { id name email }
            delivery { state attempts reason nextAttemptAt } }
    } pageInfo { hasNextPage endCursor } totalCount";
    let summary = "name teamSummary { totalUsers activeNow pendingInvites expiredInvites }";
    let finding = "{ count members(first: 10) { nodes { id name email } } }";
    for query in [
        format!("{{ workspace {{ {summary} members(first: 100, search: \"a\") {{ {rows} }} }} }}"),
        format!(
            "{{ workspace {{ accessReview {{ staleInvitations {finding} unseenMembers {finding}
            neverSignedIn {finding} admins {finding} }} }} }}"
        ),
        "{ workspace { accessHistory(first: 100) { nodes { id at kind actor subject
            details { key value } address } totalCount } } }"
            .to_owned(),
        include_str!("../../../async-graphql-hardened/tests/behavior/introspection.graphql")
            .to_owned(),
    ] {
        client.run(&query, json!({})).await.data();
    }
    let invitees: Vec<Value> = (0..100)
        .map(|n| json!({ "email": format!("p{n}@acme.example"), "role": "SECURITY_AUDITOR" }))
        .collect();
    let outcomes = "outcomes { email result workspace { id name } error { code message field }
        membership { id name email role status user { id } invitation { id state } } }";
    let payload = client
        .mutate("inviteUsers", json!({ "invitees": invitees }), outcomes)
        .await;
    assert_eq!(payload["outcomes"].as_array().unwrap().len(), 100);
    half.stop().await;
}

async fn depth_is_limited(server: Server) {
    let nested = |levels: usize| {
        let (open, close) = (
            "activeWorkspace { viewerMembership { workspace { ",
            " } } }",
        );
        let inner = "viewerMembership { workspace { ".repeat(levels);
        let closing = " } }".repeat(levels);
        format!("{{ viewer {{ {open} {inner} id {closing} {close} }} }}")
    };
    let client = server.anonymous();
    client.get(&nested(7)).await;
    let reply = client.run(&nested(8), json!({})).await;
    assert_eq!(reply.codes(), ["QUERY_TOO_COMPLEX"]);
    let message = reply.0["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("21 deep, which exceeds the limit of 20"),
        "{message}"
    );
}

async fn fragments_of_three_hundred_components_are_accepted(server: Server) {
    let team = Team::first(&server).await;
    let mut query = "{ workspace { members(first: 3) { nodes { ...C0 } } } }".to_owned();
    for n in 0..300 {
        let children = (8 * n + 1..=8 * n + 8).filter(|child| *child < 300);
        let children: String = children.map(|child| format!("...C{child} ")).collect();
        query += &format!(" fragment C{n} on Membership {{ id name user {{ email }} {children} }}");
    }
    let data = team.admin.client.get(&query).await;
    let members = &data["workspace"]["members"]["nodes"];
    assert_eq!(members[0]["user"]["email"], "ana@acme.example");
    // A document in which each fragment spreads another one twice is rejected without expansion.
    let bomb = query.replace("...C0", "...D0");
    let bomb = (0..60).fold(bomb, |query, n| {
        let next = if n < 59 {
            format!("D{}", n + 1)
        } else {
            "C0".to_owned()
        };
        format!("{query} fragment D{n} on Membership {{ ...{next} ...{next} }}")
    });
    let reply = team.admin.client.run(&bomb, json!({})).await;
    assert_eq!(reply.codes(), ["QUERY_TOO_COMPLEX"]);
}
