//! Random sequences of operations with faults, compared with the model. A failing sequence is
//! shrunk; its seed reproduces it.

use crate::plan::{Fault, Step, steps};
use crate::seed::Seed;
use crate::sequence::Sequence;
use crate::support::engine::Engine;
use crate::support::smtp_server::{Mode, SmtpServer};
use futures_util::FutureExt as _;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// The variable for the duration on each engine in seconds.
const VARIABLE: &str = "TOKENVUE_MODEL_SECONDS";
const SECONDS: u64 = 60;
/// The time limit for shrinking a sequence.
const SHRINKING: Duration = Duration::from_secs(120);

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn random_operations_agree_with_the_model() {
        super::random_operations(super::Engine::Sqlite).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn random_operations_agree_with_the_model() {
        super::random_operations(super::Engine::Postgres).await;
    }
}

fn duration() -> Duration {
    let seconds = std::env::var(VARIABLE).map_or(SECONDS, |text| {
        let seconds = text.parse();
        seconds.unwrap_or_else(|_| panic!("{VARIABLE}: not a number of seconds"))
    });
    Duration::from_secs(seconds)
}

/// Returns the sequence of a seed.
fn sequence(seed: Seed) -> Vec<Step> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.0.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    steps().new_tree(&mut runner).unwrap().current()
}

async fn random_operations(engine: Engine) {
    let mut trial = Trial {
        engine,
        smtp: SmtpServer::start(Mode::Plain),
        sequences: 0,
        operations: 0,
    };
    let (begun, duration) = (Instant::now(), duration());
    let mut failures = Vec::new();
    loop {
        let seed = Seed::choose();
        let steps = sequence(seed);
        let Some(outcome) = trial.run(&steps).await else {
            return;
        };
        if let Err(failure) = outcome {
            let report = trial.report(seed, steps, failure).await;
            eprintln!("{report}");
            failures.push(seed);
        }
        if Seed::set().is_some() || begun.elapsed() >= duration {
            break;
        }
    }
    let (sequences, operations) = (trial.sequences, trial.operations);
    println!("{engine:?}: {sequences} sequences, {operations} operations");
    assert!(
        failures.is_empty(),
        "sequences that differ from the model (see above): {failures:?}"
    );
}

/// Runs sequences one after another.
struct Trial {
    engine: Engine,
    smtp: SmtpServer,
    sequences: u32,
    operations: usize,
}

impl Trial {
    /// Runs a sequence. Returns how it differs from the model, or `None` if this machine cannot run
    /// it.
    async fn run(&mut self, steps: &[Step]) -> Option<Result<(), String>> {
        self.sequences += 1;
        let begun = Sequence::begin(self.engine, &mut self.smtp, self.sequences);
        let mut sequence = begun.await?;
        let outcome = AssertUnwindSafe(sequence.run(steps)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let history = sequence.history.join("\n  ");
            let text = text.unwrap_or_default();
            Err(format!("{text}\nhistory:\n  {history}"))
        });
        self.operations += sequence.history.len();
        if Seed::set().is_some() {
            println!(
                "{}",
                sequence.history.join(
                    "
"
                )
            );
        }
        sequence.end().await;
        Some(outcome)
    }

    /// Formats a failure, with the shortest failing sequence found.
    async fn report(&mut self, seed: Seed, steps: Vec<Step>, failure: String) -> String {
        let (steps, failure) = self.shrink(steps, failure).await;
        let engine = match self.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        let lines: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
        format!(
            "FAILED: {failure}\nsteps after the team was made:\n  {}\nto run the sequence again: \
             {seed} scripts/test --test model -E 'test(random::{engine})'",
            lines.join("\n  ")
        )
    }

    /// Removes steps, many at a time at first, then faults, as long as the sequence still fails.
    /// proptest would remove one step at a time, but each trial takes seconds.
    async fn shrink(&mut self, mut steps: Vec<Step>, mut failure: String) -> (Vec<Step>, String) {
        let begun = Instant::now();
        let mut part = steps.len().div_ceil(2);
        while part > 0 && begun.elapsed() < SHRINKING {
            let before = steps.len();
            // Remove the last steps first: those after the failure never ran.
            let mut end = steps.len();
            while end > 0 && begun.elapsed() < SHRINKING {
                let start = end.saturating_sub(part);
                let mut fewer = steps.clone();
                fewer.drain(start..end);
                if let Some(Err(same)) = self.run(&fewer).await {
                    (steps, failure) = (fewer, same);
                }
                end = start.min(steps.len());
            }
            // Repeat single steps as long as that helps.
            if part > 1 || steps.len() == before {
                part /= 2;
            }
        }
        for n in 0..steps.len() {
            let mut calmer = steps.clone();
            match &mut calmer[n] {
                Step::Run(_, fault) if *fault != Fault::None => *fault = Fault::None,
                _ => continue,
            }
            if begun.elapsed() < SHRINKING
                && let Some(Err(same)) = self.run(&calmer).await
            {
                (steps, failure) = (calmer, same);
            }
        }
        (steps, failure)
    }
}
