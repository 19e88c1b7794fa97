//! A PostgreSQL server of one test, whose processes can be paused.

use super::engine::{TestDatabase, postgres_url};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The processes. They end when this value is dropped.
pub struct Cluster {
    /// `scripts/with-postgres`, which ends when its standard input is closed.
    script: Child,
    /// The URL of the superuser.
    url: String,
    postmaster: u32,
}

impl Cluster {
    /// Starts a server. Returns `None` if tests with PostgreSQL are skipped.
    pub async fn start() -> Option<Cluster> {
        postgres_url()?;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut script = Command::new("scripts/with-postgres")
            .args(["sh", "-c", "echo $TOKENVUE_TEST_POSTGRES_URL && exec cat"])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut output = BufReader::new(script.stdout.take().unwrap());
        output.read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        let postmaster = postmaster(&url).await;
        Some(Cluster {
            script,
            url,
            postmaster,
        })
    }

    /// Creates an empty database.
    pub async fn database(&self) -> TestDatabase {
        TestDatabase::on(&self.url).await
    }

    /// Pauses all processes, as on a paused machine.
    pub fn freeze(&self) {
        // The postmaster is first, so that it starts no new processes.
        signal("STOP", &[self.postmaster]);
        signal("STOP", &children(self.postmaster));
    }

    /// Resumes the processes.
    pub fn thaw(&self) {
        signal("CONT", &children(self.postmaster));
        signal("CONT", &[self.postmaster]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.thaw();
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

async fn postmaster(url: &str) -> u32 {
    let connection = Database::connect(url).await.unwrap();
    let query = Statement::from_string(DbBackend::Postgres, "SELECT pg_backend_pid()");
    let row = connection.query_one_raw(query).await.unwrap().unwrap();
    let backend: i32 = row.try_get_by_index(0).unwrap();
    let parent = processes().into_iter().find_map(|(id, parent)| {
        let is_backend = u32::try_from(backend) == Ok(id);
        is_backend.then_some(parent)
    });
    connection.close().await.unwrap();
    parent.expect("the backend is a process of this machine")
}

fn children(of: u32) -> Vec<u32> {
    let all = processes().into_iter();
    all.filter_map(|(id, parent)| (parent == of).then_some(id))
        .collect()
}

/// Returns all processes of the machine with their parents.
fn processes() -> Vec<(u32, u32)> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let process = |line: &str| {
        let mut numbers = line.split_whitespace();
        let mut next = || numbers.next()?.parse().ok();
        Some((next()?, next()?))
    };
    output.lines().filter_map(process).collect()
}

fn signal(name: &str, processes: &[u32]) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}"));
    // A process that has already ended is not an error.
    let _ = kill.args(processes.iter().map(u32::to_string)).status();
}
