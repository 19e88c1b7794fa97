//! Inviting: the outcome for each person and workspace.

use crate::on_both_engines;
use crate::support::people::OUTCOMES;
use crate::support::{PASSWORD, Person, Server, Team, results, sign_in, text, user_errors};
use crate::team::invite_limits::preview;
use chrono::Duration;
use entity::{audit_event, invitation, membership, outbox, throttle, user};
use serde_json::{Value, json};

on_both_engines!(
    each_person_and_workspace_has_an_outcome_in_the_order_of_the_input,
    one_mail_and_one_acceptance_cover_all_workspaces,
    assignments_override_workspaces_and_role,
    a_member_can_be_assigned_to_more_workspaces,
    a_repeated_call_changes_nothing,
    addresses_are_compared_in_normalized_form,
    more_than_a_hundred_invitees_are_rejected,
    inviting_requires_team_manage_in_every_workspace,
    an_expired_invitation_is_replaced_by_a_new_one,
);

pub fn person(email: &str, first_name: &str) -> Value {
    json!({ "email": email, "firstName": first_name, "role": "GATEWAY_OPERATOR" })
}

/// Counts users, memberships, invitations, mails, audit events, and throttles.
pub async fn rows(server: &Server) -> [u64; 6] {
    [
        server.count::<user::Entity>().await,
        server.count::<membership::Entity>().await,
        server.count::<invitation::Entity>().await,
        server.count::<outbox::Entity>().await,
        server.count::<audit_event::Entity>().await,
        server.count::<throttle::Entity>().await,
    ]
}

/// Creates an admin of a workspace of their own, who belongs to no other.
pub async fn stranger(team: &Team, name: &str, workspace: &str) -> Team {
    let person: Person = team.member(name, "WORKSPACE_ADMIN").await;
    let theirs = team.by(&person).another(workspace).await;
    team.remove(&person.membership_id).await;
    theirs
}

async fn each_person_and_workspace_has_an_outcome_in_the_order_of_the_input(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let bo = acme.member("Bo", "SECURITY_AUDITOR").await;
    beta.invite("cy@acme.example", "Cy", "SECURITY_AUDITOR")
        .await;

    let invitees = json!([
        person(&bo.email, ""),
        person("cy@acme.example", "Cyrus"),
        person("no address", "No"),
        person("dee@acme.example", "Dee\r\nBcc: eve@evil.example"),
        person("eve@acme.example", ""),
    ]);
    let payload = acme.invite_to(invitees, &[&beta, &acme]).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(
        results(&payload),
        [
            "ADDED",
            "ALREADY_MEMBER",
            "ALREADY_INVITED",
            "INVITED",
            "FAILED",
            "FAILED",
            "FAILED",
            "FAILED",
            "INVITED",
            "INVITED"
        ]
    );
    let outcomes = payload["outcomes"].as_array().unwrap();
    for (outcome, team) in outcomes.iter().zip([&beta, &acme].into_iter().cycle()) {
        assert_eq!(outcome["workspace"]["id"], team.workspace_id.as_str());
    }
    assert_eq!(outcomes[4]["email"], "no address");
    assert_eq!(outcomes[4]["error"]["code"], "EMAIL_INVALID");
    assert_eq!(
        outcomes[4]["error"]["field"],
        json!(["invitees", "2", "email"])
    );
    assert_eq!(outcomes[6]["error"]["code"], "NAME_INVALID");
    let field = json!(["invitees", "3", "firstName"]);
    assert_eq!(outcomes[6]["error"]["field"], field);
    assert_eq!(outcomes[6]["membership"], Value::Null);
    // Existing memberships keep their role and name. New ones have those of the input.
    assert_eq!(outcomes[0]["membership"]["role"], "GATEWAY_OPERATOR");
    assert_eq!(outcomes[0]["membership"]["status"], "ACTIVE");
    assert_eq!(outcomes[1]["membership"]["role"], "SECURITY_AUDITOR");
    assert_eq!(outcomes[2]["membership"]["role"], "SECURITY_AUDITOR");
    assert_eq!(outcomes[2]["membership"]["name"], "Cy");
    assert_eq!(outcomes[3]["membership"]["name"], "Cyrus");
    assert_eq!(outcomes[8]["membership"]["name"], "eve@acme.example");
    assert_eq!(outcomes[8]["membership"]["invitation"]["state"], "PENDING");

    assert_eq!(acme.summary().await, [4, 2, 2, 0]);
    assert_eq!(beta.summary().await, [4, 2, 2, 0]);
    let notification = server.mail_to(&bo.email).await;
    assert_eq!(notification.subject(), "You are now in Beta on TokenVue");
    let can = bo.client.run(
        "query Q($id: ID) { workspace(id: $id) { name viewerMembership { role } } }",
        json!({ "id": beta.workspace_id }),
    );
    let data = can.await.data();
    assert_eq!(
        data["workspace"]["viewerMembership"]["role"],
        "GATEWAY_OPERATOR"
    );
}

