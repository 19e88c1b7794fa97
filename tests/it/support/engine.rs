//! A database for one test.

use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database, which goes away with the test.
pub enum TestDatabase {
    Sqlite(TempDir),
    Postgres { admin: String, name: String },
}

impl TestDatabase {
    /// Makes a database; `None` where there is no PostgreSQL to make it on, which is a failure in
    /// CI.
    pub async fn make(engine: Engine) -> Option<TestDatabase> {
        match engine {
            Engine::Sqlite => Some(TestDatabase::Sqlite(tempfile::tempdir().unwrap())),
            Engine::Postgres => Some(TestDatabase::on(&postgres_url()?).await),
        }
    }

    /// Makes one on the PostgreSQL with this superuser's URL.
    pub async fn on(admin: &str) -> TestDatabase {
        let name = format!("t{}", Uuid::now_v7().simple());
        run(admin, &format!("CREATE DATABASE {name}")).await;
        TestDatabase::Postgres {
            admin: admin.to_owned(),
            name,
        }
    }

    /// Where the program finds it.
    pub fn url(&self) -> String {
        match self {
            TestDatabase::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("test.db").display())
            }
            TestDatabase::Postgres { admin, name } => in_database(admin, name),
        }
    }

    /// The same, through PgBouncer in transaction mode; on SQLite, there is none.
    pub fn pooled_url(&self) -> Option<String> {
        let bouncer = std::env::var("TOKENVUE_TEST_PGBOUNCER_URL").ok()?;
        match self {
            TestDatabase::Sqlite(_) => None,
            TestDatabase::Postgres { name, .. } => Some(in_database(&bouncer, name)),
        }
    }

    /// Drops it.
    pub async fn drop(self) {
        if let TestDatabase::Postgres { admin, name } = self {
            run(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// The superuser's URL of the PostgreSQL that tests share; `None` where there is none, which is a
/// failure in CI.
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
