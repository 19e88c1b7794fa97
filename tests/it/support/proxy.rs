//! A way to PostgreSQL on which a test decides what becomes of each message.

use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of what a client has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Passes,
    /// It is lost, and its connection ends.
    Lost,
    /// It is done, but its answer is lost, and its connection ends.
    AnswerLost,
}

/// Decides about messages.
pub trait Judge: Send + Sync + 'static {
    fn fate(&self, messages: &[u8]) -> Fate;

    /// Called once something is done whose answer is lost, before its connection ends.
    fn done(&self) {}
}

/// Passes everything that `judge` lets pass on to `upstream`, HOST:PORT, for as long as the test's
/// runtime lasts. Gives the port to connect to.
pub async fn start(upstream: String, judge: Arc<impl Judge>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&upstream).await.unwrap();
            tokio::spawn(pass(client, server, judge.clone()));
        }
    });
    port
}

/// Passes bytes both ways until one side closes.
async fn pass(mut client: TcpStream, mut server: TcpStream, judge: Arc<impl Judge>) {
    let (mut up, mut down) = (vec![0; 256 * 1024], vec![0; 256 * 1024]);
    loop {
        let passed = tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                let fate = judge.fate(&up[..count]);
                if fate == Fate::Lost {
                    return;
                }
                let passed = server.write_all(&up[..count]).await;
                if fate == Fate::AnswerLost {
                    // An answer means that it is done.
                    let _ = server.read(&mut down).await;
                    judge.done();
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
