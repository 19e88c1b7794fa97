//! A way to PostgreSQL that kills the program which uses it, after a statement of the test's choice.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A proxy before PostgreSQL. It lasts as long as the test's runtime.
pub struct Fuse {
    pub port: u16,
    state: Arc<State>,
}

struct State {
    /// Statements until the end; far below zero while nothing is to end.
    left: AtomicI64,
    victim: AtomicU32,
}

impl Fuse {
    /// Passes everything on to `upstream`, HOST:PORT.
    pub async fn before(upstream: String) -> Fuse {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            left: AtomicI64::new(i64::MIN / 2),
            victim: AtomicU32::new(0),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&upstream).await.unwrap();
                tokio::spawn(pass(client, server, shared.clone()));
            }
        });
        Fuse { port, state }
    }

    /// Kills a process once `statements` of it have been answered, before it hears the last answer.
    pub fn arm(&self, process: u32, statements: i64) {
        self.state.victim.store(process, Ordering::SeqCst);
        self.state.left.store(statements, Ordering::SeqCst);
    }

    /// Kills nothing any more.
    pub fn disarm(&self) {
        self.state.left.store(i64::MIN / 2, Ordering::SeqCst);
    }
}

/// Whether a statement is run by one of these messages, each a letter and its length: `Query`, or
/// `Bind`, which `Execute` follows.
fn runs(mut messages: &[u8]) -> bool {
    while let [kind, a, b, c, d, ..] = messages {
        if matches!(kind, b'Q' | b'B') {
            return true;
        }
        let length = u32::from_be_bytes([*a, *b, *c, *d]);
        let next = usize::try_from(length)
            .ok()
            .and_then(|length| messages.get(1 + length..));
        messages = next.unwrap_or_default();
    }
    false
}

/// Passes bytes both ways until one side closes.
async fn pass(mut client: TcpStream, mut server: TcpStream, state: Arc<State>) {
    let (mut up, mut down) = (vec![0; 256 * 1024], vec![0; 256 * 1024]);
    loop {
        let passed = tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                let last = runs(&up[..count]) && state.left.fetch_sub(1, Ordering::SeqCst) == 1;
                let passed = server.write_all(&up[..count]).await;
                if last {
                    // An answer means that it is done.
                    let _ = server.read(&mut down).await;
                    let victim = state.victim.load(Ordering::SeqCst).to_string();
                    let killed = Command::new("kill").args(["-KILL", &victim]).status();
                    assert!(killed.unwrap().success());
                    return;
                }
                passed
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                client.write_all(&down[..count]).await
            }
        };
        if passed.is_err() {
            return;
        }
    }
}
