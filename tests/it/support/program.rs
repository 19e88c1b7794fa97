//! The program as its operator starts it: a process of its own.

use super::client::Client;
use super::people::PASSWORD;
use super::server::DEADLINE;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// The built program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tokenvue");

/// A server in a process of its own, which ends with this value.
pub struct Program {
    child: Child,
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    log: Arc<Mutex<Vec<Value>>>,
}

impl Program {
    /// Starts `command`, which runs [`PROGRAM`] with settings of its own, and waits until it
    /// listens.
    ///
    /// # Errors
    /// All that it has written to standard error, where it ends instead.
    pub async fn start(mut command: Command) -> Result<Program, String> {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .args(["--shutdown-delay", "0s"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let (sender, mut lines) = mpsc::unbounded_channel();
        std::thread::spawn({
            let log = log.clone();
            move || {
                for line in stderr.lines().map_while(Result::ok) {
                    let entry = serde_json::from_str(&line).unwrap_or(Value::String(line));
                    log.lock().unwrap().push(entry.clone());
                    // Nobody listens any more once it has started.
                    let _ = sender.send(entry);
                }
            }
        });
        let listening = async {
            while let Some(entry) = lines.recv().await {
                if entry["message"] == "listening" {
                    return Some(format!("http://{}", entry["address"].as_str().unwrap()));
                }
            }
            None
        };
        let url = tokio::time::timeout(DEADLINE, listening).await.unwrap();
        let mut program = Program {
            child,
            url: url.clone().unwrap_or_default(),
            log,
        };
        if url.is_none() {
            program.child.wait().unwrap();
            let entries = program.log.lock().unwrap();
            let said: Vec<_> = entries.iter().map(said).collect();
            return Err(said.join("\n"));
        }
        Ok(program)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far, one message a line.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(said).collect()
    }

    /// What `/readyz` answers.
    pub async fn readiness(&self) -> (u16, String) {
        let answer = reqwest::get(format!("{}/readyz", self.url)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The first admin, signed in.
    pub async fn admin(&self) -> Client {
        let input = json!({ "email": ADMIN, "password": PASSWORD, "transport": "BEARER" });
        let anonymous = Client::new(&self.url, None);
        let payload = anonymous.mutate("signIn", input, "sessionToken").await;
        let token = payload["sessionToken"].as_str().unwrap().to_owned();
        Client::new(&self.url, Some(token))
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(DEADLINE, ended)
            .await
            .unwrap_or_else(|_| panic!("the program does not stop: {:#?}", self.log()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn said(entry: &Value) -> String {
    match entry {
        Value::String(line) => line.clone(),
        entry => entry.to_string(),
    }
}

/// The address of the first admin.
pub const ADMIN: &str = "ana@acme.example";

/// Sets up the first workspace in a data folder.
pub fn bootstrap(mut command: Command, data_dir: &Path) {
    let mut child = command
        .args(["bootstrap", "--password-stdin", "--email", ADMIN])
        .args(["--first-name", "Ana", "--workspace", "Acme"])
        .arg("--data-dir")
        .arg(data_dir)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(PASSWORD.as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}
