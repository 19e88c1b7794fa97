//! Shutdown: no request is lost, whether clients use a proxy that watches `/readyz` or send
//! requests until nothing listens.

use crate::support::program::{PROGRAM, Program};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A request that reads from the database.
const QUERY: &str = r#"{"query":"{ service { needsSetUp } }"}"#;

/// The maximum number of requests of one client.
const MOST: usize = 20_000;

fn post() -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{QUERY}",
        QUERY.len()
    )
}

/// The status of a response, and whether it closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    closes: bool,
}

/// Sends a request and reads the whole response.
async fn exchange(stream: &mut TcpStream, request: &str) -> std::io::Result<Answer> {
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let header = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Ok(Answer {
                status: head[9..12].parse().unwrap(),
                closes: header("connection") == Some("close"),
            });
        }
    }
}

/// Lost requests and the number of responses.
#[derive(Default)]
struct Outcome {
    answered: AtomicUsize,
    lost: Mutex<Vec<String>>,
}

impl Outcome {
    /// Records a result. Returns whether the connection can be reused.
    fn note(&self, client: &str, answer: std::io::Result<Answer>) -> bool {
        match answer {
            Ok(Answer {
                status: 200,
                closes,
            }) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                !closes
            }
            other => {
                self.lost
                    .lock()
                    .unwrap()
                    .push(format!("{client}: {other:?}"));
                false
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_fails_before_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("TOKENVUE_SHUTDOWN_DELAY", "10m")];
    let mut process = Program::serve(folder.path(), &settings).await;
    let mut kept = TcpStream::connect(process.address).await.unwrap();
    let ready = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = exchange(&mut kept, ready).await.unwrap();
    assert_eq!((answer.status, answer.closes), (200, false));

    process.terminate();
    while !process.log().contains("no longer ready") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let answer = exchange(&mut kept, &post()).await.unwrap();
    assert_eq!((answer.status, answer.closes), (200, true));
    let mut fresh = TcpStream::connect(process.address).await.unwrap();
    let answer = exchange(&mut fresh, ready).await.unwrap();
    assert_eq!((answer.status, answer.closes), (503, true));

    // A second signal ends the delay.
    process.terminate();
    assert!(process.ended().await.success());
    assert!(TcpStream::connect(process.address).await.is_err());
}

/// A client that sends requests to one server until it is gone.
async fn send_until_refused(address: SocketAddr, keep: bool, outcome: Arc<Outcome>) {
    let request = post();
    let mut kept: Option<TcpStream> = None;
    for _ in 0..MOST {
        let mut stream = match kept.take() {
            Some(stream) => stream,
            None => match TcpStream::connect(address).await {
                Ok(stream) => stream,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
                    return;
                }
            },
        };
        let answer = exchange(&mut stream, &request).await;
        if outcome.note(if keep { "kept" } else { "fresh" }, answer) && keep {
            kept = Some(stream);
        }
    }
    panic!("the server did not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_until_the_end_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("TOKENVUE_SHUTDOWN_DELAY", "300ms"),
        ("TOKENVUE_LOG", "warn,tokenvue=info"),
    ];
    let mut process = Program::serve(folder.path(), &settings).await;
    let outcome = Arc::new(Outcome::default());
    let mut clients = JoinSet::new();
    for number in 0..6 {
        clients.spawn(send_until_refused(
            process.address,
            number % 2 == 0,
            Arc::clone(&outcome),
        ));
    }
    while outcome.answered.load(Ordering::Relaxed) < 50 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    process.terminate();
    assert!(process.ended().await.success());
    clients.join_all().await;
    assert_eq!(*outcome.lost.lock().unwrap(), [""; 0]);
}

/// A server, as a proxy sees it.
struct Backend {
    address: SocketAddr,
    ready: AtomicBool,
}

type Backends = Arc<RwLock<Vec<Arc<Backend>>>>;

