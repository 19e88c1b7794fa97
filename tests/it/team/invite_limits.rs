//! Limits on inviting: previews, visibility of names, and workspace settings.

use crate::on_both_engines;
use crate::support::people::OUTCOMES;
use crate::support::{PASSWORD, Reply, Server, Team, results, time, user_errors};
use crate::team::invite::{person, rows, stranger};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    a_preview_returns_the_outcomes_and_writes_nothing,
    names_are_visible_only_in_the_workspace_that_entered_them,
    only_allowed_domains_can_be_invited,
    mails_per_address_are_limited_per_day,
    a_workspace_can_set_the_lifetime_of_its_links,
);

pub async fn preview(team: &Team, input: Value) -> Reply {
    let query = format!(
        "query P($input: InviteUsersInput!) {{
            inviteUsersPreview(input: $input) {{ {OUTCOMES} userErrors {{ code field }} }} }}"
    );
    let client = &team.admin.client;
    client.run(&query, json!({ "input": input })).await
}

async fn a_preview_returns_the_outcomes_and_writes_nothing(server: Server) {
    let replica = server.replica(&["--mails-per-address", "1"]).await;
    let acme = Team::first(&replica.server).await;
    let beta = acme.another("Beta").await;
    beta.member("Bo", "GATEWAY_OPERATOR").await; // has received the one mail of the day
    server.advance(Duration::days(1) + Duration::minutes(1));
    beta.invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await; // the same
    let domains = json!({
        "workspaceId": beta.workspace_id,
        "allowedEmailDomains": ["acme.example"],
    });
    beta.admin
        .client
        .mutate("updateWorkspace", domains, "workspace { id }")
        .await;

    // Fay is listed twice with different workspaces and would get two mails. The quota of the day
    // allows one.
    let gamma = acme.another("Gamma").await;
    let mut further = person("fay@acme.example", "Fay");
    further["assignments"] = json!([{ "workspaceId": gamma.workspace_id }]);
    let invitees = json!([
        person("bo@acme.example", "Bo"),
        person("BO@acme.example", "Bo"),
        person("cy@acme.example", "Cy"),
        person("CY@acme.example", "Cy"),
        person("dee@other.example", "Dee"),
        person("eve@acme.example", "Eve\0"),
        person("fay@acme.example", "Fay"),
        person("fay@acme.example", "Fay"),
        further,
    ]);
    let ids = [&acme.workspace_id, &beta.workspace_id];
    let input = json!({ "invitees": invitees, "workspaceIds": ids });
    let before = rows(&server).await;
    let previewed = preview(&acme, input.clone()).await.data()["inviteUsersPreview"].clone();
    let mut after = rows(&server).await;
    after[5] -= 1; // Lookups are counted.
    assert_eq!(after, before);

    let client = &acme.admin.client;
    let invited = client.mutate("inviteUsers", input, OUTCOMES).await;
    // The quota's day begins with the first mail. For the preview, this is a moment earlier.
    let summary = |payload: &Value| -> Vec<Value> {
        let outcomes = payload["outcomes"].as_array().unwrap().iter();
        let describe = |one: &Value| {
            let error = (&one["error"]["code"], &one["error"]["field"]);
            json!([one["email"], one["workspace"], one["result"], error])
        };
        outcomes.map(describe).collect()
    };
    assert_eq!(summary(&previewed), summary(&invited));
    let failed = |code: &str| {
        let outcomes = invited["outcomes"].as_array().unwrap();
        outcomes
            .iter()
            .filter(|outcome| outcome["error"]["code"] == code)
            .count()
    };
    assert_eq!(failed("MAIL_CAP_REACHED"), 3);
    assert_eq!(failed("DOMAIN_NOT_ALLOWED"), 1);
    assert_eq!(failed("NAME_INVALID"), 2);
    replica.stop().await;
}

