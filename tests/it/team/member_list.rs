//! The member list: orders and pages.

use crate::on_both_engines;
use crate::support::{Person, Reply, Server, Team, text};
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::HashMap;

on_both_engines!(
    members_are_listed_in_each_order,
    pages_are_complete_in_every_order_and_direction,
    pages_between_two_cursors_are_complete,
    cursors_of_another_order_are_rejected,
    changes_between_pages_shift_no_page,
);

const FIELDS: [&str; 5] = ["NAME", "EMAIL", "ROLE", "LAST_ACTIVE", "JOINED"];

/// Reads a page of the list with arguments in GraphQL syntax.
pub async fn page(team: &Team, arguments: &str) -> Reply {
    let arguments = match arguments.trim() {
        "" => String::new(),
        some => format!("({some})"),
    };
    let query = format!(
        "query Q($id: ID) {{ workspace(id: $id) {{ members{arguments} {{
            totalCount nodes {{ email }} edges {{ cursor node {{ email name }} }}
            pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }} }} }} }}"
    );
    team.admin
        .client
        .run(&query, json!({ "id": team.workspace_id }))
        .await
}

pub async fn members(team: &Team, arguments: &str) -> Value {
    page(team, arguments).await.data()["workspace"]["members"].clone()
}

/// Returns the local parts of a page's addresses.
pub fn emails(members: &Value) -> Vec<String> {
    let nodes = members["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| text(&node["email"]).replace("@acme.example", ""))
        .collect()
}

/// Reads a whole list in pages of three, in either direction. Returns it in list order.
async fn walk(team: &Team, arguments: &str, backward: bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let way = if backward { "last: 3" } else { "first: 3" };
        let list = members(team, &format!("{way} {cursor} {arguments}")).await;
        let page = emails(&list);
        let info = &list["pageInfo"];
        let edges = list["edges"].as_array().unwrap();
        if let (Some(first), Some(last)) = (edges.first(), edges.last()) {
            assert_eq!(info["startCursor"], first["cursor"]);
            assert_eq!(info["endCursor"], last["cursor"]);
        }
        let (more, came, end, key) = match backward {
            true => ("hasPreviousPage", "hasNextPage", "startCursor", "before"),
            false => ("hasNextPage", "hasPreviousPage", "endCursor", "after"),
        };
        assert_eq!(info[came], !cursor.is_empty());
        all = if backward {
            [page, all].concat()
        } else {
            [all, page].concat()
        };
        if info[more] == false {
            assert_eq!(list["totalCount"], all.len());
            return all;
        }
        cursor = format!("{key}: \"{}\"", text(&info[end]));
    }
}

/// Creates a team of Ana, two more active members, and eight invited ones. Three of them have the
/// same name.
pub async fn team_of_eleven(server: &Server) -> (Team, [Person; 2]) {
    let team = Team::first(server).await;
    let zoe = team.member("Zoë", "GATEWAY_OPERATOR").await;
    server.advance(Duration::hours(1));
    let bo = team.member("Bo", "SECURITY_AUDITOR").await;
    let invitees: Vec<Value> = [
        ("same1", "Same", "Name", "GATEWAY_OPERATOR"),
        ("same2", "same", "name", "SECURITY_AUDITOR"),
        ("same3", "Såme", "Name", "GATEWAY_OPERATOR"),
        ("eva", "Éva", "Ångström", "WORKSPACE_ADMIN"),
        ("evan", "evan", "Abel", "GATEWAY_OPERATOR"),
        ("Upper", "Ulla", "", "SECURITY_AUDITOR"),
        ("x.no-name", "", "", "GATEWAY_OPERATOR"),
        ("bob", "Bo", "Bo", "WORKSPACE_ADMIN"),
    ]
    .map(|(local, first, last, role)| {
        let email = format!("{local}@acme.example");
        json!({ "email": email, "firstName": first, "lastName": last, "role": role })
    })
    .to_vec();
    server.advance(Duration::hours(1));
    team.invite_all(invitees.into()).await;
    (team, [zoe, bo])
}

async fn members_are_listed_in_each_order(server: Server) {
    let (team, _) = team_of_eleven(&server).await;
    let order = async |field: &str| {
        emails(&members(&team, &format!("orderBy: {{ field: {field} }}")).await)
    };
    let by_name = order("NAME").await;
    let names = ["ana", "bo", "bob", "eva", "evan"];
    assert_eq!(by_name[..5], names);
    assert_eq!(by_name[8..], ["Upper", "x.no-name", "zoë"]);
    assert_eq!(
        emails(&members(&team, "").await),
        by_name,
        "the default order"
    );
    let by_email = [
        "ana", "bo", "bob", "eva", "evan", "same1", "same2", "same3", "Upper",
    ];
    assert_eq!(order("EMAIL").await[..9], by_email);
    let by_role = order("ROLE").await;
    assert_eq!(by_role[..4], ["ana", "bob", "eva", "evan"]);
    assert_eq!(by_role[by_role.len() - 3..][..1], ["bo"]);
    let joined = order("JOINED").await;
    assert_eq!(joined[..3], ["ana", "zoë", "bo"]);
    server.quiet().await;
    let seen = order("LAST_ACTIVE").await;
    let latest = members(&team, "orderBy: { field: LAST_ACTIVE direction: DESC }").await;
    let reversed: Vec<_> = seen.iter().rev().cloned().collect();
    assert_eq!(emails(&latest), reversed);
    assert_eq!(reversed[..3], ["ana", "bo", "zoë"]);
}

