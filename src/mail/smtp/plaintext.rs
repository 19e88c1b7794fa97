//! A connection that is not encrypted yet. What a server, or somebody on the way, sends before the
//! encryption must not count after it (RFC 3207, section 6): lettre would read such bytes from its
//! buffer as answers to what it sends later. So the answer to STARTTLS is read alone here, and a
//! server that sends more than that before the handshake is not used.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The command as lettre writes it, in one piece.
const STARTTLS: &[u8] = b"STARTTLS\r\n";

/// A connection on which STARTTLS may be asked for.
#[derive(Debug)]
pub(super) struct Plaintext {
    stream: TcpStream,
    /// What has been read of the answer to STARTTLS, from the command to the end of the answer.
    answer: Option<Vec<u8>>,
}

impl Plaintext {
    pub(super) fn new(stream: TcpStream) -> Plaintext {
        let answer = None;
        Plaintext { stream, answer }
    }

    /// Takes note of bytes that were read.
    ///
    /// # Errors
    /// `InvalidData` where more came than the answer to STARTTLS.
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

/// Where a reply ends: after the first line whose code is not followed by `-` (RFC 5321, 4.2.1).
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