async fn names_are_visible_only_in_the_workspace_that_entered_them(server: Server) {
    let acme = Team::first(&server).await;
    let beta = stranger(&acme, "Bea", "Beta").await;
    let typed = [
        (&acme, "Eva", "Eve@Acme.example"),
        (&beta, "Evelyn", "eve@acme.example"),
    ];
    for (team, name, email) in typed {
        let outcome = team.invite(email, name, "SECURITY_AUDITOR").await;
        assert_eq!(outcome["result"], "INVITED");
    }
    for (team, name, email) in typed {
        let member = team.member_with(email).await;
        assert_eq!(member["name"], name);
        let user = json!({
            "name": name, "firstName": name, "email": email, "status": "INVITED",
            "memberships": { "totalCount": 1 },
        });
        assert_eq!(member["user"], user);
        let query = "query Q($token: String!) {
            invitationPreview(token: $token) { firstName email placements { workspaceName } } }";
        let token = server.mail_to(email).await.token();
        let data = server
            .anonymous()
            .run(query, json!({ "token": token }))
            .await
            .data();
        assert_eq!(data["invitationPreview"]["firstName"], name);
        assert_eq!(data["invitationPreview"]["email"], email);
        assert_eq!(
            data["invitationPreview"]["placements"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
    // After signing up, all workspaces show the name that the person chose.
    let token = server.mail_to("eve@acme.example").await.token();
    let input = json!({
        "token": token, "firstName": "Eve", "lastName": "Ng", "password": PASSWORD,
        "transport": "BEARER",
    });
    let anonymous = server.anonymous();
    let payload = anonymous
        .mutate("acceptInvitation", input, "memberships { name }")
        .await;
    assert_eq!(
        payload["memberships"],
        json!([{ "name": "Eve Ng" }, { "name": "Eve Ng" }])
    );
    assert_eq!(acme.member_with("eve@acme.example").await["name"], "Eve Ng");
}

async fn only_allowed_domains_can_be_invited(server: Server) {
    let acme = Team::first(&server).await;
    let input = json!({
        "workspaceId": acme.workspace_id,
        "allowedEmailDomains": ["@Acme.Example", "bücher.example"],
    });
    let selection = "workspace { settings { allowedEmailDomains } }";
    acme.admin
        .client
        .mutate("updateWorkspace", input, selection)
        .await;
    let invitees = json!([
        person("a@ACME.example", "A"),
        person("b@xn--bcher-kva.example", "B"),
        person("c@sub.acme.example", "C"),
        person("d@notacme.example", "D"),
    ]);
    let payload = acme.invite_all(invitees).await;
    assert_eq!(
        results(&payload),
        ["INVITED", "INVITED", "FAILED", "FAILED"]
    );
    for n in [2, 3] {
        let error = &payload["outcomes"][n]["error"];
        assert_eq!(error["code"], "DOMAIN_NOT_ALLOWED");
        assert_eq!(error["field"], json!(["invitees", n.to_string(), "email"]));
    }
}

async fn mails_per_address_are_limited_per_day(server: Server) {
    let replica = server.replica(&["--mails-per-address", "2"]).await;
    let acme = Team::first(&replica.server).await;
    for name in ["Beta", "Gamma"] {
        let team = acme.another(name).await;
        let outcome = team
            .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
            .await;
        assert_eq!(outcome["result"], "INVITED");
    }
    let invitees = json!([
        person("BO@acme.example", "Bo"),
        person("cy@acme.example", "Cy")
    ]);
    let payload = acme.invite_all(invitees.clone()).await;
    assert_eq!(results(&payload), ["FAILED", "INVITED"]);
    let error = &payload["outcomes"][0]["error"];
    assert_eq!(error["code"], "MAIL_CAP_REACHED");
    assert_eq!(error["field"], json!(["invitees", "0"]));
    assert_eq!(acme.member_with("BO@acme.example").await, Value::Null);

    let retry_at = time(&error["retryAt"]);
    server.advance(retry_at - server.app.now() - Duration::minutes(1));
    assert_eq!(
        results(&acme.invite_all(invitees.clone()).await)[0],
        "FAILED"
    );
    server.advance(Duration::minutes(2));
    assert_eq!(results(&acme.invite_all(invitees).await)[0], "INVITED");
    replica.stop().await;
}

async fn a_workspace_can_set_the_lifetime_of_its_links(server: Server) {
    let acme = Team::first(&server).await;
    let beta = acme.another("Beta").await;
    let input = json!({ "workspaceId": beta.workspace_id, "invitationLifetimeDays": 2 });
    beta.admin
        .client
        .mutate("updateWorkspace", input, "workspace { id }")
        .await;
    for (team, days) in [(&acme, 7), (&beta, 2)] {
        let email = format!("bo{days}@acme.example");
        let outcome = team.invite_all(json!([person(&email, "Bo")])).await["outcomes"][0].clone();
        let invitation = &outcome["membership"]["invitation"];
        let lifetime = time(&invitation["expiresAt"]) - time(&invitation["sentAt"]);
        assert_eq!(lifetime, Duration::days(days));
    }
    server.advance(Duration::days(2));
    assert_eq!(acme.summary().await, [2, 1, 1, 0]);
    assert_eq!(beta.summary().await, [2, 1, 1, 1]);
    let input = json!({ "workspaceId": beta.workspace_id, "invitationLifetimeDays": 91 });
    let payload = beta
        .admin
        .client
        .mutate("updateWorkspace", input, "workspace { id }")
        .await;
    assert_eq!(user_errors(&payload), ["VALUE_INVALID"]);
}
