//! Programs that start on a database at the same time, or after a newer one.

use super::schema;
use crate::on_both_engines;
use crate::support::command::{run, text};
use crate::support::engine::TestDatabase;
use crate::support::{Engine, Server, Team};
use std::sync::Arc;

on_both_engines!(a_program_older_than_the_schema_refuses_it);

mod together {
    /// SQLite has one program at a time.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_replicas_start_on_an_empty_database() {
        let postgres = crate::support::Engine::Postgres;
        crate::support::server::run(postgres, super::two_replicas_start_on_an_empty_database).await;
    }
}

async fn two_replicas_start_on_an_empty_database(server: Server) {
    let expected = schema(&server.app.db).await;
    for _ in 0..20 {
        let database = Arc::new(TestDatabase::make(Engine::Postgres).await.unwrap());
        let url = database.url();
        let start = || Server::start_at(database.clone(), &url, &[], server.app.clock.clone());
        let ((one, serving_one), (two, serving_two)) = tokio::join!(start(), start());
        for replica in [&one, &two] {
            let ready = reqwest::get(format!("{}/readyz", replica.url))
                .await
                .unwrap();
            assert_eq!(ready.status(), 200);
        }
        assert_eq!(schema(&two.app.db).await, expected);
        for (replica, serving) in [(one, serving_one), (two, serving_two)] {
            replica.begin_stop();
            serving.await.unwrap();
        }
        if let Some(database) = Arc::into_inner(database) {
            database.drop().await;
        }
    }
}

async fn a_program_older_than_the_schema_refuses_it(server: Server) {
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
    // One that runs already goes on.
    team.invite("bo@example.com", "Bo", "SECURITY_AUDITOR")
        .await;
    let ready = reqwest::get(format!("{}/readyz", server.url))
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
    let back = format!("DELETE FROM seaql_migrations WHERE version = '{step}'");
    server.execute(&back).await;
}
