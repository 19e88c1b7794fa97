//! The activity of a connection, which determines its timeouts and the order of eviction.

use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep_until};

/// The timeouts of a connection.
#[derive(Clone, Copy, Debug)]
pub struct WaitLimits {
    /// For receiving the headers of a request: from the start of the connection, or from the first
    /// byte of a later request.
    pub headers: Duration,
    /// For the first byte of a later request.
    pub idle: Duration,
}

/// The current phase of a connection and its start. Clones share their state.
#[derive(Clone, Debug)]
pub struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// The number of requests begun.
    requests: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waiting for the headers of a request or the rest of them.
    Headers,
    /// Processing a request.
    Serving,
    /// Waiting for the next request.
    Idle,
    /// Upgraded to another protocol, which has limits of its own.
    Upgraded,
}

impl Activity {
    /// Returns the activity of a new connection.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            phase: Phase::Headers,
            since: Instant::now(),
            requests: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that bytes were received.
    fn receive(&self) {
        let mut state = self.state();
        if state.phase == Phase::Idle {
            state.phase = Phase::Headers;
            state.since = Instant::now();
        }
    }

    /// Records that the headers of a request are complete. The request lasts until the guard is
    /// dropped.
    pub fn begin(&self) -> Serving {
        let mut state = self.state();
        state.phase = Phase::Serving;
        state.requests += 1;
        Serving {
            activity: self.clone(),
            request: state.requests,
        }
    }

    /// Records that the connection was upgraded to another protocol.
    pub fn upgrade(&self) {
        self.state().phase = Phase::Upgraded;
    }

    /// Returns since when the server has been waiting for the client; `None` if the client is
    /// waiting for the server.
    pub fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        match state.phase {
            Phase::Headers | Phase::Idle => Some(state.since),
            Phase::Serving | Phase::Upgraded => None,
        }
    }

    /// Returns when the current wait for the client times out.
    fn deadline(&self, limits: WaitLimits) -> Option<Instant> {
        let state = self.state();
        match state.phase {
            Phase::Headers => Some(state.since + limits.headers),
            Phase::Idle => Some(state.since + limits.idle),
            Phase::Serving | Phase::Upgraded => None,
        }
    }

    /// Completes when a wait for the client times out.
    pub async fn expire(&self, limits: WaitLimits) {
        loop {
            let now = Instant::now();
            // A request that begins in the meantime has at least this long.
            let next_look = now + limits.headers;
            let wake = match self.deadline(limits) {
                Some(deadline) if deadline <= now => return,
                Some(deadline) => deadline.min(next_look),
                None => next_look,
            };
            sleep_until(wake).await;
        }
    }
}

/// A guard for a request in progress.
#[derive(Debug)]
pub struct Serving {
    activity: Activity,
    request: u64,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        if state.phase == Phase::Serving && state.requests == self.request {
            state.phase = Phase::Idle;
            state.since = Instant::now();
        }
    }
}

/// A response body that ends the request when it is dropped.
pub struct Answer<B> {
    body: B,
    _serving: Serving,
}

impl<B> Answer<B> {
    pub fn new(body: B, serving: Serving) -> Self {
        Self {
            body,
            _serving: serving,
        }
    }
}

impl<B: Body + Unpin> Body for Answer<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that records received bytes in the activity.
pub struct Observed<S> {
    stream: S,
    activity: Activity,
}

impl<S> Observed<S> {
    pub fn new(stream: S, activity: Activity) -> Self {
        Self { stream, activity }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Observed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.activity.receive();
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Observed<S> {
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

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: WaitLimits = WaitLimits {
        headers: Duration::from_secs(10),
        idle: Duration::from_secs(75),
    };

    /// Returns the remaining time of the current wait, in seconds.
    fn left(activity: &Activity) -> Option<u64> {
        let deadline = activity.deadline(LIMITS)?;
        Some((deadline - Instant::now()).as_secs_f64().round() as u64)
    }

    /// Advances the time for one connection.
    fn pass(activity: &Activity, seconds: u64) {
        activity.state().since -= Duration::from_secs(seconds);
    }

    #[test]
    fn headers_and_idle_time_have_separate_limits() {
        let activity = Activity::new();
        activity.receive();
        pass(&activity, 4);
        activity.receive();
        assert_eq!(left(&activity), Some(6), "from the start");
        let serving = activity.begin();
        pass(&activity, 100);
        assert_eq!(left(&activity), None);
        assert_eq!(activity.waiting_since(), None);
        drop(serving);
        assert_eq!(left(&activity), Some(75));
        pass(&activity, 70);
        activity.receive();
        assert_eq!(left(&activity), Some(10), "from the first byte");
    }

    #[test]
    fn late_end_of_a_response_keeps_the_next_request() {
        let activity = Activity::new();
        let first = activity.begin();
        let second = activity.begin();
        drop(first);
        assert_eq!(left(&activity), None);
        drop(second);
        assert_eq!(left(&activity), Some(75));
    }

    #[test]
    fn upgraded_connections_do_not_time_out() {
        let activity = Activity::new();
        let serving = activity.begin();
        activity.upgrade();
        drop(serving);
        assert_eq!(left(&activity), None);
    }

    #[tokio::test]
    async fn only_waiting_connections_time_out() {
        let activity = Activity::new();
        pass(&activity, 11);
        let serving = activity.begin();
        let on_time = tokio::time::timeout(Duration::from_millis(20), activity.expire(LIMITS));
        assert!(on_time.await.is_err());
        drop(serving);
        pass(&activity, 76);
        activity.expire(LIMITS).await;
    }
}
