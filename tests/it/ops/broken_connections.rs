//! Broken connections, and shutdown during requests.

use crate::on_both_engines;
use crate::support::cut::Cut;
use crate::support::server::DEADLINE;
use crate::support::socket::Socket;
use crate::support::{Client, Engine, Server, Team, eventually};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use url::Url;

on_both_engines!(
    broken_connections_lose_and_duplicate_nothing,
    queries_do_not_deadlock_on_connections,
    a_commit_with_a_lost_response_is_not_repeated,
    requests_drain_on_shutdown,
    websockets_drain_on_shutdown,
);

/// Terminates all connections to the database except the one that runs this statement.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Invites a person and retries until there is a response, as a client would.
async fn invite(client: &Client, email: &str) {
    let input = json!({ "invitees": [{ "email": email, "role": "SECURITY_AUDITOR" }] });
    for _ in 0..100 {
        let reply = client
            .try_mutate("inviteUsers", input.clone(), "outcomes { result }")
            .await;
        if reply.codes().is_empty() {
            let result = &reply.0["data"]["inviteUsers"]["outcomes"][0]["result"];
            assert!(
                ["INVITED", "ALREADY_INVITED"].contains(&result.as_str().unwrap()),
                "{result}"
            );
            return;
        }
        let lost = [["INTERNAL"], ["UNAVAILABLE"]];
        assert!(
            lost.iter().any(|code| reply.codes() == code),
            "{:#}",
            reply.0
        );
    }
    panic!("{email} cannot be invited");
}

async fn broken_connections_lose_and_duplicate_nothing(server: Server) {
    if server.engine == Engine::Sqlite {
        return;
    }
    let team = Team::first(&server).await;
    let killer = Database::connect(server.database_url()).await.unwrap();
    let (progress, mut answers) = mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    for n in 0..20 {
        let (client, progress) = (team.admin.client.clone(), progress.clone());
        clients.spawn(async move {
            for round in 0..6 {
                let query = "{ workspace { teamSummary { totalUsers } members { totalCount } } }";
                client.get(query).await;
                progress.send(()).unwrap();
                invite(&client, &format!("p{n}-{round}@acme.example")).await;
                progress.send(()).unwrap();
            }
        });
    }
    drop(progress);
    let mut answered = 0;
    while answers.recv().await.is_some() {
        answered += 1;
        if answered % 12 == 0 {
            killer.execute_unprepared(KILL).await.unwrap();
        }
    }
    clients.join_all().await;
    killer.close().await.unwrap();

    assert_eq!(answered, 240);
    assert_eq!(team.summary().await, [121, 1, 120, 0]);
    assert_eq!(server.count::<entity::invitation::Entity>().await, 120);
    assert_eq!(server.count::<entity::outbox::Entity>().await, 120);
}

/// Each of these queries reads many things at once, some of them in a transaction.
async fn queries_do_not_deadlock_on_connections(server: Server) {
    let team = Team::first(&server).await;
    team.member("Bo", "SECURITY_AUDITOR").await;
    let replica = server.replica(&["--database-connections", "2"]).await;
    let client = team.admin.client.at(&replica.server.url);
    let query = r#"{ workspace { teamSummary { totalUsers }
        all: members { totalCount nodes { user { memberships { totalCount } } } }
        some: members(search: "acme") { totalCount }
        few: members(search: "b") { totalCount }
        accessReview { admins { count } neverSignedIn { count } } } }"#;
    let mut queries = JoinSet::new();
    for _ in 0..12 {
        let client = client.clone();
        queries.spawn(async move { client.get(query).await });
    }
    for data in queries.join_all().await {
        assert_eq!(data["workspace"]["all"]["totalCount"], 2);
        assert_eq!(data["workspace"]["some"]["totalCount"], 2);
    }
    replica.stop().await;
}