/// Watches the readiness of a server as proxies do, with a new connection each time.
async fn watch(backend: Arc<Backend>) {
    let check = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    while let Ok(mut stream) = TcpStream::connect(backend.address).await {
        let answer = exchange(&mut stream, check).await;
        let ready = answer.is_ok_and(|answer| answer.status == 200);
        backend.ready.store(ready, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    backend.ready.store(false, Ordering::SeqCst);
}

/// A worker of a proxy: sends requests to the ready servers in turn.
async fn balance(backends: Backends, keep: bool, outcome: Arc<Outcome>, done: Arc<AtomicBool>) {
    let request = post();
    let mut kept: HashMap<SocketAddr, TcpStream> = HashMap::new();
    for turn in 0..MOST {
        if done.load(Ordering::SeqCst) {
            return;
        }
        let ready: Vec<SocketAddr> = {
            let backends = backends.read().unwrap();
            let ready = backends.iter().filter(|b| b.ready.load(Ordering::SeqCst));
            ready.map(|backend| backend.address).collect()
        };
        let Some(&address) = ready.get(turn % ready.len().max(1)) else {
            outcome
                .lost
                .lock()
                .unwrap()
                .push("no server is ready".to_owned());
            return;
        };
        let stream = match kept.remove(&address) {
            Some(stream) => Ok(stream),
            None => TcpStream::connect(address).await,
        };
        let answered = match stream {
            Ok(mut stream) => {
                let answer = exchange(&mut stream, &request).await;
                outcome
                    .note(&format!("to {address}"), answer)
                    .then_some(stream)
            }
            Err(error) => {
                outcome.note(&format!("to {address}"), Err(error));
                None
            }
        };
        if let Some(stream) = answered.filter(|_| keep) {
            kept.insert(address, stream);
        }
        // Keeps the load low enough for two servers on a small machine.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_behind_a_proxy_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("TOKENVUE_SHUTDOWN_DELAY", "1s"),
        ("TOKENVUE_LOG", "warn,tokenvue=info"),
    ];
    let backends = Backends::default();
    let mut watchers = JoinSet::new();
    let mut start = async || {
        let process = Program::serve(folder.path(), &settings).await;
        let backend = Arc::new(Backend {
            address: process.address,
            ready: AtomicBool::new(false),
        });
        backends.write().unwrap().push(Arc::clone(&backend));
        watchers.spawn(watch(Arc::clone(&backend)));
        (process, backend)
    };
    let until_ready = async |backend: &Backend| {
        while !backend.ready.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut running = [start().await, start().await];
    for (_, backend) in &running {
        until_ready(backend).await;
    }
    let (outcome, done) = (
        Arc::new(Outcome::default()),
        Arc::new(AtomicBool::new(false)),
    );
    let mut clients = JoinSet::new();
    for number in 0..4 {
        let (outcome, done) = (Arc::clone(&outcome), Arc::clone(&done));
        clients.spawn(balance(
            Arc::clone(&backends),
            number % 2 == 0,
            outcome,
            done,
        ));
    }
    for place in &mut running {
        let (mut old, _) = std::mem::replace(place, start().await);
        until_ready(&place.1).await;
        old.terminate();
        assert!(old.ended().await.success());
    }
    done.store(true, Ordering::SeqCst);
    clients.join_all().await;
    assert_eq!(*outcome.lost.lock().unwrap(), [""; 0]);
    assert!(outcome.answered.load(Ordering::Relaxed) > 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_connections_than_the_soft_file_limit_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "ulimit -S -n 200 && exec \"$0\" serve", PROGRAM])
        .env_clear()
        .current_dir(folder.path());
    let mut process = Program::start(command).await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(TcpStream::connect(process.address).await.unwrap());
    }
    let mut other = TcpStream::connect(process.address).await.unwrap();
    let answer = exchange(&mut other, &post()).await.unwrap();
    assert_eq!(answer.status, 200);
    for stream in &silent {
        let closed = stream.try_read(&mut [0]);
        assert_eq!(
            closed.unwrap_err().kind(),
            ErrorKind::WouldBlock,
            "still open"
        );
    }
    drop(silent);
    process.terminate();
    process.terminate();
    assert!(process.ended().await.success());
}
