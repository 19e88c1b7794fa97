//! Connections: how many are open at once, how long they may dawdle, and how they end.

mod closing;

use self::closing::{Lingering, Watched};
use crate::config::Config;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// What a connection may hold in memory of what it reads, the headers of a request included.
const BUFFER: usize = 64 * 1024;
/// How often it is logged that no connection is free.
const REMINDER: Duration = Duration::from_secs(60);

/// The place of one connection among those that may be open. Requests carry it, so that whoever
/// takes the connection over from HTTP keeps it.
#[derive(Clone)]
pub struct Place {
    _taken: Arc<Taken>,
}

struct Taken {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        metrics::gauge!("tokenvue_http_connections").decrement(1.0);
    }
}

/// Serves connections until `stop` is cancelled; then takes no more of them, lets the open ones
/// finish their request, and returns. Those that are open when it is dropped are cut off.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    config: &Config,
    stop: CancellationToken,
) {
    let server = Server {
        routes: routes.with_state(()),
        http: http(config),
        patience: config.request_timeout.to_std().unwrap_or_default(),
        stop,
    };
    let mut entrance = Entrance::new(listener, config.max_connections);
    let mut open = JoinSet::new();
    loop {
        // The set only has to be emptied of what has ended.
        while open.try_join_next().is_some() {}
        let (stream, address, place) = tokio::select! {
            accepted = entrance.accept() => accepted,
            () = server.stop.cancelled() => break,
        };
        open.spawn(server.clone().serve(stream, address, place));
    }
    drop(entrance);
    while open.join_next().await.is_some() {}
}

/// How HTTP is spoken: version 1, which is what proxies speak to what stands behind them.
fn http(config: &Config) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout.to_std().unwrap_or_default())
        .max_buf_size(BUFFER);
    http
}

/// Lets in as many connections as may be open. Further ones wait in the operating system's queue:
/// refusing them would only make clients come again at once.
struct Entrance {
    listener: TcpListener,
    places: Arc<Semaphore>,
    reminded: Option<Instant>,
}

impl Entrance {
    fn new(listener: TcpListener, places: u32) -> Self {
        let places = usize::try_from(places).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            listener,
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            reminded: None,
        }
    }

    /// Waits for a place, and then for a connection to take it. Cancel safe.
    async fn accept(&mut self) -> (TcpStream, SocketAddr, Place) {
        let permit = match self.places.clone().try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                self.remind();
                self.places.clone().acquire_owned().await.ok()
            }
        };
        // The trait's way outlives errors, such as having no file descriptor left.
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        metrics::gauge!("tokenvue_http_connections").increment(1.0);
        let _taken = Arc::new(Taken { _permit: permit });
        (stream, address, Place { _taken })
    }

    fn remind(&mut self) {
        metrics::counter!("tokenvue_http_connections_full_total").increment(1);
        if self.reminded.is_none_or(|at| at.elapsed() >= REMINDER) {
            self.reminded = Some(Instant::now());
            tracing::warn!(
                "as many connections are open as TOKENVUE_MAX_CONNECTIONS allows: new ones wait"
            );
        }
    }
}

/// What every connection is served with.
#[derive(Clone)]
struct Server {
    routes: Router,
    http: http1::Builder,
    /// How long a client may read nothing of what it is being sent, and may go on sending what is
    /// read no more.
    patience: Duration,
    stop: CancellationToken,
}

impl Server {
    async fn serve(self, stream: TcpStream, address: SocketAddr, place: Place) {
        // What is written is complete; waiting for more would only delay it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience));
        let stream = Lingering::new(Box::pin(stream), self.patience);
        let service = service_fn(|request: Request<Incoming>| {
            let (parts, body) = request.into_parts();
            let (body, progress) = Watched::new(body);
            let mut request = Request::from_parts(parts, Body::new(body));
            request.extensions_mut().insert(ConnectInfo(address));
            request.extensions_mut().insert(place.clone());
            let answering = self.routes.clone().oneshot(request);
            async move {
                let mut answer = answering.await?;
                if !progress.is_complete() {
                    let close = HeaderValue::from_static("close");
                    answer.headers_mut().insert(header::CONNECTION, close);
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection.with_upgrades());
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a connection broke");
        }
    }
}
