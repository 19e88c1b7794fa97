//! Quotas: how much one person may create, open, or look up.

use crate::on_both_engines;
use crate::support::{Server, Team, eventually, results, sign_in, text, time, user_errors};
use chrono::Duration;
use serde_json::{Value, json};

on_both_engines!(
    a_new_session_ends_the_longest_idle_one,
    expired_sessions_are_deleted_first,
    concurrent_sign_ins_respect_the_session_limit,
    sessions_are_paged,
    workspaces_per_creator_are_limited,
    open_invitations_per_workspace_are_limited,
    previewed_people_per_hour_are_limited,
);

async fn sessions_of(team: &Team) -> Vec<String> {
    let data = team
        .admin
        .client
        .get("{ viewer { sessions { nodes { id } } } }")
        .await;
    let nodes = data["viewer"]["sessions"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| text(&node["id"])).collect()
}

async fn a_new_session_ends_the_longest_idle_one(server: Server) {
    let replica = server.replica(&["--sessions-per-user", "3"]).await;
    let team = Team::first(&replica.server).await;
    let email = &team.admin.email;
    let second = sign_in(&replica.server, email).await;
    server.advance(Duration::minutes(5));
    let third = sign_in(&replica.server, email).await;
    // The first session is used after the second one.
    let ana = &team.admin.client;
    let now = server.app.now();
    eventually("the recorded use of the session", || async {
        let data = ana.get("{ viewer { session { lastUsedAt } } }").await;
        (time(&data["viewer"]["session"]["lastUsedAt"]) >= now).then_some(())
    })
    .await;
    let fourth = sign_in(&replica.server, email).await;
    assert!(!second.is_signed_in().await);
    for kept in [ana, &third, &fourth] {
        assert!(kept.is_signed_in().await);
    }
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    assert!(
        bo.client.is_signed_in().await,
        "each user has a limit of their own"
    );
    assert_eq!(sessions_of(&team).await.len(), 3);
    replica.stop().await;
}

async fn expired_sessions_are_deleted_first(server: Server) {
    let flags = ["--sessions-per-user", "2", "--session-lifetime", "2h"];
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let email = &team.admin.email;
    server.advance(Duration::minutes(90));
    let second = sign_in(&replica.server, email).await;
    server.advance(Duration::minutes(60));
    let third = sign_in(&replica.server, email).await;
    assert!(!team.admin.client.is_signed_in().await, "expired");
    assert!(second.is_signed_in().await);
    assert!(third.is_signed_in().await);
    replica.stop().await;
}

async fn concurrent_sign_ins_respect_the_session_limit(server: Server) {
    let flags = [
        "--sessions-per-user",
        "2",
        "--sign-in-failures-per-account",
        "100",
    ];
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let sign_ins = (0..8).map(|_| sign_in(&replica.server, &team.admin.email));
    futures_util::future::join_all(sign_ins).await;
    assert_eq!(server.count::<entity::session::Entity>().await, 2);
    replica.stop().await;
}

async fn sessions_are_paged(server: Server) {
    let team = Team::first(&server).await;
    for _ in 0..4 {
        sign_in(&server, &team.admin.email).await;
    }
    let all = sessions_of(&team).await;
    assert_eq!(all.len(), 5);
    let query = "query($after: String) { viewer { sessions(first: 2, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let reply = team
            .admin
            .client
            .run(query, json!({ "after": after }))
            .await;
        let page = reply.data()["viewer"]["sessions"].clone();
        assert_eq!(page["totalCount"], 5);
        let nodes = page["nodes"].as_array().unwrap();
        seen.extend(nodes.iter().map(|node| text(&node["id"])));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, all);
    let data = team
        .admin
        .client
        .get("{ viewer { sessions(last: 2) { nodes { id } pageInfo { hasPreviousPage } } } }")
        .await;
    let page = &data["viewer"]["sessions"];
    assert_eq!(page["nodes"][1]["id"], all[4].as_str());
    assert_eq!(page["pageInfo"]["hasPreviousPage"], true);
    let query = format!(
        "{{ node(id: \"{}\") {{ ... on Session {{ isCurrent }} }} }}",
        all[4]
    );
    let data = team.admin.client.get(&query).await;
    assert_eq!(data["node"]["isCurrent"], true);
}

