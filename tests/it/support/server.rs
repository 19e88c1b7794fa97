//! A server of one test, in this process and reached over HTTP.

use super::client::Client;
use super::engine::{Engine, TestDatabase};
use super::recorded_statements::Statements;
use sea_orm::{Database, DatabaseConnection, EntityTrait, PaginatorTrait as _};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokenvue::clock::Clock;
use tokenvue::config::Config;
use tokenvue::db::Db;
use tokenvue::{App, doctor, server};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// The time after which a test stops waiting for a condition.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The default limits of PostgreSQL in tests.
const PATIENT: &[(&str, &str)] = &[
    ("--database-statement-timeout", "25s"),
    ("--database-lock-timeout", "20s"),
    ("--database-idle-transaction-timeout", "20s"),
    ("--database-transaction-timeout", "28s"),
];

/// A running server and its database.
#[derive(Clone)]
pub struct Server {
    /// The program's parts, for access to the clock and the database.
    pub app: App,
    /// The URL: `http://localhost:PORT`.
    pub url: String,
    pub engine: Engine,
    /// Records the statements that this server runs.
    pub statements: Statements,
    database: Arc<TestDatabase>,
    stop: CancellationToken,
}

/// Runs a test on a new server. Afterwards, checks the invariants of the database and deletes it.
pub async fn run<F, W>(engine: Engine, test: F)
where
    F: FnOnce(Server) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let Some(database) = TestDatabase::make(engine).await else {
        return;
    };
    let database = Arc::new(database);
    let (server, serving) = Server::start_on(database.clone(), &[]).await;
    let outcome = tokio::spawn(test(server.clone())).await;
    let findings = doctor::examine(&server.app, false).await;
    server.stop.cancel();
    serving.await.unwrap();
    drop(server);
    if let Some(database) = Arc::into_inner(database) {
        database.drop().await;
    }
    match outcome {
        Ok(()) => assert_eq!(
            findings.unwrap(),
            [],
            "the doctor found violated invariants"
        ),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl Server {
    async fn start_on(database: Arc<TestDatabase>, flags: &[&str]) -> (Server, JoinHandle<()>) {
        let url = database.url();
        Server::start_at(database, &url, flags, Clock::default()).await
    }

    /// Starts a server on a database at this URL. Returns it with the task that serves.
    pub async fn start_at(
        database: Arc<TestDatabase>,
        database_url: &str,
        flags: &[&str],
        clock: Clock,
    ) -> (Server, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut all = vec!["--database-url", database_url];
        if !flags.contains(&"--database-connections") {
            all.extend(["--database-connections", "8"]);
        }
        // Limits must not be exceeded just because the machine is busy. Tests of limits set their
        // own.
        for (flag, value) in PATIENT {
            if !flags.contains(flag) {
                all.extend([*flag, *value]);
            }
        }
        if !flags.contains(&"--public-url") {
            all.extend(["--public-url", &url]);
        }
        all.extend(flags);
        let config = Config::from_flags(&all).unwrap();
        let mut db = Db::connect(&config).await.unwrap();
        let statements = Statements::watch(&mut db);
        let app = App::on(db, config, clock).unwrap();
        app.db.migrate().await.unwrap();
        let stop = CancellationToken::new();
        let serving = tokio::spawn({
            let (app, stop) = (app.clone(), stop.clone());
            async move { server::serve(app, listener, stop).await.unwrap() }
        });
        let engine = match *database {
            TestDatabase::Sqlite(_) => Engine::Sqlite,
            TestDatabase::Postgres { .. } => Engine::Postgres,
        };
        (
            Server {
                app,
                url,
                engine,
                statements,
                database,
                stop,
            },
            serving,
        )
    }

    /// Starts another server on the same database and clock, with more flags. It ends when dropped
    /// or by [`Replica::stop`].
    pub async fn replica(&self, flags: &[&str]) -> Replica {
        let url = self.database.url();
        let (server, serving) =
            Server::start_at(self.database.clone(), &url, flags, self.app.clock.clone()).await;
        Replica { server, serving }
    }

    /// Starts a replica that reaches PostgreSQL through a proxy on a local port.
    pub async fn replica_through(&self, port: u16, flags: &[&str]) -> Replica {
        let mut url = Url::parse(&self.database.url()).unwrap();
        url.set_port(Some(port)).unwrap();
        let database = self.database.clone();
        let (server, serving) =
            Server::start_at(database, url.as_str(), flags, self.app.clock.clone()).await;
        Replica { server, serving }
    }

    /// Returns the HOST:PORT of PostgreSQL.
    pub fn database_address(&self) -> String {
        let url = Url::parse(&self.database.url()).unwrap();
        url.socket_addrs(|| None).unwrap()[0].to_string()
    }

    /// Connects to the database directly.
    pub async fn database_connection(&self) -> DatabaseConnection {
        Database::connect(self.database.url()).await.unwrap()
    }

    /// Starts a replica that uses PgBouncer in transaction mode. Returns `None` if there is none.
    pub async fn pooled_replica(&self, flags: &[&str]) -> Option<Replica> {
        let url = self.database.pooled_url()?;
        let flags = [&["--database-pooler", "transaction"], flags].concat();
        let (server, serving) =
            Server::start_at(self.database.clone(), &url, &flags, self.app.clock.clone()).await;
        Some(Replica { server, serving })
    }

    /// Begins to stop, without waiting.
    pub fn begin_stop(&self) {
        self.stop.cancel();
    }

    /// Returns a client that is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// Returns the URL of the database.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: chrono::Duration) {
        self.app.clock.advance(by);
    }

    /// Returns the number of rows of a table.
    pub async fn count<E>(&self) -> u64
    where
        E: EntityTrait,
        E::Model: Send + Sync,
    {
        E::find().count(&self.app.db).await.unwrap()
    }

    /// Blocks SQLite's only writer, so that mutations wait until the guard is dropped.
    pub async fn stall(&self) -> DropGuard {
        let (held, over) = (CancellationToken::new(), CancellationToken::new());
        let db = self.app.db.clone();
        tokio::spawn({
            let (held, over) = (held.clone(), over.clone());
            async move {
                let wait = |_| {
                    let (held, over) = (held.clone(), over.clone());
                    async move {
                        held.cancel();
                        over.cancelled().await;
                        Ok(())
                    }
                };
                db.transaction("HOLD", wait).await.unwrap();
            }
        });
        held.cancelled().await;
        over.drop_guard()
    }

    /// Waits until the first cleanup of old rows is over.
    pub async fn first_clearing(&self) {
        eventually("the first cleanup", || async {
            self.statements.are_cleared().then_some(())
        })
        .await;
    }

    /// Waits until the background work of earlier requests is done.
    pub async fn quiet(&self) {
        // These never end: the sweep, the monitoring of the database, and the mail worker if there
        // is one.
        let lasting = 2 + usize::from(self.app.sends_mail());
        eventually("the end of background work", || async {
            (self.app.background.len() <= lasting).then_some(())
        })
        .await;
    }

    /// Returns the latest mail to an address from the local mailbox, with a new link.
    pub async fn mail_to(&self, email: &str) -> Mail {
        let mails = self.mails_to(email).await;
        mails
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no mail to {email}"))
    }

    /// Returns all mails to an address with a valid link, the latest first.
    pub async fn mails_to(&self, email: &str) -> Vec<Mail> {
        let mut mails = Vec::new();
        for item in self.mailbox("/mailbox").await.as_array().unwrap() {
            if item["to"] == email {
                let path = format!("/mailbox/{}", item["id"].as_str().unwrap());
                mails.push(Mail(self.mailbox(&path).await));
            }
        }
        mails.retain(|mail| mail.0 != Value::Null);
        mails
    }

    async fn mailbox(&self, path: &str) -> Value {
        let request = reqwest::Client::new().get(format!("{}{path}", self.url));
        let response = request
            .header("accept", "application/json")
            .send()
            .await
            .unwrap();
        response.json().await.unwrap_or_default()
    }
}

