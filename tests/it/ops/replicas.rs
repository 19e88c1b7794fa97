//! Several servers on one database, one of them behind PgBouncer on PostgreSQL.

use crate::on_both_engines;
use crate::support::server::Replica;
use crate::support::smtp_server::{Mode, SmtpServer};
use crate::support::{Client, Engine, PASSWORD, Server, Team, eventually, sign_in, user_errors};
use serde_json::{Value, json};
use std::collections::HashSet;
use tokenvue::db::Db;
use tokio::task::JoinSet;

on_both_engines!(
    sessions_and_changes_are_shared_by_replicas,
    demotions_and_sign_outs_apply_on_all_replicas,
    replicas_share_the_sign_in_throttle,
    replicas_send_each_mail_once,
    several_replicas_migrate_concurrently,
    all_kinds_of_requests_run_through_a_pooler,
);

/// Starts a second server: through the pooler, or directly on SQLite.
async fn second(server: &Server, flags: &[&str]) -> Replica {
    match server.pooled_replica(flags).await {
        Some(replica) => replica,
        None => server.replica(flags).await,
    }
}

async fn sessions_and_changes_are_shared_by_replicas(server: Server) {
    let team = Team::first(&server).await;
    let other = second(&server, &[]).await;
    let there = Team {
        admin: crate::support::Person {
            client: team.admin.client.at(&other.server.url),
            ..team.admin.clone()
        },
        ..team.clone()
    };
    there
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
    let token = server.mail_to("bo@acme.example").await.token();
    let bo = team.accept("bo@acme.example", &token).await;
    assert_eq!(there.summary().await, [2, 2, 0, 0]);
    let name = json!({ "firstName": "Bo", "lastName": "Berg" });
    bo.client
        .at(&other.server.url)
        .mutate("updateProfile", name, "viewer { user { name } }")
        .await;
    let data = bo.client.get("{ viewer { user { name } } }").await;
    assert_eq!(data["viewer"]["user"]["name"], "Bo Berg");
    other.stop().await;
}

async fn demotions_and_sign_outs_apply_on_all_replicas(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "WORKSPACE_ADMIN").await;
    let other = second(&server, &[]).await;
    let there = bo.client.at(&other.server.url);
    let list = "{ workspace { invitations { totalCount } } }";
    there.get(list).await;

    let input = json!({ "membershipId": bo.membership_id, "role": "GATEWAY_OPERATOR" });
    team.admin
        .client
        .mutate("changeRole", input, "__typename")
        .await;
    let reply = there.run(list, json!({})).await;
    assert_eq!(reply.codes(), ["FORBIDDEN"]);

    let session =
        bo.client.get("{ viewer { session { id } } }").await["viewer"]["session"]["id"].clone();
    let second_session = sign_in(&server, &bo.email).await;
    second_session
        .mutate("revokeSession", json!({ "sessionId": session }), "accepted")
        .await;
    assert_eq!(
        there.get("{ viewer { user { id } } }").await["viewer"],
        Value::Null
    );

    second_session
        .at(&other.server.url)
        .mutate("signOut", json!({}), "accepted")
        .await;
    let gone = second_session.get("{ viewer { user { id } } }").await;
    assert_eq!(gone["viewer"], Value::Null);
    other.stop().await;
}

async fn replicas_share_the_sign_in_throttle(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "SECURITY_AUDITOR").await;
    // A known device would have a counter of its own.
    bo.client.mutate("signOut", json!({}), "accepted").await;
    let other = second(&server, &[]).await;
    let both = [server.anonymous(), other.server.anonymous()];
    let wrong = json!({ "email": bo.email, "password": "wrong", "transport": "BEARER" });
    for attempt in 0..5 {
        let payload = both[attempt % 2]
            .mutate("signIn", wrong.clone(), "sessionToken")
            .await;
        assert_eq!(user_errors(&payload), ["CREDENTIALS_INVALID"]);
    }
    let right = json!({ "email": bo.email, "password": PASSWORD, "transport": "BEARER" });
    for client in &both {
        let reply = client
            .try_mutate("signIn", right.clone(), "sessionToken")
            .await;
        assert_eq!(reply.codes(), ["RATE_LIMITED"]);
    }
    server.advance(chrono::Duration::minutes(2));
    sign_in(&other.server, &bo.email).await;
    other.stop().await;
}

