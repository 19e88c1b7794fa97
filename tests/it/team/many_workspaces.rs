//! Lists that grow with one user's workspaces or invitations.

use crate::on_both_engines;
use crate::support::{Client, Server, Team, text};
use entity::membership;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

on_both_engines!(
    memberships_are_read_page_by_page,
    payload_lists_honor_first,
    accepting_a_link_accepts_all_pending_invitations,
    changing_a_name_updates_every_workspace,
);

/// Returns the names of the workspaces on all pages of a list, read in one direction.
async fn pages(client: &Client, query: &str, id: &str, backward: bool) -> Vec<String> {
    let mut names = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let variables = if backward {
            json!({ "id": id, "last": 2, "before": cursor })
        } else {
            json!({ "id": id, "first": 2, "after": cursor })
        };
        let data = client.run(query, variables).await.data();
        let pointers = ["/node/user/memberships", "/viewer/memberships"];
        let list = pointers
            .into_iter()
            .find_map(|pointer| data.pointer(pointer));
        let list = list.unwrap();
        assert_eq!(list["totalCount"], 5);
        let nodes = list["nodes"].as_array().unwrap();
        assert!(nodes.len() <= 2);
        let page = nodes.iter().map(|node| text(&node["workspace"]["name"]));
        let (more, end) = if backward {
            names.splice(0..0, page);
            ("hasPreviousPage", "startCursor")
        } else {
            names.extend(page);
            ("hasNextPage", "endCursor")
        };
        if list["pageInfo"][more] == false {
            return names;
        }
        cursor = list["pageInfo"][end].clone();
    }
}

async fn memberships_are_read_page_by_page(server: Server) {
    let first = Team::first(&server).await;
    let bo = first.member("Bo", "WORKSPACE_ADMIN").await;
    let mut names = vec!["Acme".to_owned()];
    for name in ["Globex", "Hooli", "Initech", "Umbrella"] {
        let team = first.another(name).await;
        team.invite(&bo.email, "Bo", "SECURITY_AUDITOR").await;
        names.push(name.to_owned());
    }
    // A workspace that Ana does not belong to.
    first.by(&bo).another("Bo's own").await;
    let page = "(first: $first, after: $after, last: $last, before: $before) {
        nodes { workspace { name } } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";
    let arguments = "$first: Int, $after: String, $last: Int, $before: String";
    let shared = format!(
        "query($id: ID!, {arguments}) {{
            node(id: $id) {{ ... on Membership {{ user {{ memberships{page} }} }} }} }}"
    );
    let own = format!("query({arguments}) {{ viewer {{ memberships{page} }} }}");
    let ana = &first.admin.client;
    for query in [&shared, &own] {
        for backward in [false, true] {
            let mut found = pages(ana, query, &bo.membership_id, backward).await;
            found.sort();
            assert_eq!(found, names, "{query} {backward}");
        }
        let forward = pages(ana, query, &bo.membership_id, false).await;
        assert_eq!(forward, pages(ana, query, &bo.membership_id, true).await);
    }
    let empty = "query($id: ID!) { node(id: $id) { ... on Membership { user {
        memberships(first: 0) { nodes { id } totalCount } } } } }";
    let data = ana
        .run(empty, json!({ "id": bo.membership_id }))
        .await
        .data();
    let list = &data["node"]["user"]["memberships"];
    assert_eq!(list, &json!({ "nodes": [], "totalCount": 5 }));
}

async fn payload_lists_honor_first(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    for name in ["x", "y", "z"] {
        let email = format!("{name}@acme.example");
        team.by(&bo).invite(&email, name, "SECURITY_AUDITOR").await;
    }
    let input = json!({ "membershipId": bo.membership_id, "role": "SECURITY_AUDITOR" });
    let selection = "two: reassignedInvitations(first: 2) { email }
        all: reassignedInvitations(first: 1000) { email } none: reassignedInvitations(first: -1) { email }
        reassignedInvitationCount revokedInvitations { email } revokedInvitationCount";
    let payload = team
        .admin
        .client
        .mutate("changeRole", input, selection)
        .await;
    let lengths = ["two", "all", "none", "revokedInvitations"];
    let lengths = lengths.map(|list| payload[list].as_array().unwrap().len());
    assert_eq!(lengths, [2, 3, 0, 0]);
    assert_eq!(payload["reassignedInvitationCount"], 3);
    assert_eq!(payload["revokedInvitationCount"], 0);
}

async fn accepting_a_link_accepts_all_pending_invitations(server: Server) {
    let first = Team::first(&server).await;
    let mut teams = vec![first.clone()];
    for name in ["Globex", "Hooli"] {
        teams.push(first.another(name).await);
    }
    for team in &teams {
        team.invite("dan@acme.example", "Dan", "SECURITY_AUDITOR")
            .await;
    }
    let token = server.mail_to("dan@acme.example").await.token();
    let input =
        json!({ "token": token, "password": crate::support::PASSWORD, "transport": "BEARER" });
    let selection = "one: memberships(first: 1) { status } memberships { status }";
    let payload = server
        .anonymous()
        .mutate("acceptInvitation", input, selection)
        .await;
    assert_eq!(payload["one"], json!([{ "status": "ACTIVE" }]));
    assert_eq!(payload["memberships"].as_array().unwrap().len(), 3);
}

/// The change takes more than two transactions.
async fn changing_a_name_updates_every_workspace(server: Server) {
    let team = Team::first(&server).await;
    let workspace = [
        ("id", "{uuid}"),
        ("name", "'W'"),
        ("slug", "'w' || n.i"),
        ("created_at", "{at}"),
        ("allowed_email_domains", "'[]'"),
    ];
    let now = server.app.now();
    server.insert_many(205, "workspaces", now, &workspace).await;
    server
        .execute(
            "INSERT INTO memberships (workspace_id, user_id, role, status, first_name, last_name,
                 email, name_key, email_key, search_key, joined_at)
             SELECT w.id, u.id, 1, 'ACTIVE', u.first_name, u.last_name, u.email, 'ana admin',
                 u.email_key, 'ana admin', w.created_at
             FROM workspaces w, users u WHERE w.name = 'W'",
        )
        .await;
    let client = &team.admin.client;
    for first_name in ["Anna", "Hanna"] {
        let input = json!({ "firstName": first_name, "lastName": "Admin" });
        client
            .mutate("updateProfile", input, "viewer { user { name } }")
            .await;
    }
    server.quiet().await;
    let renamed = membership::Entity::find()
        .filter(membership::Column::FirstName.eq("Hanna"))
        .filter(membership::Column::NameKey.eq("hanna admin"))
        .count(&server.app.db);
    assert_eq!(renamed.await.unwrap(), 206);
}
