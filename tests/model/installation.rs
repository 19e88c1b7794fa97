//! An installation of the program for one sequence: a process, its database, its clock, and the
//! proxy between process and database.

use crate::support::command;
use crate::support::cut::Cut;
use crate::support::engine::{Engine, TestDatabase};
use crate::support::program::Program;
use std::path::PathBuf;
use tempfile::TempDir;
use url::Url;

/// Limits that no sequence should reach.
const UNLIMITED: [(&str, &str); 12] = [
    ("TOKENVUE_SESSION_IDLE", "3650d"),
    ("TOKENVUE_SESSION_LIFETIME", "3650d"),
    ("TOKENVUE_MAILS_PER_ADDRESS", "1000000"),
    ("TOKENVUE_MAILS_PER_SENDER", "1000000"),
    ("TOKENVUE_RESETS_PER_ADDRESS", "1000000"),
    ("TOKENVUE_RESETS_PER_NETWORK", "1000000"),
    ("TOKENVUE_RESETS_PER_ADMIN", "1000000"),
    ("TOKENVUE_WORKSPACES_PER_CREATOR", "1000000"),
    ("TOKENVUE_SESSIONS_PER_USER", "1000000"),
    ("TOKENVUE_SIGN_IN_FAILURES_PER_ACCOUNT", "1000000"),
    ("TOKENVUE_SIGN_IN_FAILURES_PER_ADDRESS", "1000000"),
    ("TOKENVUE_SIGN_IN_FAILURES_IN_ALL", "1000000"),
];

/// A running program and its environment.
pub struct Installation {
    database: TestDatabase,
    /// The proxy between the program and PostgreSQL.
    pub proxy: Option<Cut>,
    folder: TempDir,
    settings: Vec<(String, String)>,
    program: Option<Program>,
    /// The offset of the clock in minutes.
    offset: u32,
}

impl Installation {
    /// Sets up a workspace with its first admin and starts the server. Returns `None` if this
    /// machine lacks a requirement.
    pub async fn start(
        engine: Engine,
        smtp_url: &str,
        sender: &str,
        admin: (&str, &str),
    ) -> Option<Installation> {
        let clock_library = clock_library()?;
        let database = TestDatabase::make(engine).await?;
        let folder = tempfile::tempdir().unwrap();
        let clock = folder.path().join("clock");
        let direct = database.url();
        let (proxy, through) = way_to(engine, &direct).await;
        let own = [
            ("TOKENVUE_DATABASE_URL", through.as_str()),
            ("TOKENVUE_DATABASE_CONNECTIONS", "4"),
            ("TOKENVUE_PUBLIC_URL", "http://localhost:8080"),
            ("TOKENVUE_SMTP_URL", smtp_url),
            ("TOKENVUE_MAIL_FROM", sender),
            ("TOKENVUE_MAIL_CLAIM", "3s"),
            ("LD_PRELOAD", clock_library.to_str().unwrap()),
            ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        let all = own.into_iter().chain(UNLIMITED);
        let settings = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut installation = Installation {
            database,
            proxy,
            folder,
            settings: settings.collect(),
            program: None,
            offset: 0,
        };
        installation.advance(0);
        let (email, password) = admin;
        let arguments = ["bootstrap", "--password-stdin", "--email", email];
        let names = ["--first-name", "Ana", "--workspace", "W0"];
        installation.run(&[&arguments[..], &names].concat(), password);
        installation.serve().await;
        Some(installation)
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        let pairs = self.settings.iter();
        pairs.map(|(name, value)| (&**name, &**value)).collect()
    }

    /// Runs a command of the program, which must succeed, and returns its output.
    fn run(&self, arguments: &[&str], input: &str) -> String {
        let output = command::run(self.folder.path(), arguments, &self.settings(), input);
        let said = [&output.stdout[..], &output.stderr].concat();
        let said = command::text(&said);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// Starts the server process.
    pub async fn serve(&mut self) {
        let command = command::command(self.folder.path(), &[], &self.settings());
        let program = Program::start(command).await;
        self.program = Some(program.unwrap_or_else(|said| panic!("failed to start: {said}")));
    }

    /// Kills the server, as a power failure would.
    pub fn kill(&mut self) {
        if let Some(program) = self.program.take() {
            program.kill();
        }
    }

    /// Stops the server, which must exit successfully.
    pub async fn stop(&mut self) {
        if let Some(program) = self.program.take() {
            let status = program.stop().await;
            assert!(status.success(), "exited with {status}");
        }
    }

    /// Returns the URL of the server.
    pub fn url(&self) -> String {
        let program = self.program.as_ref();
        program.map_or_else(String::new, |program| program.url.clone())
    }

    /// Returns the URL of the database without the proxy.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Returns the warnings and errors that the server has logged since it was started.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.program.as_ref().map(Program::log).unwrap_or_default();
        let is_wrong = |line: &&str| line.contains("WARN") || line.contains("ERROR");
        log.lines().filter(is_wrong).map(str::to_owned).collect()
    }

    /// Advances the program's clock.
    pub fn advance(&mut self, minutes: u32) {
        self.offset += minutes;
        let seconds = u64::from(self.offset) * 60;
        // Replaces the file atomically, because the program reads it for each time.
        let (next, clock) = (self.folder.path().join("next"), "clock");
        std::fs::write(&next, format!("+{seconds}")).unwrap();
        std::fs::rename(next, self.folder.path().join(clock)).unwrap();
    }

    /// Runs `tokenvue doctor`, which must report nothing.
    pub fn examine(&self) {
        let said = self.run(&["doctor"], "");
        assert!(said.contains("0 found"), "{said}");
    }

    /// Stops the server and deletes the installation.
    pub async fn end(self) {
        drop(self.program);
        self.database.drop().await;
    }
}

/// Returns the database URL for the program. On PostgreSQL, it leads through a proxy.
async fn way_to(engine: Engine, direct: &str) -> (Option<Cut>, String) {
    if engine == Engine::Sqlite {
        return (None, direct.to_owned());
    }
    let mut url = Url::parse(direct).unwrap();
    let upstream = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let proxy = Cut::before(upstream).await;
    url.set_port(Some(proxy.port)).unwrap();
    (Some(proxy), url.into())
}

/// Returns the library that shifts the clock of a process. Fails in CI if it is missing.
fn clock_library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    let found = folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "no libfaketime: run scripts/test"
        );
        eprintln!("SKIPPED: libfaketime is not installed; run scripts/test");
    }
    found
}
