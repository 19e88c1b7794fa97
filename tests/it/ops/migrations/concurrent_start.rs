//! Programs that start concurrently on one database, or on the schema of a newer program.

use super::schema;
use crate::on_both_engines;
use crate::support::command::{run, text};
use crate::support::engine::TestDatabase;
use crate::support::{Engine, Server, Team};
use tokenvue::clock::Clock;
use tokenvue::config::Config;
use tokenvue::setup;
use tokenvue::{App, doctor};

on_both_engines!(an_older_program_refuses_a_newer_schema);

mod together {
    /// Only one program at a time can use SQLite.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_replicas_start_on_an_empty_database() {
        let postgres = crate::support::Engine::Postgres;
        crate::support::server::run(postgres, super::two_replicas_start_on_an_empty_database).await;
    }
}

/// Does what `tokenvue serve` does before it listens.
async fn start(url: &str) -> App {
    let config = Config::from_flags(&["--database-url", url]).unwrap();
    let app = App::new(config, Clock::default()).await.unwrap();
    app.db.migrate().await.unwrap();
    // Nobody has signed up, so there is a setup link to print.
    assert!(setup::offer(&app).await.unwrap().is_some());
    app
}

async fn two_replicas_start_on_an_empty_database(server: Server) {
    let expected = schema(&server.app.db).await;
    for _ in 0..20 {
        let database = TestDatabase::make(Engine::Postgres).await.unwrap();
        let url = database.url();
        let (one, two) = tokio::join!(start(&url), start(&url));
        for replica in [one, two] {
            assert!(replica.db.is_current().await.unwrap());
            assert_eq!(schema(&replica.db).await, expected);
            assert_eq!(doctor::examine(&replica, false).await.unwrap(), []);
            replica.db.close().await;
        }
        database.drop().await;
    }
}

async fn an_older_program_refuses_a_newer_schema(server: Server) {
    let team = Team::first(&server).await;
    let rows = server.dump().await;
    let step = "m9999_of_the_next_release";
    server
        .execute(&format!(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('{step}', 0)"
        ))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let url = server.database_url();
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["migrate", "--down", "--yes"],
    ] {
        let output = run(
            folder.path(),
            arguments,
            &[("TOKENVUE_DATABASE_URL", &url)],
            "",
        );
        let error = text(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}: {error}");
        assert!(
            error.contains("newer than this program"),
            "{arguments:?}: {error}"
        );
        assert!(error.contains(step), "{arguments:?}: {error}");
    }
    assert_eq!(server.dump().await, rows);
    // A running program keeps working.
    team.invite("bo@example.com", "Bo", "SECURITY_AUDITOR")
        .await;
    let ready = reqwest::get(format!("{}/readyz", server.url))
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
    let back = format!("DELETE FROM seaql_migrations WHERE version = '{step}'");
    server.execute(&back).await;
}
