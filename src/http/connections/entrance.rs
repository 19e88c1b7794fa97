//! Accepting connections: limits and eviction.

use super::registry::{Connection, Registration, Registry};
use crate::config::Config;
use axum::serve::Listener;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// The minimum interval between two log messages about a reached limit.
const REMINDER: Duration = Duration::from_secs(60);
/// The interval between two evictions while the limit is reached.
const PAUSE: Duration = Duration::from_millis(50);
/// File descriptors reserved for files, timers and mail. Database connections are counted
/// separately.
const RESERVED_FILES: u64 = 64;
/// File descriptors per database connection: SQLite uses the database file, its write-ahead log and
/// its index.
const FILES_PER_DATABASE_CONNECTION: u64 = 3;

/// The permit of an open connection. It is attached to requests, so that an upgraded connection
/// keeps it.
#[derive(Clone, Debug)]
pub struct ConnectionPermit(Arc<Held>);

#[derive(Debug)]
struct Held {
    registration: Registration,
    _permit: Option<OwnedSemaphorePermit>,
}

impl ConnectionPermit {
    pub fn connection(&self) -> &Connection {
        &self.0.registration.connection
    }
}

/// An accepted connection and the address of its peer.
pub type Accepted = (TcpStream, SocketAddr, ConnectionPermit);

/// Accepts connections up to a limit. At the limit, idle connections are closed to make room. If
/// there are none, further connections wait in the operating system's queue: refusing them would
/// only make clients retry immediately.
pub struct Entrance {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    registry: Arc<Registry>,
    /// A connection that was accepted but has no permit yet.
    pending: Option<(TcpStream, SocketAddr, Registration)>,
    full: Reminder,
    refused: Reminder,
}

impl Entrance {
    pub fn new(listener: TcpListener, config: &Config) -> Self {
        let most = most_connections(config);
        // A single client never gets more than half of all connections.
        let limit = usize::try_from(config.max_connections_per_address).unwrap_or(usize::MAX);
        let limit = limit.min(most.div_ceil(2));
        Self {
            listener,
            permits: Arc::new(Semaphore::new(most)),
            registry: Registry::new(limit, config.trusted_proxies.clone()),
            pending: None,
            full: Reminder::default(),
            refused: Reminder::default(),
        }
    }

    /// Waits for a connection and then for a permit. Cancel safe.
    pub async fn accept(&mut self) -> Accepted {
        loop {
            if self.pending.is_none() {
                // Unlike the inherent method, the trait's method retries on errors such as a lack
                // of file descriptors.
                let (stream, address) = Listener::accept(&mut self.listener).await;
                self.pending = self.register(stream, address);
            }
            if self.pending.is_none() {
                continue;
            }
            let permit = self.permit().await;
            if let Some((stream, address, registration)) = self.pending.take() {
                registration.admit();
                let held = Held {
                    registration,
                    _permit: permit,
                };
                return (stream, address, ConnectionPermit(Arc::new(held)));
            }
        }
    }

    fn register(
        &mut self,
        stream: TcpStream,
        address: SocketAddr,
    ) -> Option<(TcpStream, SocketAddr, Registration)> {
        match self.registry.register(address.ip()) {
            Ok(registration) => Some((stream, address, registration)),
            Err(network) => {
                self.refuse(network);
                None
            }
        }
    }

    fn refuse(&mut self, network: IpNet) {
        metrics::counter!("tokenvue_http_connections_refused_total").increment(1);
        if self.refused.is_due() {
            tracing::warn!(
                %network,
                "a network has reached TOKENVUE_MAX_CONNECTIONS_PER_ADDRESS: its new connections are \
                 refused. If it is a reverse proxy, add it to TOKENVUE_TRUSTED_PROXIES"
            );
        }
    }

    /// Waits for a permit. Returns `None` if the semaphore is closed.
    async fn permit(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Some(permit);
        }
        metrics::counter!("tokenvue_http_connections_full_total").increment(1);
        if self.full.is_due() {
            tracing::warn!(
                "the connection limit is reached (TOKENVUE_MAX_CONNECTIONS or the limit of open files): \
                 idle connections are closed to make room for new ones"
            );
        }
        loop {
            self.registry.evict_oldest();
            let permit = timeout(PAUSE, self.permits.clone().acquire_owned()).await;
            if let Ok(permit) = permit {
                return permit.ok();
            }
        }
    }

    /// Stops accepting handshakes, except those in progress.
    pub fn stop_handshakes(&self) {
        if let Err(error) = super::handshake::stop(&self.listener) {
            tracing::debug!(%error, "connections that arrive during shutdown may be reset");
        }
    }

    /// Stops listening and returns the connections that the operating system has accepted so far.
    /// They are not counted.
    pub fn close(self) -> Vec<Accepted> {
        let uncounted = |(stream, address, registration)| {
            let held = Held {
                registration,
                _permit: None,
            };
            (stream, address, ConnectionPermit(Arc::new(held)))
        };
        let mut accepted: Vec<Accepted> = self.pending.into_iter().map(uncounted).collect();
        // The runtime may not have seen all connections in the queue.
        let Ok(listener) = self.listener.into_std() else {
            return accepted;
        };
        while let Ok((stream, address)) = listener.accept() {
            let registered = self.registry.register(address.ip()).ok();
            let stream = stream
                .set_nonblocking(true)
                .and_then(|()| TcpStream::from_std(stream));
            if let (Some(registration), Ok(stream)) = (registered, stream) {
                accepted.push(uncounted((stream, address, registration)));
            }
        }
        drop(listener);
        accepted
    }
}

/// Returns the maximum number of open connections, by the settings and the limit of open files.
fn most_connections(config: &Config) -> usize {
    let wanted = u64::from(config.max_connections);
    let database = u64::from(config.database_connections) * FILES_PER_DATABASE_CONNECTION;
    let most = match rlimit::getrlimit(rlimit::Resource::NOFILE) {
        Ok((files, _)) => wanted.min(files.saturating_sub(RESERVED_FILES + database).max(1)),
        Err(_) => wanted,
    };
    if most < wanted {
        tracing::warn!(
            most,
            "the limit of open files (ulimit -n) allows fewer connections than \
             TOKENVUE_MAX_CONNECTIONS"
        );
    }
    usize::try_from(most).map_or(Semaphore::MAX_PERMITS, |most| {
        most.min(Semaphore::MAX_PERMITS)
    })
}

/// Raises the limit of open files to the maximum allowed for this process. Many systems start
/// processes with a limit of 1,024 that they may raise.
pub fn raise_file_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "could not raise the limit of open files");
    }
}

/// Limits how often a message is logged.
#[derive(Debug, Default)]
struct Reminder(Option<Instant>);

impl Reminder {
    fn is_due(&mut self) -> bool {
        let is_due = self.0.is_none_or(|at| at.elapsed() >= REMINDER);
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}
