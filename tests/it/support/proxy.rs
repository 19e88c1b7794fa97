//! A proxy for PostgreSQL on which a test decides what happens to each message.

use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to the messages of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Passes,
    /// They are lost, and the connection ends.
    Lost,
    /// They are processed, but the response is lost, and the connection ends.
    AnswerLost,
}

/// Decides what happens to messages.
pub trait Judge: Send + Sync + 'static {
    fn fate(&self, messages: &[u8]) -> Fate;

    /// Called when messages whose response is lost were processed, before the connection ends.
    fn done(&self) {}
}

/// Forwards the messages that `judge` lets pass to `upstream` (HOST:PORT), as long as the test's
/// runtime. Returns the port.
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

/// Forwards bytes in both directions until one side closes.
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
                    // A response means that the messages were processed.
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
