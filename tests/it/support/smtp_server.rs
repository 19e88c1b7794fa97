//! A real SMTP server in a child process.

use serde::Deserialize;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::sync::watch;

/// The time that a mail may take to arrive.
const DEADLINE: Duration = Duration::from_secs(30);

/// The protocol of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Unencrypted and without authentication.
    Plain,
    /// Like `Plain`, with internationalized addresses (SMTPUTF8).
    Utf8,
    /// Rejects mail before STARTTLS.
    StartTls,
    /// Like `StartTls`, with an attacker who injects replies before the encryption.
    Inject,
    /// Rejects mail before STARTTLS and authentication.
    Auth,
    /// TLS from the first byte, and authentication.
    Tls,
}

/// A mail as the server received it.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// The sender in the envelope.
    pub from: String,
    /// The recipients in the envelope.
    pub to: Vec<String>,
    /// Names and decoded values, in order.
    pub headers: Vec<(String, String)>,
    /// The decoded subject.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The content types of the message and its parts.
    pub parts: Vec<String>,
    /// The name that the client sent in EHLO.
    pub ehlo: String,
    /// The number of the connection, from 0.
    pub connection: u64,
    /// Whether STARTTLS was used.
    pub tls: bool,
    /// The authenticated user.
    pub user: Option<String>,
}

impl Mail {
    /// Returns the decoded value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the token of the link in the text.
    pub fn token(&self) -> Option<&str> {
        self.text.split("#token=").nth(1)?.split_whitespace().next()
    }
}

#[derive(Deserialize)]
struct Ready {
    port: u16,
    ca: String,
}

/// A running server. It ends when this value is dropped, or with this process.
pub struct SmtpServer {
    child: Child,
    // The server ends when its standard input is closed.
    stdin: ChildStdin,
    mode: Mode,
    port: u16,
    ca: NamedTempFile,
    mails: watch::Receiver<Output>,
    read: usize,
    commands: usize,
}

/// The server's output so far.
#[derive(Default)]
struct Output {
    mails: Vec<Mail>,
    /// The number of commands that it has executed.
    done: usize,
}

/// A line of the server's output.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Done {
        #[serde(rename = "done")]
        _command: String,
    },
    Mail(Box<Mail>),
}

impl SmtpServer {
    /// Starts a server and waits until it listens. Needs Python with `aiosmtpd` and `trustme`:
    /// `TOKENVUE_TEST_PYTHON`, or `python3`.
    pub fn start(mode: Mode) -> SmtpServer {
        let python = std::env::var("TOKENVUE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/smtp_server.py");
        let mut child = Command::new(&python)
            .arg(script)
            .arg(format!("{mode:?}").to_lowercase())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|cause| panic!("{python}: {cause}"));
        let stdin = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let ready: Ready = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("no SMTP server: has {python} the packages aiosmtpd and trustme?")
        });
        let mut ca = NamedTempFile::new().unwrap();
        ca.write_all(ready.ca.as_bytes()).unwrap();
        let mails = listen(output);
        SmtpServer {
            child,
            stdin,
            mode,
            port: ready.port,
            ca,
            mails,
            read: 0,
            commands: 0,
        }
    }

    /// Changes the behavior of the server with a command of `smtp_server.py`. Waits until it
    /// applies.
    pub async fn tell(&mut self, command: &str) {
        writeln!(self.stdin, "{command}").unwrap();
        self.commands += 1;
        let commands = self.commands;
        let done = self.mails.wait_for(|output| output.done >= commands);
        let done = tokio::time::timeout(DEADLINE, done).await;
        done.expect("the SMTP server does not listen")
            .expect("the SMTP server ended");
    }

    /// Returns the URL for the server's settings, with user and password if it requires them.
    pub fn url(&self) -> String {
        let user = "tokenvue:p%40ss%2Fword%3A%201";
        match self.mode {
            Mode::Plain | Mode::Utf8 => format!("smtp://127.0.0.1:{}", self.port),
            Mode::StartTls | Mode::Inject => {
                format!("smtp://127.0.0.1:{}?tls=required", self.port)
            }
            Mode::Auth => format!("smtp://{user}@localhost:{}?tls=required", self.port),
            Mode::Tls => format!("smtps://{user}@localhost:{}", self.port),
        }
    }

    /// Returns the path of the certificate to trust (PEM).
    pub fn ca_file(&self) -> &Path {
        self.ca.path()
    }

    /// Returns all mails read so far. A mail that was just sent may be missing: use `next_mail` to
    /// wait for it.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.borrow().mails.clone()
    }

    /// Returns the mails since the last call.
    #[allow(dead_code, reason = "for tests/model")]
    pub fn new_mails(&mut self) -> Vec<Mail> {
        let mails = self.mails.borrow().mails[self.read..].to_vec();
        self.read += mails.len();
        mails
    }

    /// Waits for the next mail and returns it.
    pub async fn next_mail(&mut self) -> Mail {
        let read = self.read;
        let arrived = self.mails.wait_for(|output| output.mails.len() > read);
        let arrived = tokio::time::timeout(DEADLINE, arrived)
            .await
            .expect("no mail arrived in time");
        let mail = arrived.expect("the SMTP server ended").mails[read].clone();
        self.read += 1;
        mail
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads mails until the server ends.
fn listen(output: BufReader<ChildStdout>) -> watch::Receiver<Output> {
    let (sender, receiver) = watch::channel(Output::default());
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            let said =
                serde_json::from_str(&line).unwrap_or_else(|cause| panic!("{cause}: {line}"));
            sender.send_modify(|output| match said {
                Line::Done { .. } => output.done += 1,
                Line::Mail(mail) => output.mails.push(*mail),
            });
        }
    });
    receiver
}