async fn a_commit_with_a_lost_response_is_not_repeated(server: Server) {
    if server.engine == Engine::Sqlite {
        return;
    }
    let team = Team::first(&server).await;
    let url = Url::parse(&server.database_url()).unwrap();
    let upstream = url.socket_addrs(|| None).unwrap()[0].to_string();
    let cut = Cut::before(upstream).await;
    let replica = server.replica_through(cut.port, &[]).await;
    let client = team.admin.client.at(&replica.server.url);
    // The lost response can belong to a commit of background work. Then the mutation gets its
    // response, and the next attempt follows.
    let mut attempt = 0;
    let name = loop {
        attempt += 1;
        let name = format!("Once {attempt}");
        replica.server.quiet().await;
        cut.at_next_commit();
        let input = json!({ "name": name });
        let reply = client
            .try_mutate("createWorkspace", input, "__typename")
            .await;
        assert!(cut.is_done());
        if reply.codes() == ["INTERNAL"] {
            break name;
        }
        assert_eq!(reply.codes(), [""; 0]);
        assert!(attempt < 20, "no commit of the mutation was cut");
    };
    let list = "{ viewer { memberships { nodes { workspace { name } } } } }";
    let data = client.get(list).await;
    let names = data["viewer"]["memberships"]["nodes"].as_array().unwrap();
    let once = names
        .iter()
        .filter(|row| row["workspace"]["name"] == name.as_str());
    assert_eq!(once.count(), 1, "{data}");
    replica.stop().await;
}

async fn requests_drain_on_shutdown(server: Server) {
    let team = Team::first(&server).await;
    let replica = server.replica(&[]).await;
    let address = replica
        .server
        .url
        .replacen("http://localhost", "127.0.0.1", 1);
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let query = r#"mutation { createWorkspace(input: { name: "Late" }) { workspace { name } } }"#;
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         authorization: Bearer {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        team.admin.client.token(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body, so the request is running.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"));

    replica.begin_stop();
    eventually("no new connections", || async {
        TcpStream::connect(&address).await.is_err().then_some(())
    })
    .await;
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    tokio::time::timeout(DEADLINE, read).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.ends_with(r#"{"workspace":{"name":"Late"}}}}"#),
        "{answer}"
    );
    replica.stop().await;
}

/// Locks the workspaces against changes until notified.
async fn hold_workspaces(server: &Server) -> (Arc<Notify>, tokio::task::JoinHandle<()>) {
    let (app, held, release) = (
        server.app.clone(),
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
    );
    let (tell, wait) = (held.clone(), release.clone());
    let holder = tokio::spawn(async move {
        let (tell, wait) = (&tell, &wait);
        let held = app.db.transaction("HOLD", |tx| async move {
            tx.into_writer()
                .execute_unprepared("UPDATE workspaces SET name = name")
                .await?;
            tell.notify_one();
            wait.notified().await;
            Ok(())
        });
        held.await.unwrap();
    });
    held.notified().await;
    (release, holder)
}

async fn websockets_drain_on_shutdown(server: Server) {
    let team = Team::first(&server).await;
    let replica = server.replica(&[]).await;
    let mut idle = Socket::ready(&replica.server).await;
    let mut busy = Socket::signed_in(&replica.server, team.admin.client.token()).await;

    let (release, holder) = hold_workspaces(&server).await;
    let rename = "mutation M($input: UpdateWorkspaceInput!) {
        updateWorkspace(input: $input) { workspace { name } } }";
    let input = json!({ "workspaceId": team.workspace_id, "name": "Late" });
    let payload = json!({ "query": rename, "variables": { "input": input } });
    busy.send(json!({ "type": "subscribe", "id": "1", "payload": payload }))
        .await;
    // Messages are processed in order: after this response, the mutation is running.
    busy.send(json!({ "type": "ping" })).await;
    assert_eq!(busy.receive().await["type"], "pong");

    replica.begin_stop();
    assert_eq!(idle.closed().await, 1001);
    release.notify_one();
    holder.await.unwrap();
    let result: Value = busy.receive().await;
    assert_eq!(
        result["payload"]["data"]["updateWorkspace"]["workspace"]["name"], "Late",
        "{result}"
    );
    assert_eq!(busy.receive().await["type"], "complete");
    assert_eq!(busy.closed().await, 1001);
    drop((idle, busy));
    replica.stop().await;
}