async fn one_mail_and_one_acceptance_cover_all_workspaces(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let gamma = acme.another("Gamma").await;
    let invitees = json!([person("bo@acme.example", "Bo")]);
    acme.invite_to(invitees, &[&acme, &beta, &gamma]).await;

    let mails = server.mails_to("bo@acme.example").await;
    assert_eq!(mails.len(), 1);
    for name in ["Acme", "Beta", "Gamma", "Gateway Operator", "Ana Admin"] {
        assert!(
            mails[0].text().contains(name),
            "{name}: {}",
            mails[0].text()
        );
    }
    let bo = acme.accept("bo@acme.example", &mails[0].token()).await;
    let query = "{ viewer { memberships { nodes { status workspace { name } } } } }";
    let data = bo.client.get(query).await;
    let nodes = data["viewer"]["memberships"]["nodes"].as_array().unwrap();
    let mut names: Vec<_> = nodes
        .iter()
        .map(|m| text(&m["workspace"]["name"]))
        .collect();
    names.sort();
    assert_eq!(names, ["Acme", "Beta", "Gamma"]);
    for team in [&acme, &beta, &gamma] {
        assert_eq!(team.summary().await, [2, 2, 0, 0]);
    }
}

async fn assignments_override_workspaces_and_role(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let (a, b) = (&acme.workspace_id, &beta.workspace_id);
    let with = |email: &str, assignments: Value| json!({ "email": email, "role": "GATEWAY_OPERATOR", "assignments": assignments });
    let invitees = json!([
        with(
            "further@acme.example",
            json!([{ "workspaceId": b, "role": "SECURITY_AUDITOR" }])
        ),
        with(
            "other@acme.example",
            json!([{ "workspaceId": a, "role": "WORKSPACE_ADMIN" }])
        ),
        with("same@acme.example", json!([{ "workspaceId": b }])),
    ]);
    let payload = acme.invite_all(invitees).await;
    let placed = |outcome: &Value| {
        let outcome = outcome.clone();
        let beta = outcome["workspace"]["id"] == b.as_str();
        (beta, text(&outcome["membership"]["role"]))
    };
    let placed: Vec<_> = payload["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(placed)
        .collect();
    let expected = [
        (false, "GATEWAY_OPERATOR"),
        (true, "SECURITY_AUDITOR"),
        (false, "WORKSPACE_ADMIN"),
        (false, "GATEWAY_OPERATOR"),
        (true, "GATEWAY_OPERATOR"),
    ];
    assert_eq!(placed, expected.map(|(beta, role)| (beta, role.to_owned())));

    // If the call names no workspaces, invitees with assignments are invited to those only.
    let only = json!([with("only@acme.example", json!([{ "workspaceId": b }]))]);
    let client = &acme.admin.client;
    let payload = client
        .mutate("inviteUsers", json!({ "invitees": only }), OUTCOMES)
        .await;
    assert_eq!(results(&payload), ["INVITED"]);
    assert_eq!(payload["outcomes"][0]["workspace"]["id"], b.as_str());
}

async fn a_member_can_be_assigned_to_more_workspaces(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let bo = acme.member("Bo", "GATEWAY_OPERATOR").await;
    let invited = acme
        .invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await;
    let assign = async |membership_id: &str| {
        let input = json!({
            "membershipId": membership_id,
            "workspaceIds": [beta.workspace_id, acme.workspace_id],
            "role": "SECURITY_AUDITOR",
        });
        let client = &acme.admin.client;
        client.mutate("assignToWorkspaces", input, OUTCOMES).await
    };
    let payload = assign(&bo.membership_id).await;
    assert_eq!(results(&payload), ["ADDED", "ALREADY_MEMBER"]);
    assert_eq!(
        payload["outcomes"][0]["membership"]["role"],
        "SECURITY_AUDITOR"
    );
    assert_eq!(
        payload["outcomes"][1]["membership"]["role"],
        "GATEWAY_OPERATOR"
    );

    let payload = assign(&text(&invited["membership"]["id"])).await;
    assert_eq!(results(&payload), ["INVITED", "ALREADY_INVITED"]);
    assert_eq!(payload["outcomes"][0]["membership"]["name"], "Cy");
    assert_eq!(beta.summary().await, [3, 2, 1, 0]);
}

async fn a_repeated_call_changes_nothing(server: Server) {
    let acme = Team::first(&server).await;
    let bo = acme
        .another("Beta")
        .await
        .member("Bo", "GATEWAY_OPERATOR")
        .await;
    let invitees = json!([person(&bo.email, "Bo"), person("cy@acme.example", "Cy")]);
    let first = acme.invite_all(invitees.clone()).await;
    assert_eq!(results(&first), ["ADDED", "INVITED"]);
    let token = server.mail_to("cy@acme.example").await.token();
    let before = rows(&server).await;

    server.advance(Duration::hours(1));
    let second = acme.invite_all(invitees).await;
    assert_eq!(results(&second), ["ALREADY_MEMBER", "ALREADY_INVITED"]);
    let memberships = |payload: &Value| -> Vec<Value> {
        let outcomes = payload["outcomes"].as_array().unwrap();
        outcomes
            .iter()
            .map(|outcome| outcome["membership"].clone())
            .collect()
    };
    assert_eq!(memberships(&first), memberships(&second));
    assert_eq!(rows(&server).await, before);
    acme.accept("cy@acme.example", &token).await;
}

async fn addresses_are_compared_in_normalized_form(server: Server) {
    let acme = Team::first(&server).await;
    let typed = "Zo\u{eb}.B@B\u{fc}ro.Example";
    let invitees = json!([
        person(typed, "Zoë"),
        person("zoe\u{308}.b@bu\u{308}ro.example", "Z"),
        person("ZO\u{cb}.B@xn--bro-hoa.EXAMPLE", "Z"),
    ]);
    let payload = acme.invite_all(invitees.clone()).await;
    assert_eq!(
        results(&payload),
        ["INVITED", "ALREADY_INVITED", "ALREADY_INVITED"]
    );
    assert_eq!(
        results(&acme.invite_all(invitees).await),
        ["ALREADY_INVITED"; 3]
    );
    assert_eq!(acme.member_with(typed).await["name"], "Zoë");
    assert_eq!(server.mails_to(typed).await.len(), 1);

    acme.accept(typed, &server.mail_to(typed).await.token())
        .await;
    sign_in(&server, "ZO\u{cb}.b@BU\u{308}RO.example").await;
}

async fn more_than_a_hundred_invitees_are_rejected(server: Server) {
    let acme = Team::first(&server).await;
    let people = |count: usize| -> Value {
        let people = (0..count).map(|n| person(&format!("p{n}@acme.example"), "P"));
        people.collect::<Vec<_>>().into()
    };
    let before = rows(&server).await;
    for count in [0, 101] {
        let payload = acme.invite_all(people(count)).await;
        assert_eq!(user_errors(&payload), ["TOO_MANY"]);
        assert_eq!(payload["userErrors"][0]["field"], json!(["invitees"]));
        assert_eq!(payload["outcomes"], json!([]));
    }
    assert_eq!(rows(&server).await, before);
    let payload = acme.invite_all(people(100)).await;
    assert_eq!(results(&payload), ["INVITED"; 100]);
    assert_eq!(acme.summary().await, [101, 1, 100, 0]);
}

async fn inviting_requires_team_manage_in_every_workspace(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let bo = acme.member("Bo", "WORKSPACE_ADMIN").await;
    let elsewhere = stranger(&acme, "Cy", "Elsewhere").await;
    beta.invite(&bo.email, "Bo", "GATEWAY_OPERATOR").await;
    let before = rows(&server).await;

    let bos = acme.by(&bo);
    for (other, code) in [(&beta, "FORBIDDEN"), (&elsewhere, "NOT_FOUND")] {
        let invitees = json!([person("dee@acme.example", "Dee")]);
        let ids = [&acme.workspace_id, &other.workspace_id];
        let everywhere = json!({ "invitees": invitees, "workspaceIds": ids });
        let assignments = json!([{ "workspaceId": other.workspace_id }]);
        let mut invitee = person("dee@acme.example", "Dee");
        invitee["assignments"] = assignments;
        let assigned = json!({ "invitees": [invitee], "workspaceIds": [acme.workspace_id] });
        for input in [everywhere, assigned] {
            let client = &bos.admin.client;
            let reply = client
                .try_mutate("inviteUsers", input.clone(), OUTCOMES)
                .await;
            assert_eq!(reply.codes(), [code]);
            assert_eq!(reply.0["data"]["inviteUsers"], Value::Null);
            let reply = preview(&bos, input).await;
            assert_eq!(reply.codes(), [code]);
        }
    }
    let mut after = rows(&server).await;
    after[4] = before[4]; // Beta's audit log has the two denied attempts.
    assert_eq!(after, before);
    let selection = "accessHistory(outcome: REFUSED) { nodes { kind actor count } }";
    let history = beta.read(selection).await["accessHistory"]["nodes"].clone();
    let mut attempts = 0;
    for event in history.as_array().unwrap() {
        assert_eq!(event["kind"], "INVITE_MEMBER");
        assert_eq!(event["actor"], "Bo <bo@acme.example>");
        attempts += event["count"].as_i64().unwrap();
    }
    assert_eq!(attempts, 2);
}

async fn an_expired_invitation_is_replaced_by_a_new_one(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let old = server.mail_to("bo@acme.example").await.token();
    server.advance(Duration::days(7));
    let team = team.later().await;
    assert_eq!(team.summary().await, [2, 1, 1, 1]);

    let outcome = team
        .invite("bo@acme.example", "Bob", "SECURITY_AUDITOR")
        .await;
    assert_eq!(outcome["result"], "INVITED");
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
    let member = team.member_with("bo@acme.example").await;
    assert_eq!(member["name"], "Bob");
    assert_eq!(member["role"], "SECURITY_AUDITOR");
    assert_eq!(member["invitation"]["sentCount"], 2);

    let input = json!({ "token": old, "password": PASSWORD, "transport": "BEARER" });
    let anonymous = server.anonymous();
    let payload = anonymous
        .mutate("acceptInvitation", input, "sessionToken")
        .await;
    assert_eq!(user_errors(&payload), ["TOKEN_REPLACED"]);
    let fresh = server.mail_to("bo@acme.example").await.token();
    team.accept("bo@acme.example", &fresh).await;
}
