//! Backup and restore, with the commands from docs/operating.md.

use crate::on_both_engines;
use crate::support::engine::TestDatabase;
use crate::support::{Engine, Server, Team, sign_in};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tokenvue::doctor;

on_both_engines!(a_backup_restores_everything);

const GUIDE: &str = include_str!("../../../docs/operating.md");

/// Returns the command lines of the guide's shell block that begins with `first`.
fn documented(first: &str) -> Vec<String> {
    let mut blocks = GUIDE.split("```");
    let block = blocks.find_map(|block| {
        block
            .strip_prefix("sh\n")
            .filter(|block| block.starts_with(first))
    });
    let block =
        block.unwrap_or_else(|| panic!("the guide has no commands that begin with {first}"));
    block.lines().map(str::to_owned).collect()
}

/// Runs a shell command line in a folder.
fn shell(folder: &Path, line: &str) {
    let output = Command::new("sh")
        .args(["-ec", line])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
}

async fn a_backup_restores_everything(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "SECURITY_AUDITOR").await;
    team.invite("cy@example.com", "Cy", "GATEWAY_OPERATOR")
        .await;
    server.quiet().await;
    let rows = server.dump().await;
    let target = Arc::new(TestDatabase::make(server.engine).await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (backup, restore) = match server.engine {
        Engine::Sqlite => (
            "sqlite3 tokenvue-data/tokenvue.db",
            "rm -f tokenvue-data/tokenvue.db",
        ),
        Engine::Postgres => ("pg_dump", "pg_restore"),
    };
    let path = |url: &str| url.trim_start_matches("sqlite://").to_owned();
    let adapt = |line: &str, url: &str| match server.engine {
        Engine::Sqlite => line.replace("tokenvue-data/tokenvue.db", &path(url)),
        Engine::Postgres => line.replace("postgres://USER:PASSWORD@HOST/DATABASE", url),
    };
    // The server keeps running during the backup.
    for line in documented(backup) {
        shell(folder.path(), &adapt(&line, &server.database_url()));
    }
    team.invite("di@example.com", "Di", "GATEWAY_OPERATOR")
        .await;
    for line in documented(restore) {
        shell(folder.path(), &adapt(&line, &target.url()));
    }

    let url = target.url();
    let clock = server.app.clock.clone();
    let (restored, serving) = Server::start_at(target.clone(), &url, &[], clock).await;
    assert_eq!(restored.dump().await, rows);
    assert_eq!(doctor::examine(&restored.app, false).await.unwrap(), []);
    let there = team.at(&restored);
    // Sessions and links still work, and the counters are updated as before.
    assert_eq!(there.summary().await, [3, 2, 1, 0]);
    let token = restored.mail_to("cy@example.com").await.token();
    there.accept("cy@example.com", &token).await;
    there
        .invite("di@example.com", "Di", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(there.summary().await, [4, 3, 1, 0]);
    assert_eq!(doctor::examine(&restored.app, false).await.unwrap(), []);
    sign_in(&restored, &bo.email).await;
    restored.begin_stop();
    serving.await.unwrap();
    drop((there, restored));
    if let Some(target) = Arc::into_inner(target) {
        target.drop().await;
    }
}
