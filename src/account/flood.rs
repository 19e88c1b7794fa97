//! Counts anonymous requests by network in memory. A request above this replica's limit executes no
//! SQL statement. The quota that all replicas share is in the database, see [`super::throttle`].

use chrono::{DateTime, Duration, Utc};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The maximum number of networks that are counted at once. Requests from further networks are
/// admitted.
const CAPACITY: usize = 10_000;

/// Counters of requests by network.
#[derive(Debug, Default)]
pub struct FloodGuard {
    counted: Mutex<HashMap<String, Count>>,
}

#[derive(Debug)]
struct Count {
    used: i32,
    resets_at: DateTime<Utc>,
}

impl FloodGuard {
    /// Counts a request from a network. Returns whether it is within `limit` for the current
    /// window.
    pub fn admits(&self, network: &str, limit: i32, window: Duration, now: DateTime<Utc>) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if !counted.contains_key(network) && counted.len() >= CAPACITY {
            counted.retain(|_, count| count.resets_at > now);
            if counted.len() >= CAPACITY {
                return true;
            }
        }
        let count = counted.entry(network.to_owned()).or_insert(Count {
            used: 0,
            resets_at: now + window,
        });
        if count.resets_at <= now {
            (count.used, count.resets_at) = (0, now + window);
        }
        count.used = count.used.saturating_add(1);
        count.used <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::hours(1);

    #[test]
    fn each_network_has_a_limit_and_a_window() {
        let guard = FloodGuard::default();
        let start = DateTime::UNIX_EPOCH;
        for (network, at, admitted) in [
            ("a", 0, true),
            ("a", 10, true),
            ("a", 20, false),
            ("b", 30, true),
            ("a", 59, false),
            ("a", 60, true),
            ("a", 119, true),
            ("a", 119, false),
        ] {
            let now = start + Duration::minutes(at);
            assert_eq!(
                guard.admits(network, 2, HOUR, now),
                admitted,
                "{network} {at}"
            );
        }
    }

    #[test]
    fn memory_is_bounded() {
        let guard = FloodGuard::default();
        let start = DateTime::UNIX_EPOCH;
        for n in 0..CAPACITY + 100 {
            assert!(guard.admits(&n.to_string(), 1, HOUR, start));
        }
        assert_eq!(guard.counted.lock().unwrap().len(), CAPACITY);
        assert!(!guard.admits("0", 1, HOUR, start), "still counted");
        assert!(guard.admits("new", 1, HOUR, start + HOUR));
        assert_eq!(guard.counted.lock().unwrap().len(), 1);
    }
}
