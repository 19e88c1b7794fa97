//! The registry of open connections. It limits the connections per network and evicts idle ones.

use super::activity::Activity;
use crate::network;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// One in this many connections is evicted at a time, because finding the oldest is not free.
const SHARE: usize = 64;

/// The open connections of a server.
#[derive(Debug)]
pub struct Registry {
    /// The maximum number of connections per network, except for proxies.
    limit: usize,
    proxies: Vec<IpNet>,
    next_id: AtomicU64,
    open: Mutex<HashMap<IpNet, HashMap<u64, Connection>>>,
}

/// An open connection.
#[derive(Clone, Debug)]
pub struct Connection {
    pub activity: Activity,
    /// Whether the connection has a permit. Evicting one that is still waiting frees none.
    admitted: Arc<AtomicBool>,
    /// Notified when the connection is evicted.
    evicted: Arc<Notify>,
}

impl Connection {
    /// Waits until the connection is evicted.
    pub async fn eviction(&self) {
        self.evicted.notified().await;
    }
}

impl Registry {
    /// Creates a registry that allows `limit` connections per network. Trusted proxies and this
    /// machine, which may run proxies, are exempt: their connections belong to many clients.
    pub fn new(limit: usize, proxies: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self {
            limit,
            proxies,
            next_id: AtomicU64::new(0),
            open: Mutex::default(),
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpNet, HashMap<u64, Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a connection. If its network has reached the limit, evicts the longest-idle
    /// connection of the network.
    ///
    /// # Errors
    /// The network, if it has reached the limit and none of its connections is idle.
    pub fn register(self: &Arc<Self>, address: IpAddr) -> Result<Registration, IpNet> {
        let network = network::of(address);
        let mut open = self.open();
        let of_network = open.entry(network).or_default();
        if of_network.len() >= self.limit && !self.is_exempt(address) {
            let oldest = oldest(of_network.iter(), 1).pop().ok_or(network)?;
            if let Some(connection) = of_network.remove(&oldest) {
                connection.evicted.notify_one();
            }
        }
        let connection = Connection {
            activity: Activity::new(),
            admitted: Arc::default(),
            evicted: Arc::default(),
        };
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        of_network.insert(id, connection.clone());
        drop(open);
        metrics::gauge!("tokenvue_http_connections").increment(1.0);
        Ok(Registration {
            registry: Arc::clone(self),
            connection,
            network,
            id,
        })
    }

    fn is_exempt(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.proxies.iter().any(|proxy| proxy.contains(&address))
    }

    /// Evicts the longest-idle connections.
    pub fn evict_oldest(&self) {
        let open = self.open();
        let admitted = |connection: &Connection| connection.admitted.load(Ordering::Relaxed);
        let all = || {
            open.values()
                .flatten()
                .filter(|(_, connection)| admitted(connection))
        };
        let share = all().count() / SHARE + 1;
        let oldest = oldest(all(), share);
        for (_, connection) in all().filter(|(id, _)| oldest.contains(id)) {
            connection.evicted.notify_one();
        }
    }
}

/// Returns the IDs of the longest-idle connections, at most `count`.
fn oldest<'c>(
    connections: impl Iterator<Item = (&'c u64, &'c Connection)>,
    count: usize,
) -> Vec<u64> {
    let waiting = connections
        .filter_map(|(id, connection)| Some((connection.activity.waiting_since()?, *id)));
    let mut waiting: Vec<(Instant, u64)> = waiting.collect();
    if waiting.len() > count {
        waiting.select_nth_unstable(count);
        waiting.truncate(count);
    }
    waiting.into_iter().map(|(_, id)| id).collect()
}

/// A guard that removes the connection from the registry when dropped.
#[derive(Debug)]
pub struct Registration {
    registry: Arc<Registry>,
    pub connection: Connection,
    network: IpNet,
    id: u64,
}

impl Registration {
    /// Records that the connection has a permit.
    pub fn admit(&self) {
        self.connection.admitted.store(true, Ordering::Relaxed);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut open = self.registry.open();
        if let Some(of_network) = open.get_mut(&self.network) {
            of_network.remove(&self.id);
            if of_network.is_empty() {
                open.remove(&self.network);
            }
        }
        drop(open);
        metrics::gauge!("tokenvue_http_connections").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn registry(limit: usize) -> Arc<Registry> {
        Registry::new(limit, vec!["10.0.0.0/8".parse().unwrap()])
    }

    fn register(registry: &Arc<Registry>, address: &str) -> Result<Registration, String> {
        let registration = registry.register(address.parse().unwrap());
        registration
            .inspect(Registration::admit)
            .map_err(|network| network.to_string())
    }

    fn is_evicted(registration: &Registration) -> bool {
        registration.connection.eviction().now_or_never().is_some()
    }

    #[test]
    fn oldest_connection_of_a_network_is_evicted() {
        let registry = registry(2);
        let first = register(&registry, "2001:db8::1").unwrap();
        let second = register(&registry, "2001:db8::2").unwrap();
        let other = register(&registry, "2001:db8:0:1::1").unwrap();
        assert!(!is_evicted(&first));
        let third = register(&registry, "2001:db8::3").unwrap();
        assert!(is_evicted(&first));
        for kept in [&second, &third, &other] {
            assert!(!is_evicted(kept));
        }
    }

    #[test]
    fn busy_connections_are_kept() {
        let registry = registry(2);
        let first = register(&registry, "203.0.113.1").unwrap();
        let second = register(&registry, "203.0.113.1").unwrap();
        let _serving = first.connection.activity.begin();
        second.connection.activity.upgrade();
        let refused = register(&registry, "203.0.113.1").unwrap_err();
        assert_eq!(refused, "203.0.113.1/32");
        drop(second);
        let third = register(&registry, "203.0.113.1").unwrap();
        assert!(!is_evicted(&first) && !is_evicted(&third));
    }

    #[test]
    fn proxies_are_not_limited() {
        let registry = registry(1);
        for address in ["10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let both = [0, 1].map(|_| register(&registry, address).unwrap());
            assert!(both.iter().all(|one| !is_evicted(one)), "{address}");
        }
    }

    #[test]
    fn connections_are_evicted_oldest_first() {
        let registry = registry(1);
        let mut open = Vec::new();
        for number in 0..130 {
            open.push(register(&registry, &format!("198.51.100.{number}")).unwrap());
        }
        let _serving = open[0].connection.activity.begin();
        registry.evict_oldest();
        let evicted = open.iter().map(is_evicted);
        let evicted: Vec<usize> = evicted.enumerate().filter(|e| e.1).map(|e| e.0).collect();
        assert_eq!(evicted, [1, 2, 3]);
        drop(open);
        assert!(registry.open().is_empty());
    }

    #[test]
    fn pending_connections_are_not_evicted() {
        let registry = registry(2);
        let pending = registry.register("2001:db8::1".parse().unwrap()).unwrap();
        registry.evict_oldest();
        assert!(!is_evicted(&pending));
        pending.admit();
        registry.evict_oldest();
        assert!(is_evicted(&pending));
    }
}
