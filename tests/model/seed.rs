//! Random numbers that can be had again.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::fmt;

/// The variable that sets the seed of a run.
const VARIABLE: &str = "TOKENVUE_MODEL_SEED";

/// Where a run's random numbers come from.
#[derive(Clone, Copy, Debug)]
pub struct Seed(pub u64);

impl Seed {
    /// A new seed, or the one that is set.
    pub fn choose() -> Seed {
        Seed(Seed::set().unwrap_or_else(rand::random))
    }

    /// The seed that is set.
    pub fn set() -> Option<u64> {
        let text = std::env::var(VARIABLE).ok()?;
        Some(
            text.parse()
                .unwrap_or_else(|_| panic!("{VARIABLE}: not a number")),
        )
    }

    pub fn rng(self) -> StdRng {
        StdRng::seed_from_u64(self.0)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VARIABLE}={}", self.0)
    }
}
