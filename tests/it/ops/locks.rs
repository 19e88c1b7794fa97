//! The limits that PostgreSQL enforces on statements, locks, and transactions that block others.

use crate::on_postgres;
use crate::support::server::{DEADLINE, Replica};
use crate::support::{Reply, Server, Team, eventually};
use entity::workspace;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, EntityTrait as _, Statement, TransactionTrait as _,
};
use serde_json::json;
use tokenvue::clearing;
use tokio::task::JoinSet;

on_postgres!(
    a_replica_that_freezes_in_a_transaction_loses_its_lock,
    a_frozen_replica_behind_a_pooler_loses_its_lock,
    writers_waiting_for_a_lock_time_out_and_block_no_readers,
    waiting_for_a_lock_times_out,
    slow_statements_time_out,
    migrations_wait_without_a_limit,
    cleanup_skips_locked_rows,
);

/// The default limits.
const DEFAULTS: [&str; 8] = [
    "--database-statement-timeout",
    "3s",
    "--database-lock-timeout",
    "2s 500ms",
    "--database-idle-transaction-timeout",
    "2s",
    "--database-transaction-timeout",
    "10s",
];

/// The first statement of an operation on a team.
const LOCK: &str = "SELECT id FROM workspaces ORDER BY id FOR NO KEY UPDATE";
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

async fn rename(team: &Team, at: &Server, name: &str) -> Reply {
    let input = json!({ "workspaceId": team.workspace_id, "name": name });
    let client = team.admin.client.at(&at.url);
    client
        .try_mutate("updateWorkspace", input, "workspace { name }")
        .await
}

