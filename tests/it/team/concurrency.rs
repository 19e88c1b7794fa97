//! Concurrent requests: invariants hold in every order.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Person, Server, Team, user_errors};
use entity::user::{self, UserStatus};
use entity::{invitation, session};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

on_both_engines!(
    admins_who_demote_each_other_leave_one,
    admins_who_leave_concurrently_leave_one,
    admins_who_remove_each_other_leave_one,
    one_link_is_accepted_once,
    one_reset_link_sets_one_password,
    a_person_invited_concurrently_is_invited_once,
    concurrent_invitations_to_several_workspaces_create_one_user,
    concurrent_accept_and_revoke_have_one_winner,
    concurrent_resends_send_one_mail,
);

/// The number of repetitions: one round could succeed by chance.
const ROUNDS: usize = 10;

/// Returns the people who are still active admins of a workspace.
async fn admins(team: &Team, people: [&Person; 2]) -> Vec<Person> {
    let mut left = Vec::new();
    for person in people {
        let query = "query Q($id: ID) { viewer { can(permission: TEAM_MANAGE, workspaceId: $id) { allowed } } }";
        let reply = person
            .client
            .run(query, json!({ "id": team.workspace_id }))
            .await;
        if reply.data()["viewer"]["can"]["allowed"] == true {
            left.push(person.clone());
        }
    }
    left
}

/// Two admins run a mutation on each other concurrently. Returns the one who is still an admin. The
/// other request must fail with a reason.
async fn duel(team: &Team, pair: [&Person; 2], mutation: &str, more: Value) -> Person {
    let [a, b] = pair;
    let strike = |by: &Person, on: &Person| {
        let mut input = json!({ "membershipId": on.membership_id });
        for (key, value) in more.as_object().unwrap() {
            input[key] = value.clone();
        }
        let client = by.client.clone();
        async move { client.try_mutate(mutation, input, "").await }
    };
    let replies = tokio::join!(strike(a, b), strike(b, a));
    for reply in [replies.0, replies.1] {
        let payload = &reply.0["data"][mutation];
        let done = payload["userErrors"] == json!([]);
        let last_admin = payload["userErrors"][0]["code"] == "LAST_ADMIN";
        let late = ["FORBIDDEN", "NOT_FOUND"]
            .iter()
            .any(|code| reply.codes() == [*code]);
        assert!(done || last_admin || late, "{:#}", reply.0);
    }
    let left = admins(team, pair).await;
    assert_eq!(left.len(), 1);
    left[0].clone()
}

async fn admins_who_demote_each_other_leave_one(server: Server) {
    let team = Team::first(&server).await;
    let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
    for _ in 0..ROUNDS {
        let role = json!({ "role": "GATEWAY_OPERATOR" });
        let winner = duel(&team, [&team.admin, &bea], "changeRole", role).await;
        let loser = if winner.email == bea.email {
            &team.admin
        } else {
            &bea
        };
        team.by(&winner)
            .change_role(&loser.membership_id, "WORKSPACE_ADMIN")
            .await;
    }
}

async fn admins_who_remove_each_other_leave_one(server: Server) {
    let team = Team::first(&server).await;
    let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
    for _ in 0..ROUNDS {
        let winner = duel(&team, [&team.admin, &bea], "removeMember", json!({})).await;
        let loser = if winner.email == bea.email {
            &team.admin
        } else {
            &bea
        };
        let outcome = team
            .by(&winner)
            .invite(&loser.email, "", "WORKSPACE_ADMIN")
            .await;
        assert_eq!(outcome["result"], "ADDED");
    }
}

async fn admins_who_leave_concurrently_leave_one(server: Server) {
    let team = Team::first(&server).await;
    let mut people = vec![team.admin.clone()];
    for n in 0..3 {
        people.push(team.member(&format!("Admin{n}"), "WORKSPACE_ADMIN").await);
    }
    let leaving = people.iter().map(|person| {
        let input = json!({ "workspaceId": team.workspace_id });
        async { person.client.mutate("leaveWorkspace", input, "").await }
    });
    let payloads = join_all(leaving).await;
    let stayed: Vec<_> = payloads
        .iter()
        .filter(|payload| !user_errors(payload).is_empty())
        .collect();
    assert_eq!(stayed.len(), 1, "{payloads:#?}");
    assert_eq!(user_errors(stayed[0]), ["LAST_ADMIN"]);
}

/// Runs the same mutation many times concurrently, signed out.
async fn run_concurrently(
    server: &Server,
    mutation: &str,
    inputs: Vec<Value>,
    selection: &str,
) -> Vec<Value> {
    let anonymous = server.anonymous();
    join_all(
        inputs
            .into_iter()
            .map(|input| anonymous.mutate(mutation, input, selection)),
    )
    .await
}

async fn one_link_is_accepted_once(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let token = server.mail_to("bo@acme.example").await.token();
    let input =
        |n| json!({ "token": token, "password": format!("{PASSWORD} {n}"), "transport": "BEARER" });
    let inputs = (0..6).map(input).collect();
    let payloads = run_concurrently(&server, "acceptInvitation", inputs, "sessionToken").await;
    let winner = payloads
        .iter()
        .position(|payload| user_errors(payload).is_empty())
        .unwrap();
    for (n, payload) in payloads.iter().enumerate().filter(|(n, _)| *n != winner) {
        let errors = user_errors(payload);
        let late = ["TOKEN_USED", "ACCOUNT_EXISTS"]
            .iter()
            .any(|code| errors == [*code]);
        assert!(
            late && payload["sessionToken"] == Value::Null,
            "{n}: {payload:#}"
        );
    }
    let password = format!("{PASSWORD} {winner}");
    let input = json!({ "email": "bo@acme.example", "password": password, "transport": "BEARER" });
    let payload = server
        .anonymous()
        .mutate("signIn", input, "sessionToken")
        .await;
    assert_eq!(payload["userErrors"], json!([]));
    // The sessions of Ana, of the accepted invitation, and of this sign-in.
    assert_eq!(server.count::<session::Entity>().await, 3);
    assert_eq!(team.summary().await, [2, 2, 0, 0]);
}

