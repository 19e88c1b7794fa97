//! The injected clock: the only place that asks the machine for the time.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time. Clones share their offset, so that a test that moves one moves all.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The current time in UTC, to the microsecond, which is what both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        let offset = Duration::microseconds(self.offset_micros.load(Ordering::Relaxed));
        self.real() + offset
    }

    /// The machine's own time, without what was moved.
    #[allow(clippy::disallowed_methods)]
    pub fn real(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    /// Moves the clock, for this server only; a negative time moves it back.
    pub fn advance(&self, by: Duration) {
        let micros = by.num_microseconds().unwrap_or(i64::MAX / 4);
        self.offset_micros.fetch_add(micros, Ordering::Relaxed);
    }
}
