//! Reproducible random numbers.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::fmt;

/// The variable with the seed of a run.
const VARIABLE: &str = "TOKENVUE_MODEL_SEED";

/// The seed of a run's random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Seed(pub u64);

impl Seed {
    /// Returns the seed from the environment, or else a random one.
    pub fn choose() -> Seed {
        Seed(Seed::set().unwrap_or_else(rand::random))
    }

    /// Returns the seed from the environment.
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
