//! From samples to figures, a table and a verdict.

use crate::client::Sample;
use std::fmt;
use std::time::Duration;

/// The rounds of one server with one team.
#[derive(Default)]
pub(crate) struct Series {
    pub(crate) samples: Vec<Sample>,
}

/// The middle of some figures, and how far they reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl Sample {
    /// CPU of the server for one request, in milliseconds.
    pub(crate) fn server_cost(&self) -> f64 {
        milliseconds(self.server) / f64::from(self.requests)
    }

    /// CPU of PostgreSQL for one request, in milliseconds.
    pub(crate) fn database_cost(&self) -> f64 {
        milliseconds(self.database) / f64::from(self.requests)
    }

    /// CPU of server and PostgreSQL for one request, in milliseconds.
    pub(crate) fn whole_cost(&self) -> f64 {
        self.server_cost() + self.database_cost()
    }
}

impl Spread {
    /// `None` of nothing.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted.len().checked_sub(1)? / 2, sorted.len() / 2);
        Some(Spread {
            least: *sorted.first()?,
            median: f64::midpoint(*sorted.get(low)?, *sorted.get(high)?),
            most: *sorted.last()?,
        })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spread {
            least,
            median,
            most,
        } = self;
        write!(f, "{median:.2} (rounds: {least:.2} to {most:.2})")
    }
}

impl Series {
    /// A figure of each round divided by that of the round beside it in another series.
    pub(crate) fn ratio(&self, other: &Series, figure: fn(&Sample) -> f64) -> Option<Spread> {
        let pairs = self.samples.iter().zip(&other.samples);
        Spread::of(pairs.map(|(mine, theirs)| figure(mine) / figure(theirs)))
    }

    /// A figure's median over the rounds.
    fn median(&self, figure: fn(&Sample) -> f64) -> f64 {
        Spread::of(self.samples.iter().map(figure)).map_or(f64::NAN, |spread| spread.median)
    }

    /// The latency, in milliseconds, that this part of all requests stays within.
    fn latency(&self, percent: usize) -> f64 {
        let mut all: Vec<Duration> = self
            .samples
            .iter()
            .flat_map(|sample| sample.latencies.iter().copied())
            .collect();
        all.sort_unstable();
        let rank = (all.len() * percent).div_ceil(100).saturating_sub(1);
        all.get(rank).map_or(f64::NAN, |time| milliseconds(*time))
    }

    /// A line of the table.
    pub(crate) fn line(&self, members: u32, server: &str) -> String {
        format!(
            "{members:>8}  {server:<12}{:>10.3}{:>12.3}{:>9.2}{:>9.2}",
            self.median(Sample::server_cost),
            self.median(Sample::database_cost),
            self.latency(50),
            self.latency(99),
        )
    }
}

/// The head of the table.
pub(crate) fn head() -> &'static str {
    " members  server        CPU, ms  PostgreSQL   p50, ms  p99, ms"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_or_between_the_middle_two() {
        let median = |figures: &[f64]| Spread::of(figures.iter().copied()).map(|s| s.median);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn latencies_are_ranked_over_all_rounds() {
        let round = |range: std::ops::RangeInclusive<u64>| Sample {
            latencies: range.map(Duration::from_millis).collect(),
            ..Sample::default()
        };
        let series = Series {
            samples: vec![round(51..=100), round(1..=50)],
        };
        assert_eq!(series.latency(50), 50.0);
        assert_eq!(series.latency(99), 99.0);
    }
}
