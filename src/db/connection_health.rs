//! Tracks broken connections. A restart of the server or a proxy breaks all connections at once,
//! and only using one shows that it is broken. When one is found broken, all connections that were
//! opened before are discarded (SQLAlchemy's "optimistic disconnect handling").

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A margin for ages, which are measured shortly before they are compared: in doubt, a connection
/// is discarded.
const DOUBT: Duration = Duration::from_millis(10);

/// When a connection was last found broken. Clones share the value.
#[derive(Clone, Debug)]
pub(super) struct ConnectionHealth {
    start: Instant,
    /// Microseconds after `start`; 0 for never.
    last: Arc<AtomicU64>,
    /// Whether a statement timed out and none was answered since.
    silent: Arc<AtomicBool>,
}

impl ConnectionHealth {
    pub(super) fn new() -> ConnectionHealth {
        ConnectionHealth {
            start: Instant::now(),
            last: Arc::default(),
            silent: Arc::default(),
        }
    }

    /// Records that a connection was found broken.
    pub(super) fn record_break(&self) {
        self.record_break_at(self.start.elapsed());
    }

    /// Records that a connection was found broken because of a timeout.
    pub(super) fn record_silence(&self) {
        self.silent.store(true, Ordering::Relaxed);
        self.record_break();
    }

    /// Records that a statement was answered.
    pub(super) fn record_answer(&self) {
        if self.is_silent() {
            self.silent.store(false, Ordering::Relaxed);
        }
    }

    /// Whether the database did not answer the last statement.
    pub(super) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    fn record_break_at(&self, now: Duration) {
        let micros = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        self.last.fetch_max(micros.max(1), Ordering::Relaxed);
    }

    /// Whether a connection of this age was opened before the last break.
    pub(super) fn is_suspect(&self, age: Duration) -> bool {
        self.is_suspect_at(self.start.elapsed(), age)
    }

    fn is_suspect_at(&self, now: Duration, age: Duration) -> bool {
        match self.last.load(Ordering::Relaxed) {
            0 => false,
            last => now.saturating_sub(age) <= Duration::from_micros(last) + DOUBT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_opened_before_a_break_are_suspect() {
        let second = Duration::from_secs(1);
        let health = ConnectionHealth::new();
        assert!(!health.is_suspect_at(2 * second, second));
        health.record_break_at(3 * second);
        assert!(health.is_suspect_at(5 * second, 3 * second));
        assert!(!health.is_suspect_at(5 * second, second));
        health.record_break_at(4 * second);
        assert!(health.is_suspect_at(5 * second, second));
    }
}
