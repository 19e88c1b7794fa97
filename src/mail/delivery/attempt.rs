//! One attempt to send one mail, and its effect on the row.

use crate::config::Config;
use crate::mail::smtp::{Refusal, SendError};
use chrono::{DateTime, Duration, Utc};
use entity::outbox::{MailState, Model};
use std::sync::Arc;

/// The delay after the first attempt. Delays double up to [`MAX_PAUSE`]: each one is the sum of all
/// earlier delays and this one.
const FIRST_PAUSE: Duration = Duration::seconds(15);
/// The longest delay between attempts.
const MAX_PAUSE: Duration = Duration::hours(1);
/// How long a mail without a link is kept while the mail server is unavailable or rejects all mail.
/// Other mails are kept until their subject ends.
const KEPT: Duration = Duration::days(7);

/// The result of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The mail server accepted the mail.
    Sent,
    /// The subject of the mail has ended.
    Ended,
    /// The mail server reported a temporary failure of this mail.
    Later(String),
    /// The mail server did not answer or closed the connection.
    NoAnswer(String),
    /// The mail server rejects mail from this sender.
    Refused(Refusal),
    /// The mail server is unavailable or overloaded.
    Unavailable { reason: String, busy: bool },
    /// The mail server rejected this mail permanently.
    Never(String),
}

impl From<Result<(), SendError>> for Attempt {
    fn from(sent: Result<(), SendError>) -> Attempt {
        match sent {
            Ok(()) => Attempt::Sent,
            Err(SendError::Permanent { reason }) => Attempt::Never(reason),
            Err(SendError::Transient { reason }) => Attempt::Later(reason),
            Err(SendError::NoAnswer { reason }) => Attempt::NoAnswer(reason),
            Err(SendError::Refused(refusal)) => Attempt::Refused(refusal),
            Err(SendError::Unavailable { reason, busy }) => Attempt::Unavailable { reason, busy },
        }
    }
}

impl Attempt {
    /// Returns the label of this result in metrics and logs.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Attempt::Sent => "sent",
            Attempt::Ended => "cancelled",
            Attempt::Later(_) | Attempt::NoAnswer(_) => "deferred",
            Attempt::Refused(_) => "refused",
            Attempt::Unavailable { .. } => "unavailable",
            Attempt::Never(_) => "failed",
        }
    }

    /// Returns the reason of a failure, for admins.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Attempt::Sent | Attempt::Ended => None,
            Attempt::Refused(refusal) => Some(&refusal.reason),
            Attempt::Later(reason)
            | Attempt::NoAnswer(reason)
            | Attempt::Unavailable { reason, .. }
            | Attempt::Never(reason) => Some(reason),
        }
    }
}

/// A completed attempt.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub mail: Arc<Model>,
    pub attempt: Attempt,
    pub began: DateTime<Utc>,
    pub ended: DateTime<Utc>,
}

/// The new values of the row after a failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deferral {
    pub state: MailState,
    pub next_attempt_at: DateTime<Utc>,
    pub deferred_since: Option<DateTime<Utc>>,
}

impl Outcome {
    /// Returns when the mail is tried again, or that it is given up.
    pub(super) fn deferral(&self, config: &Config) -> Deferral {
        let (mail, now) = (&self.mail, self.ended);
        let since = mail.deferred_since.unwrap_or(now);
        let (gives_up, pause, deferred_since) = match &self.attempt {
            Attempt::Later(_) | Attempt::NoAnswer(_) => {
                let pause = (FIRST_PAUSE + (now - since)).min(MAX_PAUSE);
                (now >= since + config.mail_give_up_after, pause, Some(since))
            }
            // The mail is not at fault, so its own retry time does not run. If all mails are
            // rejected, the delay of the mail server applies to it as well.
            Attempt::Refused(_) | Attempt::Unavailable { .. } => {
                let doubled = FIRST_PAUSE * (1 << mail.attempts.clamp(0, 16));
                let pause = match &self.attempt {
                    Attempt::Refused(refusal) if !refusal.concerns_all => doubled.min(MAX_PAUSE),
                    _ => Duration::zero(),
                };
                let gives_up = !has_link(mail) && now >= mail.created_at + KEPT;
                (gives_up, pause, mail.deferred_since)
            }
            Attempt::Sent | Attempt::Ended | Attempt::Never(_) => {
                (true, Duration::zero(), mail.deferred_since)
            }
        };
        Deferral {
            state: if gives_up {
                MailState::Failed
            } else {
                MailState::Queued
            },
            next_attempt_at: now + pause,
            deferred_since,
        }
    }
}

