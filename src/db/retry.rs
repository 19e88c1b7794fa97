//! Retry counts and delays. Only these constants define them; `docs/operating.md` repeats them, and
//! a test compares.

use std::time::Duration;
use tokio::time::Instant;

/// The maximum number of attempts at an operation.
const ATTEMPTS: u32 = 8;
/// The delay before the second attempt; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(15);
/// How long after its start an operation waits for a connection or is retried. A server that
/// restarts within this time causes no failures.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for a connection after this time, or if the database is known to be silent:
/// enough to open one over a slow network.
pub(super) const LAST_WAIT: Duration = Duration::from_secs(2);
/// How long a transaction waits for its turn to write.
pub(super) const TURN: Duration = Duration::from_secs(10);

/// The attempts at one operation.
pub(super) struct Attempts {
    begun: Instant,
    made: u32,
}

impl Attempts {
    /// Starts the first attempt.
    pub(super) fn first() -> Attempts {
        Attempts {
            begun: Instant::now(),
            made: 1,
        }
    }

    /// Returns until when the attempt that starts now waits for a connection.
    pub(super) fn deadline(&mut self) -> Instant {
        if self.made == 1 {
            self.begun = Instant::now();
            return self.begun + PATIENCE;
        }
        (self.begun + PATIENCE).max(Instant::now() + LAST_WAIT)
    }

    /// Waits before the next attempt. Returns `false` if there is none.
    pub(super) async fn again(&mut self) -> bool {
        if self.made == ATTEMPTS || self.begun.elapsed() >= PATIENCE {
            return false;
        }
        tokio::time::sleep(pause_after(self.made)).await;
        self.made += 1;
        true
    }
}

fn pause_after(attempt: u32) -> Duration {
    PAUSE * 2u32.pow(attempt - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_states_the_retry_limits() {
        let pauses: Duration = (1..ATTEMPTS).map(pause_after).sum();
        let sentence = format!(
            "up to {ATTEMPTS} times within {} seconds, with pauses that add up to {:.1} seconds",
            PATIENCE.as_secs(),
            pauses.as_secs_f32()
        );
        let docs = include_str!("../../docs/operating.md");
        let docs = docs.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            docs.contains(&sentence),
            "docs/operating.md lacks: {sentence}"
        );
    }
}
