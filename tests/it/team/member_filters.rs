//! The member list: filters and search.

use super::member_list::{emails, members, page, team_of_eleven};
use crate::on_both_engines;
use crate::support::{Server, Team};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    a_search_finds_parts_of_names_and_addresses,
    search_matches_special_characters_literally,
    members_are_filtered_by_invitation_state,
    orders_and_filters_require_the_permission_of_their_field,
);

async fn found(team: &Team, search: &str) -> Vec<String> {
    let arguments = format!("orderBy: {{ field: EMAIL }} search: {}", json!(search));
    let list = members(team, &arguments).await;
    assert_eq!(list["totalCount"], list["nodes"].as_array().unwrap().len());
    emails(&list)
}

async fn a_search_finds_parts_of_names_and_addresses(server: Server) {
    let (team, _) = team_of_eleven(&server).await;
    for (search, expected) in [
        ("ANGSTROM", &["eva"][..]),
        ("ångström", &["eva"]),
        ("A\u{30a}ngstro\u{308}m", &["eva"]),
        ("gstr", &["eva"]),
        ("zoe", &["zoë"]),
        ("ev", &["eva", "evan"]),
        ("v", &["eva", "evan"]),
        ("  abel   EVAN ", &["evan"]),
        ("name same", &["same1", "same2", "same3"]),
        ("same security", &[]),
        ("e1@acme", &["same1"]),
        ("upper", &["Upper"]),
        ("no-name", &["x.no-name"]),
        ("bo acme.example", &["bo", "bob"]),
        ("bo bo bo bo bo bo", &["bo", "bob"]),
        ("nobody", &[]),
    ] {
        assert_eq!(found(&team, search).await, expected, "{search}");
    }
    for search in ["", "  ", "acme", "@"] {
        assert_eq!(found(&team, search).await.len(), 11, "{search}");
    }
}

async fn search_matches_special_characters_literally(server: Server) {
    let team = Team::first(&server).await;
    let person = |local: &str, name: &str| {
        let email = format!("{local}@acme.example");
        json!({ "email": email, "firstName": name, "role": "GATEWAY_OPERATOR" })
    };
    let invitees = json!([
        person("percent", "100% Sure"),
        person("thousand", "1000 Sure"),
        person("underscore", "snake_case"),
        person("letter", "snakeXcase"),
        person("backslash", r"back\slash"),
        person("quote", "O'Neil \"Q\""),
    ]);
    team.invite_all(invitees).await;
    for (search, expected) in [
        ("%", &["percent"][..]),
        ("0%", &["percent"]),
        ("100%", &["percent"]),
        ("%%%", &[]),
        ("1%s", &[]),
        ("_", &["underscore"]),
        ("snake_case", &["underscore"]),
        ("e_c", &["underscore"]),
        ("___", &[]),
        (r"\", &["backslash"]),
        (r"k\s", &["backslash"]),
        (r"\\\", &[]),
        (r"\%\", &[]),
        ("o'n", &["quote"]),
        ("\"q\"", &["quote"]),
        ("*", &[]),
        ("--", &[]),
    ] {
        assert_eq!(found(&team, search).await, expected, "{search}");
    }
}

async fn members_are_filtered_by_invitation_state(server: Server) {
    let team = Team::first(&server).await;
    let [pending, expired] =
        ["PENDING", "EXPIRED"].map(|state| format!("invitationState: {state}"));
    for name in ["Bo", "Cy", "Di"] {
        let email = format!("{}@acme.example", name.to_lowercase());
        team.invite(&email, name, "GATEWAY_OPERATOR").await;
    }
    let team = {
        server.advance(Duration::days(8));
        team.later().await
    };
    let cy = team.member_with("cy@acme.example").await;
    team.act(
        "resendInvitation",
        json!({ "invitationId": cy["invitation"]["id"] }),
    )
    .await;
    team.invite("ed@acme.example", "Ed", "SECURITY_AUDITOR")
        .await;
    // Expired invitations match as soon as they expire, and still after the sweep has marked them.
    for _ in 0..2 {
        let (open, gone) = (
            members(&team, &pending).await,
            members(&team, &expired).await,
        );
        assert_eq!(emails(&open), ["cy", "ed"]);
        assert_eq!(emails(&gone), ["bo", "di"]);
        assert_eq!(
            (&open["totalCount"], &gone["totalCount"]),
            (&json!(2), &json!(2))
        );
        tokenvue::team::invitation::expire::mark_expired(&server.app)
            .await
            .unwrap();
    }
    for none in ["role: SECURITY_AUDITOR", "status: ACTIVE", "search: \"cy\""] {
        let list = members(&team, &format!("{expired} {none}")).await;
        assert_eq!(
            (emails(&list).len(), &list["totalCount"]),
            (0, &json!(0)),
            "{none}"
        );
    }
    for state in ["ACCEPTED", "DECLINED", "REVOKED"] {
        let reply = page(&team, &format!("invitationState: {state}")).await;
        assert_eq!(reply.codes(), ["BAD_INPUT"], "{state}");
    }
}

async fn orders_and_filters_require_the_permission_of_their_field(server: Server) {
    let (team, [zoe, bo]) = team_of_eleven(&server).await;
    let (operator, auditor) = (team.by(&zoe), team.by(&bo));
    for arguments in [
        "orderBy: { field: LAST_ACTIVE }",
        "first: 0 orderBy: { field: LAST_ACTIVE direction: DESC }",
        "status: ACTIVE orderBy: { field: JOINED }",
        "invitationState: PENDING",
        "invitationState: EXPIRED first: 0",
    ] {
        let refused = page(&operator, arguments).await;
        assert_eq!(refused.codes(), ["FORBIDDEN"], "{arguments}");
        assert_eq!(refused.0["data"]["workspace"]["members"], Value::Null);
        assert_eq!(
            page(&auditor, arguments).await.codes(),
            [""; 0],
            "{arguments}"
        );
    }
    for field in ["NAME", "EMAIL", "ROLE"] {
        let list = members(&operator, &format!("orderBy: {{ field: {field} }}")).await;
        assert_eq!(emails(&list).len(), 11);
    }
}
