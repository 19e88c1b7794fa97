//! Which names the API accepts, and how members are searched and sorted by name.

use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team, results, text, user_errors};
use crate::team::invite::person;
use crate::team::invite_limits::preview;
use serde_json::{Value, json};

on_both_engines!(
    invisible_names_and_links_are_rejected,
    names_of_people_and_workspaces_are_accepted,
    search_ignores_accents_and_case,
    sorting_ignores_accents_and_case,
    slugs_are_transliterated_to_ascii,
);

fn bad_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "\u{200b}",
        "\u{2060}",
        "\u{3164}",
        "\u{115f}",
        "\u{2800}",
        "\u{e0041}\u{e006e}\u{e0061}",
        "A\u{200b}na",
        "evil.example/login",
        "www.evil.example",
        "http://evil.example",
        "evil.com",
        "ana@evil.example",
    ]
    .map(str::to_owned)
    .into();
    names.push("\u{301}".repeat(90));
    names.push(format!("A{}", "\u{301}".repeat(90)));
    names
}

async fn invisible_names_and_links_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    let client = &team.admin.client;
    team.invite("cleo@acme.example", "Cleo", "SECURITY_AUDITOR")
        .await;
    let token = server.mail_to("cleo@acme.example").await.token();
    for name in bad_names() {
        let mut last = person("bo@acme.example", "Bo");
        last["lastName"] = json!(name);
        let invitees = json!([person("bo@acme.example", &name), last]);
        let input = json!({ "invitees": invitees, "workspaceIds": [team.workspace_id] });
        let foreseen = preview(&team, input).await.data()["inviteUsersPreview"].clone();
        for payload in [foreseen, team.invite_all(invitees).await] {
            for (index, field) in ["firstName", "lastName"].into_iter().enumerate() {
                let error = &payload["outcomes"][index]["error"];
                assert_eq!(error["code"], "NAME_INVALID", "{name:?}");
                assert_eq!(
                    error["field"],
                    json!(["invitees", index.to_string(), field])
                );
            }
        }
        let both = json!({ "firstName": "Ana", "lastName": name });
        let accepting = json!({
            "token": token, "firstName": name, "password": PASSWORD, "transport": "BEARER",
        });
        let workspace = json!({ "workspaceId": team.workspace_id, "name": name });
        let anonymous = server.anonymous();
        for (client, mutation, input) in [
            (
                client,
                "updateProfile",
                json!({ "firstName": name, "lastName": "Admin" }),
            ),
            (client, "updateProfile", both),
            (client, "createWorkspace", json!({ "name": name })),
            (client, "updateWorkspace", workspace),
            (&anonymous, "acceptInvitation", accepting),
        ] {
            let selection = match mutation {
                "createWorkspace" | "updateWorkspace" => "workspace { id }",
                _ => "viewer { user { name } }",
            };
            let payload = client.mutate(mutation, input, selection).await;
            assert_eq!(
                user_errors(&payload),
                ["NAME_INVALID"],
                "{mutation} {name:?}"
            );
        }
    }
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
    let data = client
        .get("{ viewer { user { name } activeWorkspace { name } } }")
        .await;
    assert_eq!(data["viewer"]["user"]["name"], "Ana Admin");
    assert_eq!(data["viewer"]["activeWorkspace"]["name"], "Acme");
}

async fn names_of_people_and_workspaces_are_accepted(server: Server) {
    let team = Team::first(&server).await;
    let client = &team.admin.client;
    for name in [
        "St. John",
        "J.R. Smith",
        "Dr.Müller",
        "O’Connor-Smith",
        "مُحَمَّد",
        "خانه\u{200c}ای",
        "山田",
        "शक्\u{200d}ति",
        "👩🏽\u{200d}🚀",
    ] {
        let input = json!({ "firstName": name, "lastName": "" });
        let payload = client
            .mutate("updateProfile", input, "viewer { user { name } }")
            .await;
        assert_eq!(payload["viewer"]["user"]["name"], name, "{payload}");
    }
    for name in [
        "A/B Testing",
        "R&D: EMEA",
        "Acme, Inc.",
        "Team 1.2/3.4",
        "Acme io",
    ] {
        let beta = team.another(name).await;
        assert_eq!(beta.read("name").await["name"], name);
    }
}

