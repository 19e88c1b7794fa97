//! The program is killed (`kill -9`) at any point of an operation. Afterwards, the operation has
//! happened completely or not at all, and the data is consistent.

use crate::support::fuse::Fuse;
use crate::support::program::{PROGRAM, Program};
use crate::support::{Client, Engine, Server, Team, results, server};
use entity::{audit_event, invitation, membership, outbox};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tokenvue::clock::Clock;
use tokenvue::config::Config;
use tokenvue::db::Db;
use tokenvue::{App, doctor};
use url::Url;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inviting_is_atomic_on_postgres() {
    server::run(Engine::Postgres, killed_after_each_statement).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inviting_is_atomic_on_sqlite() {
    server::run(Engine::Sqlite, killed_at_each_write).await;
}

/// Two people who are invited in one call. Their addresses begin with the name of this attempt.
fn invitees(attempt: &str) -> Value {
    let invitee = |n| {
        json!({ "email": format!("{attempt}.{n}@example.com"), "firstName": "Bo",
            "role": "SECURITY_AUDITOR" })
    };
    json!([invitee(1), invitee(2)])
}

/// Counts what an attempt has written: memberships, invitations, mails, and audit events.
async fn written(db: &Db, attempt: &str) -> [u64; 4] {
    let pattern = format!("{attempt}.%");
    [
        membership::Entity::find()
            .filter(membership::Column::Email.like(&pattern))
            .count(db)
            .await
            .unwrap(),
        invitation::Entity::find()
            .filter(invitation::Column::Email.like(&pattern))
            .count(db)
            .await
            .unwrap(),
        outbox::Entity::find()
            .filter(outbox::Column::RecipientEmail.like(&pattern))
            .count(db)
            .await
            .unwrap(),
        audit_event::Entity::find()
            .filter(audit_event::Column::SubjectLabel.like(&pattern))
            .count(db)
            .await
            .unwrap(),
    ]
}

/// Returns whether everything was written. Panics if only a part was.
async fn happened(app: &App, attempt: &str) -> bool {
    let written = written(&app.db, attempt).await;
    assert!(
        written == [2; 4] || written == [0; 4],
        "{attempt}: {written:?}"
    );
    let findings = doctor::examine(app, false).await.unwrap();
    assert_eq!(findings, [], "{attempt}");
    written == [2; 4]
}

async fn killed_after_each_statement(server: Server) {
    let team = Team::first(&server).await;
    let mut url = Url::parse(&server.database_url()).unwrap();
    let upstream = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let fuse = Fuse::before(upstream).await;
    url.set_port(Some(fuse.port)).unwrap();
    let mut outcomes = Vec::new();
    // Statements of background work count as well, so the number of statements before the commit
    // varies. After an attempt that got its response, the next one is killed earlier.
    let mut statements = 1;
    for number in 0..150 {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .env("TOKENVUE_DATABASE_URL", url.as_str())
            .current_dir(folder.path());
        let program = Program::start(command).await.unwrap();
        let attempt = format!("attempt{number}");
        fuse.arm(program.id(), statements);
        let answered = invite(&program.url, &team, &attempt).await;
        fuse.disarm();
        if let Some(answer) = answered {
            let payload = &answer["data"]["inviteUsers"];
            assert_eq!(results(payload), ["INVITED"; 2], "{answer}");
            assert!(happened(&server.app, &attempt).await);
            statements -= 3;
            continue;
        }
        let outcome = happened(&server.app, &attempt).await;
        outcomes.push(outcome);
        if outcome {
            break;
        }
        statements += 1;
        // The killed request holds no lock: others can write.
        let input = json!({ "workspaceId": team.workspace_id, "name": attempt });
        team.admin
            .client
            .mutate("updateWorkspace", input, "workspace { id }")
            .await;
    }
    // Nothing happens before the commit, and everything with it, even if its response is lost.
    assert!(outcomes.len() > 10, "{outcomes:?}");
    assert!(!outcomes[0] && outcomes.contains(&true), "{outcomes:?}");
}

/// Returns the response to an attempt, or `None` if the program was killed.
async fn invite(url: &str, team: &Team, attempt: &str) -> Option<Value> {
    let query = "mutation ($input: InviteUsersInput!) {
        inviteUsers(input: $input) { outcomes { result } } }";
    let input = json!({ "invitees": invitees(attempt), "workspaceIds": [team.workspace_id] });
    let request = reqwest::Client::new()
        .post(format!("{url}/graphql"))
        .bearer_auth(Client::token(&team.admin.client))
        .json(&json!({ "query": query, "variables": { "input": input } }));
    request.send().await.ok()?.json().await.ok()
}

/// SQLite appends each commit to its log. The log of a killed process is a prefix of what it would
/// have written.
async fn killed_at_each_write(server: Server) {
    let team = Team::first(&server).await;
    server.quiet().await;
    let path = server
        .database_url()
        .trim_start_matches("sqlite://")
        .to_owned();
    let log = format!("{path}-wal");
    let emptied = Command::new("sqlite3")
        .args([&path, "PRAGMA wal_checkpoint(TRUNCATE)"])
        .output()
        .unwrap();
    assert!(emptied.stdout.starts_with(b"0|"), "{emptied:?}");
    let before = std::fs::read(&path).unwrap();
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
    let outcome = team.invite_all(invitees("attempt")).await;
    assert_eq!(results(&outcome), ["INVITED"; 2]);
    assert_eq!(
        std::fs::read(&path).unwrap(),
        before,
        "the log is not copied yet"
    );
    let log = std::fs::read(&log).unwrap();

    // The log has a header of 32 bytes, followed by pages with a header of 24 bytes each.
    let page = usize::from(u16::from_be_bytes([before[16], before[17]]));
    let half = usize::midpoint(page, 24);
    let folder = tempfile::tempdir().unwrap();
    let mut outcomes = Vec::new();
    let ends = (32..log.len()).step_by(half).chain([0, 16, log.len()]);
    let mut ends: Vec<usize> = ends.collect();
    ends.sort_unstable();
    for end in ends {
        outcomes.push(after(folder.path(), &before, &log[..end]).await);
    }
    assert!(outcomes.len() > 10, "{outcomes:?}");
    assert!(outcomes.is_sorted() && !outcomes[0], "{outcomes:?}");
    assert_eq!(outcomes.last(), Some(&true));
}

/// Starts the program on these files. Returns whether the operation has happened.
async fn after(folder: &Path, database: &[u8], log: &[u8]) -> bool {
    let path = folder.join("test.db");
    let _ = std::fs::remove_file(folder.join("test.db-shm"));
    std::fs::write(&path, database).unwrap();
    std::fs::write(folder.join("test.db-wal"), log).unwrap();
    let url = format!("sqlite://{}", path.display());
    let config = Config::from_flags(&["--database-url", &url]).unwrap();
    let app = App::new(config, Clock::default()).await.unwrap();
    let happened = happened(&app, "attempt").await;
    app.db.close().await;
    happened
}
