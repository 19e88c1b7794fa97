//! How many connections are open at once, and which make room for others.

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

/// How often a limit that has been reached is logged.
const REMINDER: Duration = Duration::from_secs(60);
/// How often those that wait are asked for room while there is none.
const PAUSE: Duration = Duration::from_millis(50);
/// File descriptors that other things need: the database's connections apart, files, timers, mail.
const RESERVED_FILES: u64 = 64;
/// File descriptors of one connection to the database: SQLite has a file, its log and its index.
const FILES_PER_DATABASE_CONNECTION: u64 = 3;

/// The right of a connection to be open. Requests carry it, so that what takes the connection over
/// from HTTP keeps it.
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

/// A connection that has been accepted, and where it comes from.
pub type Accepted = (TcpStream, SocketAddr, ConnectionPermit);

/// Lets in as many connections as may be open. Beyond that, connections that only wait for their
/// client make room; where there are none, further ones wait in the operating system's queue:
/// refusing them would only make clients come again at once.
pub struct Entrance {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    registry: Arc<Registry>,
    /// Accepted, but without a permit yet.
    pending: Option<(TcpStream, SocketAddr, Registration)>,
    full: Reminder,
    refused: Reminder,
}

impl Entrance {
    pub fn new(listener: TcpListener, config: &Config) -> Self {
        let most = most_connections(config);
        // However low the limit of all, one client does not get more than half.
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

    /// Waits for a connection, and then for room. Cancel safe.
    pub async fn accept(&mut self) -> Accepted {
        loop {
            if self.pending.is_none() {
                // The trait's way outlives errors, such as having no file descriptor left.
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
                "a network has as many connections as TOKENVUE_MAX_CONNECTIONS_PER_ADDRESS allows: \
                 new ones are refused. If it is a reverse proxy's, name it in TOKENVUE_TRUSTED_PROXIES"
            );
        }
    }

    /// A permit; `None` once there are none any more.
    async fn permit(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Some(permit);
        }
        metrics::counter!("tokenvue_http_connections_full_total").increment(1);
        if self.full.is_due() {
            tracing::warn!(
                "as many connections are open as TOKENVUE_MAX_CONNECTIONS and the limit of open \
                 files allow: those that wait make room for new ones"
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

    /// Takes on no more connections than those that clients are opening just now.
    pub fn stop_handshakes(&self) {
        if let Err(error) = super::handshake::stop(&self.listener) {
            tracing::debug!(%error, "connections may be reset that come in the last moment");
        }
    }

    /// Stops listening; gives the connections that the operating system has accepted by then. They
    /// are no longer counted.
    pub fn close(self) -> Vec<Accepted> {
        let uncounted = |(stream, address, registration)| {
            let held = Held {
                registration,
                _permit: None,
            };
            (stream, address, ConnectionPermit(Arc::new(held)))
        };
        let mut accepted: Vec<Accepted> = self.pending.into_iter().map(uncounted).collect();
        // The runtime may not have noticed yet what is in the queue.
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

/// How many connections may be open, by the settings and by the limit of open files.
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

/// Raises the limit of open files to the most that the operating system lets this process have.
/// Many systems start processes with room for 1,024, and raise it for those that ask.
pub fn raise_file_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// Says when it is time to log something once more.
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