/// Invites people with these first and last names.
async fn invite_named(team: &Team, names: &[(&str, &str)]) {
    let invitees = names.iter().enumerate().map(|(index, (first, last))| {
        let mut invitee = person(&format!("p{index}@acme.example"), first);
        invitee["lastName"] = json!(last);
        invitee
    });
    let payload = team.invite_all(invitees.collect()).await;
    assert!(
        results(&payload).iter().all(|result| *result == "INVITED"),
        "{payload}"
    );
}

async fn names_found(team: &Team, arguments: &str) -> Vec<String> {
    let data = team
        .read(&format!("members({arguments}) {{ nodes {{ name }} }}"))
        .await;
    let nodes = data["members"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node: &Value| text(&node["name"])).collect()
}

async fn search_ignores_accents_and_case(server: Server) {
    let team = Team::first(&server).await;
    let people = [
        ("Łukasz", "Wałęsa"),
        ("Søren", "Straße"),
        ("Þórður", "Sæmundsson"),
        ("Đặng", "Thị Hằng"),
        ("Sinéad", "O’Connor"),
        ("Йосиф", "Ёлкин"),
        ("Ελένη", "Παπαδοπούλου"),
        ("太郎", "山田"),
        ("민수", "김"),
        ("مُحَمَّد", "علي"),
    ];
    invite_named(&team, &people).await;
    for (search, found) in [
        ("lukasz", 0),
        ("ŁUKASZ", 0),
        ("łukasz walesa", 0),
        ("soren", 1),
        ("strasse", 1),
        ("STRAßE", 1),
        ("thordur", 2),
        ("saemund", 2),
        ("dang hang", 3),
        ("o'connor", 4),
        ("O’Connor", 4),
        ("иосиф", 5),
        ("Ёлкин", 5),
        ("ελενη", 6),
        ("ΠΑΠΑΔΟΠΟΥΛΟΥ", 6),
        ("山田", 7),
        ("田", 7),
        ("김", 8),
        ("محمد", 9),
    ] {
        let (first, last) = people[found];
        let names = names_found(&team, &format!("search: \"{search}\"")).await;
        assert_eq!(names, [format!("{first} {last}")], "{search}");
    }
    for search in ["iosif", "eleni", "tarou", "muhammad"] {
        assert_eq!(
            names_found(&team, &format!("search: \"{search}\"")).await,
            [""; 0]
        );
    }
}

async fn sorting_ignores_accents_and_case(server: Server) {
    let team = Team::first(&server).await;
    let sorted = [
        ("Ærø", ""),
        ("Agnes", ""),
        ("Lena", ""),
        ("Łukasz", ""),
        ("Lydia", ""),
        ("Øyvind", ""),
        ("Paul", ""),
        ("Zoë", ""),
        ("Борис", ""),
        ("山田", ""),
    ];
    let mut mixed = sorted;
    mixed.reverse();
    mixed.swap(1, 6);
    invite_named(&team, &mixed).await;
    let mut expected: Vec<&str> = sorted.iter().map(|(first, _)| *first).collect();
    expected.insert(2, "Ana Admin");
    for (direction, reversed) in [("ASC", false), ("DESC", true)] {
        if reversed {
            expected.reverse();
        }
        let order = format!("orderBy: {{ field: NAME, direction: {direction} }}");
        assert_eq!(names_found(&team, &order).await, expected);
    }
}

async fn slugs_are_transliterated_to_ascii(server: Server) {
    let team = Team::first(&server).await;
    for (name, start) in [("Łódź & Straße", "lodz-strasse-"), ("Ærø Lab", "aero-lab-")] {
        let slug = team.another(name).await.read("slug").await;
        assert!(text(&slug["slug"]).starts_with(start), "{slug}");
    }
}