async fn number(connection: &DatabaseConnection, query: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Another replica writes while this one is paused in the middle of a transaction, as on a paused
/// machine.
async fn check_lock_is_lost(frozen: Replica, server: &Server) {
    let team = Team::first(server).await;
    let other = server.replica(&DEFAULTS).await;
    let is_lock = |sql: &str| sql.contains("\"workspaces\"") && sql.contains("FOR NO KEY UPDATE");
    let pause = frozen.server.statements.pause_after(is_lock);
    let (late, there) = (team.clone(), frozen.server.clone());
    let renaming = tokio::spawn(async move { rename(&late, &there, "Late").await });
    pause.reached().await;

    let reply = rename(&team, &other.server, "Early").await;
    assert_eq!(reply.codes(), [""; 0], "{:#}", reply.0);
    assert!(pause.is_reached());
    // The transaction was terminated and runs again.
    pause.resume();
    let reply = renaming.await.unwrap();
    assert_eq!(reply.codes(), [""; 0], "{:#}", reply.0);
    let data = team.admin.client.get("{ workspace { name } }").await;
    assert_eq!(data["workspace"]["name"], "Late");
    frozen.stop().await;
    other.stop().await;
}

async fn a_replica_that_freezes_in_a_transaction_loses_its_lock(server: Server) {
    check_lock_is_lost(server.replica(&DEFAULTS).await, &server).await;
}

async fn a_frozen_replica_behind_a_pooler_loses_its_lock(server: Server) {
    if let Some(frozen) = server.pooled_replica(&DEFAULTS).await {
        check_lock_is_lost(frozen, &server).await;
    }
}

/// More writers than connections wait for the same lock.
async fn writers_waiting_for_a_lock_time_out_and_block_no_readers(server: Server) {
    let team = Team::first(&server).await;
    // Readers time out after five seconds.
    let limits = [
        "--database-connections",
        "4",
        "--database-lock-timeout",
        "8s",
        "--database-statement-timeout",
        "9s",
    ];
    let replica = server.replica(&limits).await;
    let at = &replica.server;
    let there = team.admin.client.at(&at.url);
    there.get("{ viewer { session { id } } }").await;
    replica.server.quiet().await;

    let (holder, observer) = (
        server.database_connection().await,
        server.database_connection().await,
    );
    let held = holder.begin().await.unwrap();
    held.execute_unprepared(LOCK).await.unwrap();
    let mut writing = JoinSet::new();
    for n in 0..10 {
        let (team, at) = (team.clone(), at.clone());
        writing.spawn(async move { rename(&team, &at, &format!("Acme {n}")).await });
    }
    let all_wait = || async { (number(&observer, WAITING).await >= 3).then_some(()) };
    eventually("writers that wait", all_wait).await;

    let data = there
        .get("{ workspace { name members { totalCount } } }")
        .await;
    assert_eq!(data["workspace"]["name"], "Acme");
    let ready = reqwest::get(format!("{}/readyz", at.url)).await.unwrap();
    assert_eq!(ready.status(), 200);
    assert_eq!(number(&observer, WAITING).await, 3);

    while let Some(reply) = tokio::time::timeout(DEADLINE, writing.join_next())
        .await
        .unwrap()
    {
        let reply = reply.unwrap();
        assert_eq!(reply.codes(), ["UNAVAILABLE"], "{:#}", reply.0);
    }
    held.rollback().await.unwrap();
    let reply = rename(&team, at, "Globex").await;
    assert_eq!(reply.codes(), [""; 0], "{:#}", reply.0);
    for connection in [holder, observer] {
        connection.close().await.unwrap();
    }
    replica.stop().await;
}

async fn waiting_for_a_lock_times_out(server: Server) {
    let limits = ["--database-lock-timeout", "200ms"];
    let mut replicas = vec![server.replica(&limits).await];
    replicas.extend(server.pooled_replica(&limits).await);
    let holder = server.database_connection().await;
    let held = holder.begin().await.unwrap();
    let lock = "LOCK TABLE workspaces IN ACCESS EXCLUSIVE MODE";
    held.execute_unprepared(lock).await.unwrap();
    for replica in replicas {
        let reading = workspace::Entity::find().all(&replica.server.app.db).await;
        let error = reading.unwrap_err().to_string();
        assert!(error.contains("lock timeout"), "{error}");
        replica.stop().await;
    }
    held.rollback().await.unwrap();
    holder.close().await.unwrap();
}

async fn slow_statements_time_out(server: Server) {
    let limits = ["--database-statement-timeout", "200ms"];
    let mut replicas = vec![server.replica(&limits).await];
    replicas.extend(server.pooled_replica(&limits).await);
    let sleep = "SELECT pg_sleep(20)";
    for replica in replicas {
        let db = &replica.server.app.db;
        let sleeping = async || {
            let statement = Statement::from_string(db.get_database_backend(), sleep);
            let outcome = db.query_one_raw(statement).await.map(drop);
            outcome.unwrap_err().to_string()
        };
        let error = sleeping().await;
        assert!(error.contains("statement timeout"), "{error}");
        replica.stop().await;
    }
}

async fn migrations_wait_without_a_limit(server: Server) {
    let holder = server.database_connection().await;
    let held = holder.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock(7310579)";
    held.execute_unprepared(lock).await.unwrap();
    let limits = [
        "--database-lock-timeout",
        "50ms",
        "--database-statement-timeout",
        "100ms",
    ];
    let starting = tokio::spawn({
        let server = server.clone();
        async move { server.replica(&limits).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event = 'advisory' AND clock_timestamp() - query_start > interval '500 ms'";
    let waits = || async {
        (number(&server.database_connection().await, waiting).await == 1).then_some(())
    };
    eventually("a migration that waits", waits).await;
    held.rollback().await.unwrap();
    starting.await.unwrap().stop().await;
    holder.close().await.unwrap();
}

async fn cleanup_skips_locked_rows(server: Server) {
    server.first_clearing().await;
    let holder = server.database_connection().await;
    let fill = "INSERT INTO throttles (key, count, resets_at)
        SELECT 'old ' || n, 1, now() - interval '1 day' FROM generate_series(1, 3) AS n";
    holder.execute_unprepared(fill).await.unwrap();
    let held = holder.begin().await.unwrap();
    let lock = "SELECT key FROM throttles WHERE key = 'old 2' FOR UPDATE";
    held.execute_unprepared(lock).await.unwrap();
    assert_eq!(clearing::clear_away(&server.app).await.unwrap(), 2);
    held.rollback().await.unwrap();
    assert_eq!(clearing::clear_away(&server.app).await.unwrap(), 1);
    holder.close().await.unwrap();
}
