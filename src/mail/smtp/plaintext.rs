//! A connection before encryption. Plaintext bytes that a server or an attacker on the network
//! sends before the handshake must not be used after it (RFC 3207, section 6): lettre would read
//! them from its buffer as replies to later commands. Therefore, the reply to STARTTLS is read
//! separately here, and a server that sends more before the handshake is rejected.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The command as lettre writes it, in one write.
const STARTTLS: &[u8] = b"STARTTLS\r\n";

/// A connection that STARTTLS may be sent on.
#[derive(Debug)]
pub(super) struct Plaintext {
    stream: TcpStream,
    /// The reply to STARTTLS so far; `None` if no reply is expected.
    answer: Option<Vec<u8>>,
}

impl Plaintext {
    pub(super) fn new(stream: TcpStream) -> Plaintext {
        let answer = None;
        Plaintext { stream, answer }
    }

    /// Records bytes that were read.
    ///
    /// # Errors
    /// `InvalidData` if there is more than the reply to STARTTLS.
    fn note(&mut self, read: &[u8]) -> io::Result<()> {
        let Some(answer) = &mut self.answer else {
            return Ok(());
        };
        answer.extend_from_slice(read);
        match end_of_reply(answer) {
            None => Ok(()),
            Some(end) if end == answer.len() => {
                self.answer = None;
                Ok(())
            }
            Some(_) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "more than the answer to STARTTLS came unencrypted",
            )),
        }
    }
}

/// Returns the end of a reply: after the first line whose code is not followed by `-` (RFC 5321,
/// 4.2.1).
fn end_of_reply(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    loop {
        let length = bytes[start..].iter().position(|b| *b == b'\n')? + 1;
        let line = &bytes[start..start + length];
        start += length;
        if line.get(3) != Some(&b'-') {
            return Some(start);
        }
    }
}

impl AsyncRead for Plaintext {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        Poll::Ready(self.note(&buf.filled()[before..]))
    }
}

impl AsyncWrite for Plaintext {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if buf == STARTTLS {
            self.answer = Some(Vec::new());
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Plaintext {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_with_its_last_line() {
        assert_eq!(end_of_reply(b""), None);
        assert_eq!(end_of_reply(b"220 Ready"), None);
        assert_eq!(end_of_reply(b"220 Ready\r\n"), Some(11));
        assert_eq!(end_of_reply(b"220-Ready\r\n220"), None);
        assert_eq!(end_of_reply(b"220-Ready\r\n220 now\r\n250 x\r\n"), Some(20));
        assert_eq!(end_of_reply(b"220\r\n"), Some(5));
    }
}