async fn workspaces_per_creator_are_limited(server: Server) {
    let replica = server.replica(&["--workspaces-per-creator", "3"]).await;
    let team = Team::first(&replica.server).await; // creates the first one
    team.another("Beta").await;
    let create = async |team: &Team| {
        let input = json!({ "name": "Gamma" });
        let selection = "workspace { id }";
        team.admin
            .client
            .mutate("createWorkspace", input, selection)
            .await
    };
    // Of several concurrent requests, one gets the last place in the quota.
    let many = futures_util::future::join_all((0..5).map(|_| create(&team))).await;
    let refused: Vec<_> = many
        .iter()
        .filter(|payload| user_errors(payload) == ["WORKSPACE_CAP_REACHED"])
        .collect();
    assert_eq!(refused.len(), 4);
    assert_eq!(refused[0]["workspace"], Value::Null);
    assert_eq!(server.count::<entity::workspace::Entity>().await, 3);
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    let payload = create(&team.by(&bo)).await;
    assert_eq!(
        payload["userErrors"],
        json!([]),
        "another person has a quota of their own"
    );
    replica.stop().await;
}

fn people(names: &[&str]) -> Value {
    let person = |name: &&str| json!({ "email": format!("{name}@acme.example"), "role": "SECURITY_AUDITOR" });
    json!(names.iter().map(person).collect::<Vec<_>>())
}

async fn preview(team: &Team, names: &[&str]) -> Value {
    let query = "query($input: InviteUsersInput!) { inviteUsersPreview(input: $input) {
        outcomes { result error { code field } } userErrors { code field retryAt } } }";
    let input = json!({ "invitees": people(names), "workspaceIds": [team.workspace_id] });
    let reply = team
        .admin
        .client
        .run(query, json!({ "input": input }))
        .await;
    reply.data()["inviteUsersPreview"].clone()
}

async fn open_invitations_per_workspace_are_limited(server: Server) {
    let replica = server.replica(&["--open-invitations", "3"]).await;
    let team = Team::first(&replica.server).await;
    let bo = team.member("Bo", "SECURITY_AUDITOR").await;
    let names = ["cy", "dee", "cy", "eve", "flo", "flo", "bo"];
    let expected = [
        "INVITED",
        "INVITED",
        "ALREADY_INVITED",
        "INVITED",
        "FAILED",
        "FAILED",
        "ALREADY_MEMBER",
    ];
    assert_eq!(results(&preview(&team, &names).await), expected);
    let payload = team.invite_all(people(&names)).await;
    assert_eq!(results(&payload), expected);
    let error = &payload["outcomes"][4]["error"];
    assert_eq!(error["code"], "INVITATION_CAP_REACHED");
    assert_eq!(error["field"], json!(["invitees", "4"]));
    assert_eq!(server.mails_to("flo@acme.example").await.len(), 0);

    // Each workspace has a quota of its own, people with an account need no invitation, and expired
    // invitations are renewed within the quota.
    let beta = team.another("Beta").await;
    assert_eq!(
        results(&beta.invite_all(people(&["flo"])).await),
        ["INVITED"]
    );
    server.advance(Duration::days(8));
    let (team, beta) = (team.later().await, beta.later().await);
    let payload = team.invite_all(people(&["cy", "flo"])).await;
    assert_eq!(results(&payload), ["INVITED", "FAILED"]);
    let gamma = team.another("Gamma").await;
    gamma.member("Gus", "SECURITY_AUDITOR").await;
    assert_eq!(results(&team.invite_all(people(&["gus"])).await), ["ADDED"]);

    // Revoking an invitation allows a new one.
    let cy = team.member_with("cy@acme.example").await;
    let input = json!({ "invitationId": cy["invitation"]["id"] });
    team.act("revokeInvitation", input).await;
    assert_eq!(
        results(&team.invite_all(people(&["flo"])).await),
        ["INVITED"]
    );
    drop((bo, beta));
    replica.stop().await;
}

async fn previewed_people_per_hour_are_limited(server: Server) {
    let replica = server.replica(&["--previews-per-sender", "3"]).await;
    let team = Team::first(&replica.server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    assert_eq!(results(&preview(&team, &["bo", "cy"]).await).len(), 2);
    let refused = preview(&team, &["dee", "eve"]).await;
    assert_eq!(refused["outcomes"], json!([]));
    assert_eq!(user_errors(&refused), ["PREVIEW_CAP_REACHED"]);
    assert_eq!(refused["userErrors"][0]["field"], json!(["invitees"]));
    let retry_at = time(&refused["userErrors"][0]["retryAt"]);
    assert!(retry_at <= server.app.now() + Duration::hours(1));

    // Inviting still works, and other admins have a quota of their own.
    assert_eq!(
        results(&team.invite_all(people(&["dee"])).await),
        ["INVITED"]
    );
    assert_eq!(
        results(&preview(&team.by(&bo), &["eve"]).await),
        ["INVITED"]
    );
    server.advance(retry_at - server.app.now());
    assert_eq!(results(&preview(&team, &["eve"]).await), ["INVITED"]);
    replica.stop().await;
}
