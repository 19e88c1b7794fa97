//! Connections: their limits, timeouts and shutdown.

mod activity;
mod closing;
mod entrance;
mod handshake;
mod registry;

use self::activity::{Answer, Observed, WaitLimits};
use self::closing::{Lingering, Watched};
use self::entrance::{Accepted, Entrance};
pub use self::entrance::{ConnectionPermit, raise_file_limit};
use crate::config::Config;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The size of a connection's read buffer in bytes, which limits the headers of a request.
const BUFFER: usize = 64 * 1024;
/// How long after the announcement of a shutdown a request or the last packet of a handshake may
/// still arrive: longer than the round trip of a packet around the world.
const IN_FLIGHT: Duration = Duration::from_secs(1);

/// The shutdown of a server: it is announced first, then the server stops listening.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The server is about to stop: each response closes its connection.
    pub leaving: CancellationToken,
    /// The server accepts no more connections; open ones finish their request.
    pub stop: CancellationToken,
}

/// Serves connections until the server stops, then finishes the requests of open connections.
/// Dropping the future closes all connections.
pub async fn serve(listener: TcpListener, routes: Router, config: &Config, ending: Ending) {
    let server = Server {
        routes: routes.with_state(()),
        http: http(),
        patience: config.request_timeout.to_std().unwrap_or_default(),
        limits: WaitLimits {
            headers: config.header_timeout.to_std().unwrap_or_default(),
            idle: config.idle_timeout.to_std().unwrap_or_default(),
        },
        ending,
    };
    let mut entrance = Entrance::new(listener, config);
    let mut open = JoinSet::new();
    loop {
        // Removes finished tasks from the set.
        while open.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = entrance.accept() => accepted,
            () = server.ending.stop.cancelled() => break,
        };
        open.spawn(server.clone().serve(accepted));
    }
    // Serve the requests and handshakes that are in flight when the server stops.
    entrance.stop_handshakes();
    if server.ending.leaving.is_cancelled() {
        let mut handshakes = pin!(sleep(IN_FLIGHT));
        loop {
            let accepted = tokio::select! {
                accepted = entrance.accept() => accepted,
                () = handshakes.as_mut() => break,
            };
            open.spawn(server.clone().serve(accepted));
        }
    }
    for accepted in entrance.close() {
        open.spawn(server.clone().serve(accepted));
    }
    while open.join_next().await.is_some() {}
}

/// Configures HTTP/1.1, the protocol of reverse proxies to their backends.
fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        // `Activity` enforces the timeouts, because idle time has a limit of its own.
        .header_read_timeout(None)
        .max_buf_size(BUFFER);
    http
}

/// The state shared by all connections.
#[derive(Clone)]
struct Server {
    routes: Router,
    http: http1::Builder,
    /// How long a client may stop reading a response, and how long it may keep sending data that is
    /// no longer read.
    patience: Duration,
    limits: WaitLimits,
    ending: Ending,
}

impl Server {
    async fn serve(self, (stream, address, permit): Accepted) {
        // Every write is complete, so Nagle's algorithm would only delay it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "could not set TCP_NODELAY");
        }
        let activity = permit.connection().activity.clone();
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience));
        let stream = Lingering::new(Box::pin(stream), self.patience);
        let stream = Observed::new(stream, activity.clone());
        let service = service_fn(|request| self.answer(request, address, &permit));
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection.with_upgrades());
        let is_over = async {
            tokio::select! {
                () = activity.expire(self.limits) => {}
                () = permit.connection().eviction() => {}
            }
        };
        let mut is_over = pin!(is_over);
        // Serve until the client closes, a timeout, an eviction or the shutdown. On shutdown, a
        // request that is still in flight is completed.
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = is_over.as_mut() => return,
            () = self.last_request(&permit) => {
                connection.as_mut().graceful_shutdown();
                let limits = WaitLimits {
                    headers: self.limits.headers.min(IN_FLIGHT),
                    ..self.limits
                };
                tokio::select! {
                    served = connection => served,
                    () = activity.expire(limits) => return,
                }
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "connection error");
        }
    }

    /// Responds to a request.
    async fn answer(
        &self,
        request: Request<Incoming>,
        address: SocketAddr,
        permit: &ConnectionPermit,
    ) -> Result<Response<Answer<Body>>, Infallible> {
        let activity = &permit.connection().activity;
        let serving = activity.begin();
        let (parts, body) = request.into_parts();
        let (body, progress) = Watched::new(body);
        let mut request = Request::from_parts(parts, Body::new(body));
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(permit.clone());
        let mut answer = self.routes.clone().oneshot(request).await?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            activity.upgrade();
        } else if !progress.is_complete() || self.ending.leaving.is_cancelled() {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        }
        Ok(answer.map(|body| Answer::new(body, serving)))
    }

    /// Waits until the server stops and no request can be in flight on this connection. An
    /// unannounced shutdown has no such grace period, because clients keep sending requests.
    async fn last_request(&self, permit: &ConnectionPermit) {
        self.ending.stop.cancelled().await;
        let waiting_since = permit.connection().activity.waiting_since();
        if let Some(since) = waiting_since.filter(|_| self.ending.leaving.is_cancelled()) {
            sleep(IN_FLIGHT.saturating_sub(since.elapsed())).await;
        }
    }
}
