//! Closing a connection without losing the last response.
//!
//! A server that responds before it has read the whole request has to close the connection (RFC
//! 9112, section 9.3). It announces this, so that the client does not send its next request on a
//! connection that is closing. It closes in stages: an operating system that closes a connection
//! with unread bytes resets it, and the client loses the response (section 9.6).

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may be silent before it is assumed to send nothing more.
const SILENCE: Duration = Duration::from_secs(2);

/// Whether a request has been read completely.
#[derive(Clone)]
pub struct Progress(Arc<AtomicBool>);

impl Progress {
    pub fn is_complete(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A request body that records whether it was read completely.
pub struct Watched {
    body: Incoming,
    progress: Progress,
}

impl Watched {
    pub fn new(body: Incoming) -> (Self, Progress) {
        let progress = Progress(Arc::new(AtomicBool::new(body.is_end_stream())));
        let watched = Self {
            body,
            progress: progress.clone(),
        };
        (watched, progress)
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.progress.0.store(true, Ordering::Release);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that, once shut down, discards what the peer still sends, until the peer closes or
/// falls silent, but no longer than a given time.
pub struct Lingering<S> {
    stream: S,
    longest: Duration,
    ending: Option<Ending>,
}

struct Ending {
    silent: Pin<Box<Sleep>>,
    deadline: Instant,
}

impl<S> Lingering<S> {
    pub fn new(stream: S, longest: Duration) -> Self {
        Self {
            stream,
            longest,
            ending: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self {
            stream,
            longest,
            ending,
        } = self.get_mut();
        let ending = match ending {
            Some(ending) => ending,
            None => {
                ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
                let deadline = Instant::now() + *longest;
                let silent = Box::pin(sleep_until(deadline.min(Instant::now() + SILENCE)));
                ending.insert(Ending { silent, deadline })
            }
        };
        let mut scrap = [0; 8 * 1024];
        while ending.silent.as_mut().poll(context).is_pending() {
            let mut scrap = ReadBuf::new(&mut scrap);
            let read = ready!(Pin::new(&mut *stream).poll_read(context, &mut scrap));
            // The peer has closed: it has received the response or never will.
            if read.is_err() || scrap.filled().is_empty() {
                break;
            }
            let silent_until = ending.deadline.min(Instant::now() + SILENCE);
            ending.silent.as_mut().reset(silent_until);
        }
        Poll::Ready(Ok(()))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
