//! A proxy for PostgreSQL that holds back bytes without closing connections, or garbles them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Default)]
struct State {
    /// Whether all connections are frozen.
    is_frozen: bool,
    /// Connections with a lower number are frozen.
    first_open: u64,
    /// The number of connections opened.
    opened: u64,
}

/// A proxy for PostgreSQL. It runs as long as the test's runtime.
pub struct NetworkProxy {
    pub port: u16,
    state: watch::Sender<State>,
    garbles: Arc<AtomicBool>,
    held: Arc<AtomicU64>,
}

impl NetworkProxy {
    /// Starts a proxy that forwards to `upstream` (HOST:PORT).
    pub async fn before(upstream: String) -> NetworkProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = watch::Sender::new(State::default());
        let garbles = Arc::new(AtomicBool::new(false));
        let held = Arc::new(AtomicU64::new(0));
        let (shared, garbled, holding) = (state.clone(), garbles.clone(), held.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&upstream).await.unwrap();
                let mut number = 0;
                shared.send_modify(|state| {
                    number = state.opened;
                    state.opened += 1;
                });
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let never = Arc::new(AtomicBool::new(false));
                let passage = |garbles| Passage {
                    number,
                    state: shared.subscribe(),
                    garbles,
                    held: holding.clone(),
                };
                tokio::spawn(passage(never).pass(from_client, to_server));
                tokio::spawn(passage(garbled.clone()).pass(from_server, to_client));
            }
        });
        NetworkProxy {
            port,
            state,
            garbles,
            held,
        }
    }

    /// Returns the number of messages that were held back.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::SeqCst)
    }

    /// Forwards nothing, as if the server were stopped.
    pub fn freeze(&self) {
        self.state.send_modify(|state| state.is_frozen = true);
    }

    /// Forwards the messages held back.
    pub fn thaw(&self) {
        self.state.send_modify(|state| state.is_frozen = false);
    }

    /// Freezes all open connections, as a firewall that forgets them, without telling either side.
    pub fn forget_open(&self) {
        self.state
            .send_modify(|state| state.first_open = state.opened);
    }

    /// Garbles the server's next message.
    pub fn garble_next(&self) {
        self.garbles.store(true, Ordering::SeqCst);
    }

    /// Returns whether a message was garbled.
    pub fn has_garbled(&self) -> bool {
        !self.garbles.load(Ordering::SeqCst)
    }
}

/// One direction of a connection.
struct Passage {
    number: u64,
    state: watch::Receiver<State>,
    garbles: Arc<AtomicBool>,
    held: Arc<AtomicU64>,
}

impl Passage {
    async fn pass(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let number = self.number;
        let may_pass = move |state: &State| !state.is_frozen && number >= state.first_open;
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            if !may_pass(&self.state.borrow()) {
                self.held.fetch_add(1, Ordering::SeqCst);
            }
            if self.state.wait_for(may_pass).await.is_err() {
                return;
            }
            if self.garbles.swap(false, Ordering::SeqCst) {
                // No message begins with this byte.
                bytes[0] = b'?';
            }
            if to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
        // While frozen, the end of a connection is not forwarded either.
        let _ = self.state.wait_for(may_pass).await;
    }
}
