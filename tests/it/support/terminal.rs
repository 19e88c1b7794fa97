//! The program as a user at a terminal sees it: its output and its log.

use super::server::eventually;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A running program. It is killed when dropped.
pub struct Terminal {
    child: Child,
    printed: Output,
    logged: Output,
}

/// The output of a stream so far.
struct Output {
    text: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Output {
    fn of(stream: impl Read + Send + 'static) -> Output {
        let text = Arc::new(Mutex::new(String::new()));
        let read = text.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                *read.lock().unwrap() += &(line + "\n");
            }
        });
        Output { text, reader }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }
}

impl Terminal {
    /// Starts the program in a folder, on a free port, with only these settings. Waits until it
    /// listens.
    pub async fn start(folder: &Path, settings: &[(&str, &str)]) -> Terminal {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tokenvue"))
            .env_clear()
            .env("TOKENVUE_LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Output::of(child.stdout.take().unwrap());
        let logged = Output::of(child.stderr.take().unwrap());
        let program = Terminal {
            child,
            printed,
            logged,
        };
        eventually("a program that listens", || async {
            program.logged.text().contains("listening").then_some(())
        })
        .await;
        program
    }

    /// Waits until standard output contains a text. Returns the output.
    pub async fn printed(&self, text: &str) -> String {
        eventually(text, || async {
            Some(self.printed.text()).filter(|printed| printed.contains(text))
        })
        .await
    }

    /// Returns the address `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        let log = self.logged.text();
        let (_, rest) = log.split_once("listening address=").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// Stops it cleanly. Returns its whole output and log.
    pub async fn stop(mut self) -> (String, String) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").arg(id).status().unwrap();
        assert!(asked.success());
        eventually("the end of the program", || async {
            let readers = [&self.printed.reader, &self.logged.reader];
            readers
                .iter()
                .all(|reader| reader.is_finished())
                .then_some(())
        })
        .await;
        assert!(self.child.wait().unwrap().success());
        (self.printed.text(), self.logged.text())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
