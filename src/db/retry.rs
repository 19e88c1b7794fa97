//! How often and for how long an operation is tried again. These constants are the only place that
//! says so; `docs/operating.md` repeats them, and a test compares.

use std::time::Duration;
use tokio::time::Instant;

/// How often an operation is run at most.
const ATTEMPTS: u32 = 8;
/// The pause before the second attempt; it doubles from there on.
const PAUSE: Duration = Duration::from_millis(15);
/// For how long after its beginning an operation waits for a connection or is tried again: a server
/// that restarts has this much time before anything fails.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection is waited for where that time is over, or the database is known to be
/// silent: enough to open one over a slow network.
pub(super) const LAST_WAIT: Duration = Duration::from_secs(2);
/// How long a transaction waits for its turn, while others are at work.
pub(super) const TURN: Duration = Duration::from_secs(10);

/// The attempts at one operation.
pub(super) struct Attempts {
    begun: Instant,
    made: u32,
}

impl Attempts {
    /// Begins with the first one.
    pub(super) fn first() -> Attempts {
        Attempts {
            begun: Instant::now(),
            made: 1,
        }
    }

    /// Until when this attempt, which begins now, waits for a connection.
    pub(super) fn deadline(&mut self) -> Instant {
        if self.made == 1 {
            self.begun = Instant::now();
            return self.begun + PATIENCE;
        }
        (self.begun + PATIENCE).max(Instant::now() + LAST_WAIT)
    }

    /// Pauses before another attempt; `false` where there is to be none.
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
    fn the_documentation_says_how_long_retries_last() {
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
