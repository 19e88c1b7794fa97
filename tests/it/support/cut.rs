//! A way to PostgreSQL that breaks at the worst moment: when a transaction has been committed and
//! nobody has been told, or in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The text of the message by which sqlx commits.
const COMMIT: &[u8] = b"COMMIT\0";

/// A proxy before PostgreSQL. It lasts as long as the test's runtime.
pub struct Cut {
    pub port: u16,
    next_commit: Arc<AtomicBool>,
    /// How many more messages are passed on before a connection breaks; none where negative.
    countdown: Arc<AtomicI64>,
}

impl Cut {
    /// Passes everything on to `upstream`, HOST:PORT.
    pub async fn before(upstream: String) -> Cut {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let next_commit = Arc::new(AtomicBool::new(false));
        let countdown = Arc::new(AtomicI64::new(-1));
        let (armed, left) = (next_commit.clone(), countdown.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&upstream).await.unwrap();
                tokio::spawn(pass(client, server, armed.clone(), left.clone()));
            }
        });
        Cut {
            port,
            next_commit,
            countdown,
        }
    }

    /// Breaks the connection of the message that comes after so many others, and loses the message.
    #[allow(dead_code, reason = "for tests/model")]
    pub fn after_messages(&self, count: u16) {
        self.countdown.store(i64::from(count), Ordering::SeqCst);
    }

    /// Breaks nothing more.
    #[allow(dead_code, reason = "for tests/model")]
    pub fn heal(&self) {
        self.next_commit.store(false, Ordering::SeqCst);
        self.countdown.store(-1, Ordering::SeqCst);
    }

    /// Swallows the answer to the next commit, and breaks its connection.
    pub fn at_next_commit(&self) {
        self.next_commit.store(true, Ordering::SeqCst);
    }

    /// Whether that has happened.
    pub fn is_done(&self) -> bool {
        !self.next_commit.load(Ordering::SeqCst)
    }
}

/// Passes bytes both ways until one side closes.
async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    armed: Arc<AtomicBool>,
    countdown: Arc<AtomicI64>,
) {
    let (mut up, mut down) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let passed = tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                if countdown.fetch_sub(1, Ordering::SeqCst) == 0 {
                    return;
                }
                let commits = up[..count].windows(COMMIT.len()).any(|part| part == COMMIT);
                let cut = commits && armed.swap(false, Ordering::SeqCst);
                let passed = server.write_all(&up[..count]).await;
                if cut {
                    // Its answer means that it is done.
                    let _ = server.read(&mut down).await;
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
