//! The program as a separate process, as an operator runs it.

use super::client::Client;
use super::command::command;
use super::people::PASSWORD;
use super::server::{DEADLINE, eventually};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// The built program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tokenvue");

/// A server in a separate process, which ends when this value is dropped.
pub struct Program {
    child: Child,
    /// The address on which it listens.
    pub address: SocketAddr,
    /// The URL `http://127.0.0.1:PORT`.
    pub url: String,
    log: Arc<Mutex<String>>,
}

impl Program {
    /// Starts [`PROGRAM`] with its data in a folder and without settings of the environment. Waits
    /// until it listens.
    pub async fn serve(folder: &Path, settings: &[(&str, &str)]) -> Program {
        let started = Program::start(command(folder, &["serve"], settings)).await;
        started.unwrap_or_else(|log| panic!("it does not start: {log}"))
    }

    /// Starts `command`, which runs [`PROGRAM`] with its own settings. Waits until it listens. By
    /// default, it stops without a delay.
    ///
    /// # Errors
    /// Returns the standard error of a program that ends instead.
    pub async fn start(mut command: Command) -> Result<Program, String> {
        const DELAY: &str = "TOKENVUE_SHUTDOWN_DELAY";
        if !command.get_envs().any(|(name, _)| name == DELAY) {
            command.env(DELAY, "0s");
        }
        let mut child = command
            .env("TOKENVUE_LISTEN", "127.0.0.1:0")
            .env("TOKENVUE_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::default();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut listening = follow(stderr, Arc::clone(&log));
        let address = tokio::time::timeout(DEADLINE, listening.recv()).await;
        let Some(address) = address.unwrap() else {
            child.wait().unwrap();
            return Err(log.lock().unwrap().clone());
        };
        Ok(Program {
            child,
            address,
            url: format!("http://{address}"),
            log,
        })
    }

    /// Returns its process ID.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns its log so far, one message per line.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until its log contains a text. Returns the log.
    pub async fn log_with(&self, text: &str) -> String {
        eventually(&format!("{text:?} in the log"), || async {
            Some(self.log()).filter(|log| log.contains(text))
        })
        .await
    }

    /// Returns the response to `/readyz`.
    pub async fn readiness(&self) -> (u16, String) {
        let answer = reqwest::get(format!("{}/readyz", self.url)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Returns a client of the first admin.
    pub async fn admin(&self) -> Client {
        let input = json!({ "email": ADMIN, "password": PASSWORD, "transport": "BEARER" });
        let anonymous = Client::new(&self.url, None);
        let payload = anonymous.mutate("signIn", input, "sessionToken").await;
        let token = payload["sessionToken"].as_str().unwrap().to_owned();
        Client::new(&self.url, Some(token))
    }

    /// Kills it, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM, as service managers do.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
    }

    /// Waits until it ends.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::time::timeout(DEADLINE, ended).await;
        ended.unwrap_or_else(|_| panic!("the program does not stop: {}", self.log()))
    }

    /// Sends SIGTERM and waits until it ends.
    pub async fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.ended().await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects the log. Sends the address as soon as it is logged.
fn follow(
    stderr: BufReader<ChildStderr>,
    log: Arc<Mutex<String>>,
) -> UnboundedReceiver<SocketAddr> {
    let (sender, listening) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            let record: Value = serde_json::from_str(&line).unwrap_or_default();
            *log.lock().unwrap() += &format!("{line}\n");
            if record["message"] == "listening" {
                let address = record["address"].as_str().unwrap_or_default();
                // After the start, nobody receives the address.
                let _ = sender.send(address.parse().unwrap());
            }
        }
    });
    listening
}

/// The email address of the first admin.
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