/// Counts the invitation mails that the mail server accepted.
async fn sent(client: &Client) -> usize {
    let query = "{ workspace { invitations(first: 100) { nodes { delivery { state } } } } }";
    let data = client.get(query).await;
    let nodes = data["workspace"]["invitations"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    nodes
        .iter()
        .filter(|node| node["delivery"]["state"] == "SENT")
        .count()
}

async fn replicas_send_each_mail_once(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let url = smtp.url();
    let flags = ["--smtp-url", &url, "--mail-from", "team@tv.example"];
    let replicas = [second(&server, &flags).await, server.replica(&flags).await];
    let team = Team::first(&server).await;
    let mut inviting = JoinSet::new();
    for n in 0..30 {
        let client = team.admin.client.at(&replicas[n % 2].server.url);
        let team = Team {
            admin: crate::support::Person {
                client,
                ..team.admin.clone()
            },
            ..team.clone()
        };
        inviting.spawn(async move {
            team.invite(&format!("p{n}@acme.example"), "P", "SECURITY_AUDITOR")
                .await
        });
    }
    for outcome in inviting.join_all().await {
        assert_eq!(outcome["result"], "INVITED");
    }
    let admin = &team.admin.client;
    eventually("30 mails", || async {
        (sent(admin).await == 30).then_some(())
    })
    .await;
    for replica in replicas {
        replica.stop().await;
    }
    let recipients: Vec<String> = eventually("the last mail", || async {
        let mails = smtp.mails();
        (mails.len() >= 30).then(|| mails.into_iter().flat_map(|mail| mail.to).collect())
    })
    .await;
    assert_eq!(recipients.len(), 30);
    assert_eq!(recipients.iter().collect::<HashSet<_>>().len(), 30);
}

async fn several_replicas_migrate_concurrently(server: Server) {
    server.app.db.unmigrate().await.unwrap();
    let mut starting = JoinSet::new();
    for _ in 0..5 {
        let config = server.app.config.clone();
        starting.spawn(async move {
            let db = Db::connect(&config).await.unwrap();
            db.migrate().await.unwrap();
            let is_current = db.is_current().await.unwrap();
            db.close().await;
            is_current
        });
    }
    assert_eq!(starting.join_all().await, [true; 5]);
    Team::first(&server).await;
}

/// Runs all kinds of requests one after another. Each client starts at a different one, so that
/// they do not run the same at once.
async fn all_kinds_of_requests(team: Team, n: usize) {
    let client = &team.admin.client;
    let id = json!({ "id": team.admin.membership_id });
    for round in 0..12 {
        match (n + round) % 6 {
            0 => {
                let email = format!("p{n}-{round}@acme.example");
                let outcome = team.invite(&email, "P", "SECURITY_AUDITOR").await;
                assert_eq!(outcome["result"], "INVITED");
            }
            1 => {
                let query = "query Q($s: String) { workspace { members(search: $s, first: 5) { nodes { email role } totalCount } } }";
                let data = client.run(query, json!({ "s": "ana" })).await.data();
                assert_eq!(data["workspace"]["members"]["totalCount"], 1);
            }
            2 => {
                let query = "{ workspace { members(status: INVITED, role: SECURITY_AUDITOR, last: 3, orderBy: { field: JOINED, direction: DESC }) {
                    nodes { status invitation { state inviter { email } delivery { state } } } } } }";
                let data = client.get(query).await;
                let nodes = data["workspace"]["members"]["nodes"]
                    .as_array()
                    .unwrap()
                    .clone();
                assert!(nodes.iter().all(|node| node["status"] == "INVITED"));
            }
            3 => {
                let query =
                    "query Q($id: ID!) { node(id: $id) { id ... on Membership { email } } }";
                let data = client.run(query, id.clone()).await.data();
                assert_eq!(data["node"]["email"], team.admin.email);
            }
            4 => {
                let [total, active, pending, _] = team.summary().await;
                assert_eq!((active, total), (1, active + pending));
            }
            _ => {
                let query = "{ workspace { accessHistory(kind: INVITE_MEMBER) { nodes { kind actor } } } viewer { sessions { totalCount } } }";
                let data = client.get(query).await;
                assert!(data["viewer"]["sessions"]["totalCount"].is_u64());
            }
        }
    }
}

/// In transaction mode, a client's statements run on connections that others have used. A prepared
/// statement must exist there and be the right one.
async fn all_kinds_of_requests_run_through_a_pooler(server: Server) {
    if server.engine == Engine::Sqlite {
        return;
    }
    let team = Team::first(&server).await;
    let flags = ["--mails-per-address", "1000"];
    let replicas = [second(&server, &flags).await, second(&server, &flags).await];
    let mut clients = JoinSet::new();
    for n in 0..24 {
        let mut team = team.clone();
        team.admin.client = team.admin.client.at(&replicas[n % 2].server.url);
        clients.spawn(all_kinds_of_requests(team, n));
    }
    clients.join_all().await;
    assert_eq!(team.summary().await, [49, 1, 48, 0]);
    for replica in replicas {
        replica.stop().await;
    }
}