/// Whether the mail expires with its subject.
fn has_link(mail: &Model) -> bool {
    matches!(
        mail.content["kind"].as_str(),
        Some("INVITATION" | "PASSWORD_RESET")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::outbox::MailPriority;
    use uuid::Uuid;

    fn after(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    fn mail(kind: &str) -> Model {
        Model {
            id: Uuid::nil(),
            recipient_name: String::new(),
            recipient_email: "bo@x.example".to_owned(),
            domain: "x.example".to_owned(),
            priority: MailPriority::Single,
            content: serde_json::json!({ "kind": kind }),
            state: MailState::Queued,
            attempts: 0,
            created_at: after(0),
            next_attempt_at: after(0),
            deferred_since: None,
            claimed_by: None,
            claimed_until: None,
            sent_at: None,
            last_error: None,
        }
    }

    fn deferral(mail: Model, attempt: Attempt, at: i64) -> Deferral {
        let config = Config::from_flags(&[]).unwrap();
        let outcome = Outcome {
            mail: Arc::new(mail),
            attempt,
            began: after(at),
            ended: after(at),
        };
        outcome.deferral(&config)
    }

    fn refused(concerns_all: bool) -> Attempt {
        Attempt::Refused(Refusal {
            reason: String::new(),
            summary: String::new(),
            concerns_all,
        })
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        let mut row = mail("INVITATION");
        let mut now = after(0);
        let mut pauses = Vec::new();
        for _ in 0..10 {
            let outcome = Outcome {
                mail: Arc::new(row.clone()),
                attempt: Attempt::Later(String::new()),
                began: now,
                ended: now,
            };
            let next = outcome.deferral(&Config::from_flags(&[]).unwrap());
            pauses.push((next.next_attempt_at - now).num_seconds());
            row.deferred_since = next.deferred_since;
            now = next.next_attempt_at;
        }
        assert_eq!(pauses, [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        let last = deferral(row.clone(), Attempt::Later(String::new()), 24 * 60 - 1);
        assert_eq!(last.state, MailState::Queued);
        let last = deferral(row, Attempt::NoAnswer(String::new()), 24 * 60);
        assert_eq!(last.state, MailState::Failed);
    }

    #[test]
    fn rejection_of_the_sender_does_not_use_up_retry_time() {
        let week = 7 * 24 * 60;
        let away = |attempts| {
            let row = Model {
                attempts,
                ..mail("INVITATION")
            };
            let attempt = Attempt::Unavailable {
                reason: String::new(),
                busy: false,
            };
            deferral(row, attempt, 10 * week)
        };
        for attempts in [0, 30, i32::MAX] {
            let next = away(attempts);
            assert_eq!((next.state, next.deferred_since), (MailState::Queued, None));
            assert_eq!(
                next.next_attempt_at,
                after(10 * week),
                "when the server is available again"
            );
        }
        let notice = |at| deferral(mail("ADDED"), refused(true), at).state;
        assert_eq!(notice(week - 1), MailState::Queued);
        assert_eq!(notice(week), MailState::Failed);
    }

    #[test]
    fn policy_rejection_postpones_one_mail() {
        let pause = |attempts| {
            let row = Model {
                attempts,
                ..mail("INVITATION")
            };
            deferral(row, refused(false), 0).next_attempt_at - after(0)
        };
        assert_eq!(pause(0), Duration::seconds(15));
        assert_eq!(pause(3), Duration::minutes(2));
        assert_eq!(pause(i32::MAX), Duration::hours(1));
    }
}