async fn one_reset_link_sets_one_password(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    team.act(
        "sendPasswordReset",
        json!({ "membershipId": bo.membership_id }),
    )
    .await;
    let token = server.mail_to(&bo.email).await.token();
    let input =
        |n| json!({ "token": token, "newPassword": format!("another lamp {n} under rivers") });
    let payloads = run_concurrently(
        &server,
        "resetPassword",
        (0..6).map(input).collect(),
        "accepted",
    )
    .await;
    let set = payloads
        .iter()
        .filter(|payload| payload["accepted"] == true)
        .count();
    assert_eq!(set, 1, "{payloads:#?}");
    for payload in payloads
        .iter()
        .filter(|payload| payload["accepted"] == false)
    {
        assert_eq!(user_errors(payload), ["TOKEN_USED"]);
    }
}

/// Invites Bo with each client concurrently. Returns the results.
async fn invite_bo(calls: Vec<(Client, Value)>) -> Vec<String> {
    let calls = calls.into_iter().map(|(client, workspace_id)| async move {
        let invitee = json!({ "email": "bo@acme.example", "role": "GATEWAY_OPERATOR" });
        let input = json!({ "invitees": [invitee], "workspaceIds": [workspace_id] });
        let payload = client
            .mutate("inviteUsers", input, "outcomes { result }")
            .await;
        payload["outcomes"][0]["result"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    let mut results = join_all(calls).await;
    results.sort();
    results
}

async fn a_person_invited_concurrently_is_invited_once(server: Server) {
    let team = Team::first(&server).await;
    let bea = team.member("Bea", "WORKSPACE_ADMIN").await;
    let call = |n: usize| {
        let by = if n.is_multiple_of(2) {
            &bea
        } else {
            &team.admin
        };
        (by.client.clone(), json!(team.workspace_id))
    };
    let results = invite_bo((0..8).map(call).collect()).await;
    assert_eq!(results[..7], ["ALREADY_INVITED"; 7]);
    assert_eq!(results[7], "INVITED");
    assert_eq!(server.mails_to("bo@acme.example").await.len(), 1);
    assert_eq!(team.summary().await, [3, 2, 1, 0]);
}

async fn concurrent_invitations_to_several_workspaces_create_one_user(server: Server) {
    let acme = Team::first(&server).await;
    let mut teams = vec![acme.clone()];
    for n in 0..5 {
        teams.push(acme.another(&format!("Team {n}")).await);
    }
    let calls = teams
        .iter()
        .map(|team| (acme.admin.client.clone(), json!(team.workspace_id)));
    assert_eq!(invite_bo(calls.collect()).await, ["INVITED"; 6]);
    let people = user::Entity::find().filter(user::Column::Status.eq(UserStatus::Invited));
    assert_eq!(people.count(&server.app.db).await.unwrap(), 1);
    let token = server.mail_to("bo@acme.example").await.token();
    let input = json!({
        "token": token, "firstName": "Bo", "password": PASSWORD, "transport": "BEARER",
    });
    let payloads = run_concurrently(&server, "acceptInvitation", vec![input], "sessionToken").await;
    assert_eq!(user_errors(&payloads[0]), [""; 0]);
    for team in teams {
        assert_eq!(team.summary().await, [2, 2, 0, 0]);
    }
}

async fn concurrent_accept_and_revoke_have_one_winner(server: Server) {
    let team = Team::first(&server).await;
    for n in 0..3 {
        let email = format!("bo{n}@acme.example");
        let outcome = team.invite(&email, "Bo", "GATEWAY_OPERATOR").await;
        let token = server.mail_to(&email).await.token();
        let anonymous = server.anonymous();
        let input = json!({ "token": token, "password": PASSWORD, "transport": "BEARER" });
        let id = &outcome["membership"]["invitation"]["id"];
        let (accepted, revoked) = tokio::join!(
            anonymous.mutate("acceptInvitation", input, "sessionToken"),
            team.act("revokeInvitation", json!({ "invitationId": id })),
        );
        let outcome = (user_errors(&accepted), user_errors(&revoked));
        match outcome {
            (accepted, revoked) if accepted.is_empty() => assert_eq!(revoked, ["INVITATION_ENDED"]),
            (accepted, revoked) => {
                assert_eq!(accepted, ["TOKEN_REVOKED"]);
                assert!(revoked.is_empty());
            }
        }
    }
    assert_eq!(server.count::<invitation::Entity>().await, 3);
}

async fn concurrent_resends_send_one_mail(server: Server) {
    let team = Team::first(&server).await;
    let outcome = team
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    server.advance(chrono::Duration::minutes(1));
    let input = json!({ "invitationId": outcome["membership"]["invitation"]["id"] });
    let resends = (0..6).map(|_| team.act("resendInvitation", input.clone()));
    let payloads = join_all(resends).await;
    let sent = payloads
        .iter()
        .filter(|payload| user_errors(payload).is_empty())
        .count();
    assert_eq!(sent, 1);
    let member = team.member_with("bo@acme.example").await;
    assert_eq!(member["invitation"]["sentCount"], 2);
    assert_eq!(server.mails_to("bo@acme.example").await.len(), 1);
}
