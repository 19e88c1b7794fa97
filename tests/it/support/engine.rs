//! The database of one test.

use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;
use uuid::Uuid;

/// The database engine of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database. It is deleted after the test.
pub enum TestDatabase {
    Sqlite(TempDir),
    Postgres { admin: String, name: String },
}

impl TestDatabase {
    /// Creates a database. Returns `None` if there is no PostgreSQL server, which is a failure in
    /// CI.
    pub async fn make(engine: Engine) -> Option<TestDatabase> {
        match engine {
            Engine::Sqlite => Some(TestDatabase::Sqlite(tempfile::tempdir().unwrap())),
            Engine::Postgres => Some(TestDatabase::on(&postgres_url()?).await),
        }
    }

    /// Creates a database on the PostgreSQL server with this superuser's URL.
    pub async fn on(admin: &str) -> TestDatabase {
        let name = format!("t{}", Uuid::now_v7().simple());
        run(admin, &format!("CREATE DATABASE {name}")).await;
        TestDatabase::Postgres {
            admin: admin.to_owned(),
            name,
        }
    }

    /// Returns the URL for the program.
    pub fn url(&self) -> String {
        match self {
            TestDatabase::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("test.db").display())
            }
            TestDatabase::Postgres { admin, name } => in_database(admin, name),
        }
    }

    /// Returns the URL through PgBouncer in transaction mode, or `None` on SQLite.
    pub fn pooled_url(&self) -> Option<String> {
        let bouncer = std::env::var("TOKENVUE_TEST_PGBOUNCER_URL").ok()?;
        match self {
            TestDatabase::Sqlite(_) => None,
            TestDatabase::Postgres { name, .. } => Some(in_database(&bouncer, name)),
        }
    }

    /// Deletes the database.
    pub async fn drop(self) {
        if let TestDatabase::Postgres { admin, name } = self {
            run(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// Returns the superuser's URL of the PostgreSQL server that tests share. Returns `None` if there
/// is none, which is a failure in CI.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("TOKENVUE_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "no PostgreSQL: run scripts/test"
        );
        eprintln!("SKIPPED: TOKENVUE_TEST_POSTGRES_URL is not set; run scripts/test");
    }
    url
}

fn in_database(url: &str, name: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    url.set_path(name);
    url.into()
}

async fn run(url: &str, sql: &str) {
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}
