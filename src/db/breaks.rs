//! What is known of broken connections. A restart of the server or of a proxy breaks them all at
//! once, and only using a connection shows that it is broken; so when one is, the others that were
//! opened before are not used again either (SQLAlchemy's "optimistic disconnect handling").

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Ages are measured a moment before they are judged: in doubt, a connection is not used again.
const DOUBT: Duration = Duration::from_millis(10);

/// When a connection was last found broken. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Breaks {
    start: Instant,
    /// Microseconds after `start`; 0 for never.
    last: Arc<AtomicU64>,
    /// Whether a statement was not answered, and none has been since.
    silent: Arc<AtomicBool>,
}

impl Breaks {
    pub(super) fn new() -> Breaks {
        Breaks {
            start: Instant::now(),
            last: Arc::default(),
            silent: Arc::default(),
        }
    }

    /// A connection has been found broken.
    pub(super) fn note(&self) {
        self.note_at(self.start.elapsed());
    }

    /// A connection has been found broken because nothing came over it.
    pub(super) fn note_silence(&self) {
        self.silent.store(true, Ordering::Relaxed);
        self.note();
    }

    /// A statement has been answered.
    pub(super) fn note_answer(&self) {
        if self.is_silent() {
            self.silent.store(false, Ordering::Relaxed);
        }
    }

    /// Whether the database is silent, as far as is known.
    pub(super) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    fn note_at(&self, now: Duration) {
        let micros = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        self.last.fetch_max(micros.max(1), Ordering::Relaxed);
    }

    /// Whether a connection of this age was opened before one was last found broken.
    pub(super) fn concern(&self, age: Duration) -> bool {
        self.concern_at(self.start.elapsed(), age)
    }

    fn concern_at(&self, now: Duration, age: Duration) -> bool {
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
    fn connections_opened_before_a_break_are_concerned() {
        let second = Duration::from_secs(1);
        let breaks = Breaks::new();
        assert!(!breaks.concern_at(2 * second, second));
        breaks.note_at(3 * second);
        assert!(breaks.concern_at(5 * second, 3 * second));
        assert!(!breaks.concern_at(5 * second, second));
        breaks.note_at(4 * second);
        assert!(breaks.concern_at(5 * second, second));
    }
}