/// A second server on the database of another one.
pub struct Replica {
    pub server: Server,
    serving: JoinHandle<()>,
}

impl Replica {
    /// Starts a server on a database of its own.
    pub async fn start(database: TestDatabase, flags: &[&str]) -> Replica {
        let (server, serving) = Server::start_on(Arc::new(database), flags).await;
        Replica { server, serving }
    }

    /// Begins to stop, without waiting.
    pub fn begin_stop(&self) {
        self.server.begin_stop();
    }

    /// Stops cleanly.
    pub async fn stop(self) {
        self.server.stop.cancel();
        self.serving.await.unwrap();
    }
}

/// A mail in the local mailbox.
#[derive(Clone, Debug)]
pub struct Mail(pub Value);

impl Mail {
    pub fn subject(&self) -> &str {
        self.0["subject"].as_str().unwrap()
    }

    pub fn text(&self) -> &str {
        self.0["text"].as_str().unwrap()
    }

    /// Returns the token of its link.
    pub fn token(&self) -> String {
        let link = self.0["link"].as_str();
        let token = link.and_then(|link| link.split_once("#token="));
        let (_, token) = token.unwrap_or_else(|| panic!("no link in {}", self.0));
        token.to_owned()
    }
}

/// Waits until `probe` returns a value, and returns it. Panics after [`DEADLINE`].
pub async fn eventually<T, W: Future<Output = Option<T>>>(what: &str, probe: impl Fn() -> W) -> T {
    let wait = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, wait)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come about"))
}