async fn pages_are_complete_in_every_order_and_direction(server: Server) {
    let (team, _) = team_of_eleven(&server).await;
    // Reading the list marks Ana as active. This is recorded at most once a minute.
    page(&team, "").await;
    server.quiet().await;
    for field in FIELDS {
        let mut whole: HashMap<&str, Vec<String>> = HashMap::new();
        for direction in ["ASC", "DESC"] {
            let order = format!("orderBy: {{ field: {field} direction: {direction} }}");
            let all = emails(&members(&team, &order).await);
            assert_eq!(all.len(), 11);
            for filter in [
                "",
                "status: INVITED",
                "role: GATEWAY_OPERATOR",
                "status: ACTIVE role: WORKSPACE_ADMIN",
                "search: \"ame\"",
                "search: \"acme\" status: INVITED",
                "invitationState: PENDING",
                "invitationState: PENDING role: GATEWAY_OPERATOR search: \"same\"",
            ] {
                let arguments = format!("{order} {filter}");
                let forward = walk(&team, &arguments, false).await;
                assert_eq!(walk(&team, &arguments, true).await, forward, "{arguments}");
                let kept: Vec<_> = all.iter().filter(|email| forward.contains(email)).collect();
                assert_eq!(kept, forward.iter().collect::<Vec<_>>(), "{arguments}");
                assert!(!forward.is_empty() && (filter.is_empty() == (forward.len() == 11)));
            }
            whole.insert(direction, all);
        }
        whole.get_mut("DESC").unwrap().reverse();
        assert_eq!(whole["ASC"], whole["DESC"], "{field}");
    }
}

async fn pages_between_two_cursors_are_complete(server: Server) {
    let (team, _) = team_of_eleven(&server).await;
    let list = members(&team, "").await;
    let all = emails(&list);
    let cursor = |n: usize| text(&list["edges"][n]["cursor"]);
    let between = format!("after: \"{}\" before: \"{}\"", cursor(2), cursor(8));
    assert_eq!(emails(&members(&team, &between).await), all[3..8]);
    let start = members(&team, &format!("first: 2 {between}")).await;
    assert_eq!(emails(&start), all[3..5]);
    assert_eq!(start["pageInfo"]["hasNextPage"], true);
    let end = members(&team, &format!("last: 2 {between}")).await;
    assert_eq!(emails(&end), all[6..8]);
    let none = members(&team, "first: 0").await;
    assert_eq!((&none["totalCount"], emails(&none).len()), (&json!(11), 0));
}

async fn cursors_of_another_order_are_rejected(server: Server) {
    let (team, _) = team_of_eleven(&server).await;
    for field in FIELDS {
        let list = members(&team, &format!("first: 1 orderBy: {{ field: {field} }}")).await;
        let cursor = text(&list["pageInfo"]["endCursor"]);
        for other in FIELDS {
            for direction in ["ASC", "DESC"] {
                let order = format!("orderBy: {{ field: {other} direction: {direction} }}");
                let reply = page(&team, &format!("after: \"{cursor}\" {order}")).await;
                let same = other == field && direction == "ASC";
                let expected: &[&str] = if same { &[] } else { &["BAD_INPUT"] };
                assert_eq!(reply.codes(), expected, "{field} {other} {direction}");
            }
        }
    }
    for made_up in ["", "x", "bnVsbA", "eyJ0IjpbMCwiYSJdfQ", "ÿ"] {
        for arguments in [
            format!("after: \"{made_up}\""),
            format!("before: \"{made_up}\""),
        ] {
            assert_eq!(
                page(&team, &arguments).await.codes(),
                ["BAD_INPUT"],
                "{made_up}"
            );
        }
    }
    for wrong in [
        "first: 101",
        "last: 101",
        "first: -1",
        "last: -1",
        "first: 1 last: 1",
    ] {
        assert_eq!(page(&team, wrong).await.codes(), ["BAD_INPUT"], "{wrong}");
    }
}

async fn changes_between_pages_shift_no_page(server: Server) {
    let (team, _) = team_of_eleven(&server).await;
    let before = emails(&members(&team, "").await);
    let first = members(&team, "first: 4").await;
    team.invite("aaa@acme.example", "Aaa", "GATEWAY_OPERATOR")
        .await;
    team.remove(&text(&team.member_with("eva@acme.example").await["id"]))
        .await;
    let rest = format!("after: \"{}\"", text(&first["pageInfo"]["endCursor"]));
    let rest = emails(&members(&team, &rest).await);
    assert_eq!([emails(&first), rest].concat(), before);
}
