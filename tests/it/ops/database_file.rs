//! The SQLite file when it is missing, deleted, or replaced.

use crate::support::program::{self, PROGRAM, Program};
use crate::support::{Client, Reply, eventually};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const MOVED: &str = "the database cannot save: its file was deleted or replaced\n";

fn tokenvue(data_dir: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().arg("--data-dir").arg(data_dir);
    command
}

async fn start() -> (TempDir, Program, Client) {
    let folder = tempfile::tempdir().unwrap();
    program::bootstrap(tokenvue(folder.path()), folder.path());
    let server = Program::start(tokenvue(folder.path())).await.unwrap();
    let admin = server.admin().await;
    assert_eq!(invite(&admin, "bo@acme.example").await.codes(), [""; 0]);
    (folder, server, admin)
}

async fn invite(client: &Client, email: &str) -> Reply {
    let input = json!({ "invitees": [{ "email": email, "role": "SECURITY_AUDITOR" }] });
    let selection = "outcomes { result }";
    client.try_mutate("inviteUsers", input, selection).await
}

/// Returns the names of the files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

async fn refuses(server: &Program, admin: &Client) {
    let write = invite(admin, "cy@acme.example").await;
    assert_eq!(write.codes(), ["UNAVAILABLE"], "{:#}", write.0);
    let read = admin.run("{ viewer { user { id } } }", json!({})).await;
    assert_eq!(read.codes(), ["UNAVAILABLE"], "{:#}", read.0);
    assert_eq!(server.readiness().await, (503, MOVED.to_owned()));
    server.log_with("deleted or replaced").await;
}

#[tokio::test]
async fn data_files_are_private_to_the_user() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    program::bootstrap(tokenvue(&data), &data);
    let server = Program::start(tokenvue(&data)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let names = files(&data);
    assert_eq!(names, ["tokenvue.db", "tokenvue.db-shm", "tokenvue.db-wal"]);
    for name in names {
        assert_eq!(mode(&data.join(&name)), 0o600, "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_deleted_file_is_detected_and_not_recreated() {
    for gone in [
        &["tokenvue.db", "tokenvue.db-wal", "tokenvue.db-shm"][..],
        &["tokenvue.db"],
        &["tokenvue.db-wal"],
    ] {
        let (folder, server, admin) = start().await;
        for name in gone {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        let left = files(folder.path());
        refuses(&server, &admin).await;
        refuses(&server, &admin).await;
        assert_eq!(files(folder.path()), left);
        assert!(server.stop().await.success());
    }
}

#[tokio::test]
async fn a_replaced_file_is_not_used_until_the_original_is_back() {
    let (folder, server, admin) = start().await;
    let [file, aside] = ["tokenvue.db", "aside"].map(|name| folder.path().join(name));
    fs::rename(&file, &aside).unwrap();
    let other = b"another program's file";
    fs::write(&file, other).unwrap();
    refuses(&server, &admin).await;
    assert_eq!(fs::read(&file).unwrap(), other);

    fs::rename(&aside, &file).unwrap();
    eventually("readiness", || async {
        (server.readiness().await.0 == 200).then_some(())
    })
    .await;
    assert_eq!(invite(&admin, "cy@acme.example").await.codes(), [""; 0]);
    assert!(server.stop().await.success());

    let server = Program::start(tokenvue(folder.path())).await.unwrap();
    let query = "{ workspace { teamSummary { totalUsers } } }";
    let data = server.admin().await.get(query).await;
    assert_eq!(data["workspace"]["teamSummary"]["totalUsers"], 3);
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    tokenvue(folder).args(arguments).output().unwrap()
}

fn fails(output: &Output, said: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{error}");
    assert!(error.contains(said), "{error}");
}

#[test]
fn commands_for_an_existing_database_create_none() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["doctor"][..], &["migrate", "--down", "--yes"]] {
        let output = run(folder.path(), arguments);
        fails(&output, "there is no database at");
        assert_eq!(files(folder.path()), [""; 0], "{arguments:?}");
    }
}

#[test]
fn a_missing_file_is_not_recreated_beside_its_log() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("tokenvue.db-wal"),
        "what was not yet copied",
    )
    .unwrap();
    let output = run(folder.path(), &["serve"]);
    fails(&output, "tokenvue.db is missing");
    assert_eq!(files(folder.path()), ["tokenvue.db-wal"]);
}

#[test]
fn all_data_is_deleted_only_with_confirmation() {
    let folder = tempfile::tempdir().unwrap();
    program::bootstrap(tokenvue(folder.path()), folder.path());
    fails(&run(folder.path(), &["migrate", "--down"]), "pass --yes");
    fails(&run(folder.path(), &["migrate", "--yes"]), "--down");
    let doctor = run(folder.path(), &["doctor"]);
    assert!(doctor.status.success(), "{doctor:?}");

    let output = run(folder.path(), &["migrate", "--down", "--yes"]);
    assert_eq!(output.stdout, b"All migrations are undone.\n");
    fails(
        &run(folder.path(), &["doctor"]),
        "run tokenvue migrate first",
    );
    assert!(run(folder.path(), &["migrate"]).status.success());
    assert!(run(folder.path(), &["doctor"]).status.success());
}
