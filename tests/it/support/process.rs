//! The program as a process that serves.

use super::server::DEADLINE;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A serving process. It is killed when this is dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Process {
    /// Starts the program on a free port with its data in a folder, and waits until it listens.
    pub fn serve(folder: &Path, settings: &[(&str, &str)]) -> Process {
        Process::spawn(super::command::command(folder, &["serve"], settings))
    }

    /// Runs a command that serves, with further settings for that.
    pub fn spawn(mut command: std::process::Command) -> Process {
        let mut child = command
            .env("TOKENVUE_LISTEN", "127.0.0.1:0")
            .env("TOKENVUE_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::default();
        let listening = follow(stderr, Arc::clone(&log));
        let address = listening
            .recv_timeout(DEADLINE)
            .unwrap_or_else(|_| panic!("it does not listen: {}", log.lock().unwrap()));
        Process {
            child,
            address,
            log,
        }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Asks it to end, as service managers do.
    pub fn terminate(&self) {
        let kill = std::process::Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < DEADLINE, "it goes on: {}", self.log());
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Keeps what is logged; sends the address once it is there.
fn follow(
    stderr: BufReader<std::process::ChildStderr>,
    log: Arc<Mutex<String>>,
) -> Receiver<SocketAddr> {
    let (sender, listening) = mpsc::channel();
    std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            let record: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            *log.lock().unwrap() += &format!("{line}\n");
            if record["message"] == "listening" {
                let address = record["address"].as_str().unwrap_or_default();
                let _ = sender.send(address.parse().unwrap());
            }
        }
    });
    listening
}
