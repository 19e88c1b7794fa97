//! Computes figures, a table, and a verdict from samples.

use crate::client::Sample;
use std::fmt;
use std::time::Duration;

/// The rounds of one server with one team.
#[derive(Default)]
pub(crate) struct Series {
    pub(crate) samples: Vec<Sample>,
}

/// The median, minimum, and maximum of some figures.
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
    /// Returns the server's CPU time per request in milliseconds.
    pub(crate) fn server_cost(&self) -> f64 {
        milliseconds(self.server) / f64::from(self.requests)
    }

    /// Returns PostgreSQL's CPU time per request in milliseconds.
    pub(crate) fn database_cost(&self) -> f64 {
        milliseconds(self.database) / f64::from(self.requests)
    }

    /// Returns the CPU time of server and PostgreSQL per request in milliseconds.
    pub(crate) fn whole_cost(&self) -> f64 {
        self.server_cost() + self.database_cost()
    }
}

impl Spread {
    /// Returns `None` if there are no figures.
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
    /// Returns a figure of each round divided by that of the same round in another series.
    pub(crate) fn ratio(&self, other: &Series, figure: fn(&Sample) -> f64) -> Option<Spread> {
        let pairs = self.samples.iter().zip(&other.samples);
        Spread::of(pairs.map(|(mine, theirs)| figure(mine) / figure(theirs)))
    }

    /// Returns the median of a figure over the rounds.
    fn median(&self, figure: fn(&Sample) -> f64) -> f64 {
        Spread::of(self.samples.iter().map(figure)).map_or(f64::NAN, |spread| spread.median)
    }

    /// Returns a percentile of the latency over all requests in milliseconds.
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

    /// Returns a line of the table.
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

/// Returns the header of the table.
pub(crate) fn head() -> &'static str {
    " members  server        CPU, ms  PostgreSQL   p50, ms  p99, ms"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_the_middle_or_the_mean_of_the_middle_two() {
        let median = |figures: &[f64]| Spread::of(figures.iter().copied()).map(|s| s.median);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn percentiles_span_all_rounds() {
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
