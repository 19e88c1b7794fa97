//! How long rows are kept that are no longer needed.

use super::values::duration;
use chrono::{DateTime, Duration, Utc};
use clap::Args;

/// The shortest retention: a history must at least contain today's events.
const SHORTEST: Duration = Duration::days(1);

/// How long rows are kept.
#[derive(Clone, Debug, Args)]
pub struct Retention {
    /// How long audit events of changes are kept, or forever
    #[arg(long, env = "TOKENVUE_AUDIT_RETENTION", default_value = "400d", value_parser = keep)]
    pub audit_retention: Keep,
    /// How long audit events of denied attempts are kept, or forever
    #[arg(long, env = "TOKENVUE_REFUSED_RETENTION", default_value = "90d", value_parser = keep)]
    pub refused_retention: Keep,
    /// How long mails that were sent or given up are kept, with the hashes of their links and ended
    /// password resets
    #[arg(long, env = "TOKENVUE_MAIL_RETENTION", default_value = "180d", value_parser = mail)]
    pub mail_retention: Duration,
}

/// A retention period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Forever,
    For(Duration),
}

impl Keep {
    /// Returns the time before which rows are deleted, or `None` if all are kept.
    pub fn cutoff(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Keep::Forever => None,
            Keep::For(duration) => Some(now - duration),
        }
    }
}

/// Parses a duration of at least a day.
fn mail(text: &str) -> Result<Duration, String> {
    let long_enough = Some(duration(text)?).filter(|kept| *kept >= SHORTEST);
    long_enough.ok_or_else(|| "must be a day or more".to_owned())
}

/// Parses a duration of at least a day, or `forever`.
fn keep(text: &str) -> Result<Keep, String> {
    if text == "forever" {
        return Ok(Keep::Forever);
    }
    let parsed = duration(text).map_err(|error| format!("{error}; or forever"))?;
    if parsed < SHORTEST {
        return Err("must be a day or more, or forever".to_owned());
    }
    Ok(Keep::For(parsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_events_are_kept_for_a_day_or_more() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1000);
        assert_eq!(keep("forever").map(|keep| keep.cutoff(now)), Ok(None));
        let day = keep("24h").map(|keep| keep.cutoff(now));
        assert_eq!(day, Ok(Some(now - Duration::days(1))));
        for text in ["23h", "0s", "", "for ever", "11y"] {
            assert!(keep(text).is_err(), "{text}");
        }
    }
}
