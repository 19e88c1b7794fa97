//! The state of the mail server, derived from the results of attempts and shared by all replicas as
//! one row (`mail_server`). While the server is unavailable or rejects all mail, the worker tries
//! one mail at a time, with growing delays, and keeps the others unchanged.

use super::attempt::Attempt;
use chrono::{DateTime, Duration, Utc};
use entity::mail_server::{MailServerState, Model, ONLY};
use std::collections::HashSet;
use uuid::Uuid;

/// The number of consecutive policy rejections after which all mails are held back: a single one
/// may concern only its recipient.
const STREAK: usize = 3;
/// How long after an accepted mail a single rejection does not change the state.
const CREDIT: Duration = Duration::minutes(15);

/// The first and the longest delay while the server rejects mail.
const REFUSES: [Duration; 2] = [Duration::seconds(30), Duration::minutes(10)];
/// The first and the longest delay while the server is unavailable.
const UNAVAILABLE: [Duration; 2] = [Duration::seconds(2), Duration::minutes(1)];

/// How many mails may be tried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permit {
    Any,
    /// One, to test the server.
    One,
    None,
}

/// Derives the state of the mail server from results of attempts.
#[derive(Debug)]
pub(super) struct Monitor {
    row: Model,
    /// When this replica last changed the state. Results of attempts that began earlier are
    /// ignored.
    changed_at: Option<DateTime<Utc>>,
    accepted_at: Option<DateTime<Utc>>,
    /// Mails rejected since the last accepted one.
    refused: HashSet<Uuid>,
}

impl Monitor {
    pub(super) fn new() -> Monitor {
        Monitor {
            row: accepting(),
            changed_at: None,
            accepted_at: None,
            refused: HashSet::new(),
        }
    }

    /// Returns the current state.
    pub(super) fn row(&self) -> &Model {
        &self.row
    }

    /// Applies a stored state, of this or another replica.
    pub(super) fn read(&mut self, row: Model) {
        self.row = row;
    }

    /// Returns how many mails may be tried at a time.
    pub(super) fn permit(&self, now: DateTime<Utc>) -> Permit {
        match self.row.retry_at {
            None => Permit::Any,
            Some(at) if at <= now => Permit::One,
            Some(_) => Permit::None,
        }
    }

    /// Evaluates the result of an attempt that began at `began`. Returns the new state if it
    /// changed.
    pub(super) fn record(
        &mut self,
        mail: Uuid,
        attempt: &Attempt,
        began: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Model> {
        let (state, summary, pauses) = match attempt {
            Attempt::Sent => {
                self.accepted_at = Some(now);
                self.refused.clear();
                return self.accept();
            }
            Attempt::Refused(refusal) => {
                self.refused.insert(mail);
                let all = refusal.concerns_all || self.refused.len() >= STREAK;
                let credited = self.accepted_at.is_some_and(|at| now < at + CREDIT);
                if !all && credited {
                    return None;
                }
                let summary = refusal.summary.clone();
                (MailServerState::Refuses, summary, all.then_some(REFUSES))
            }
            Attempt::Unavailable { reason, .. } => (
                MailServerState::Unavailable,
                reason.clone(),
                Some(UNAVAILABLE),
            ),
            Attempt::Ended | Attempt::Later(_) | Attempt::NoAnswer(_) | Attempt::Never(_) => {
                return self.handle_unrelated(attempt, began, now);
            }
        };
        if self.changed_at.is_some_and(|at| began < at) {
            return None;
        }
        self.changed_at = Some(now);
        self.record_failure(state, summary, pauses, now)
    }

    /// Handles a result that does not concern this sender. An answer shows that the server is
    /// available; otherwise, another mail is tried soon.
    fn handle_unrelated(
        &mut self,
        attempt: &Attempt,
        began: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Model> {
        let is_stale = self.changed_at.is_some_and(|at| began < at);
        if self.row.retry_at.is_none() || is_stale {
            return None;
        }
        let answered = matches!(attempt, Attempt::Later(_) | Attempt::Never(_));
        if answered && self.row.state == MailServerState::Unavailable {
            return self.accept();
        }
        self.row.retry_at = Some(now + UNAVAILABLE[0]);
        Some(self.row.clone())
    }

    fn accept(&mut self) -> Option<Model> {
        let accepting = accepting();
        let is_new = self.row != accepting;
        self.row = accepting;
        is_new.then(|| self.row.clone())
    }

    fn record_failure(
        &mut self,
        state: MailServerState,
        summary: String,
        pauses: Option<[Duration; 2]>,
        now: DateTime<Utc>,
    ) -> Option<Model> {
        let is_unchanged = self.row.state == state;
        let failures = if is_unchanged { self.row.failures } else { 0 };
        let pause =
            |[first, longest]: [Duration; 2]| longest.min(first * (1 << failures.clamp(0, 16)));
        self.row = Model {
            id: ONLY,
            state,
            summary: Some(summary),
            since: self.row.since.filter(|_| is_unchanged).or(Some(now)),
            retry_at: pauses.map(|pauses| now + pause(pauses)),
            failures: failures.saturating_add(1),
        };
        Some(self.row.clone())
    }
}

/// Returns the initial state: the server accepts mail.
pub(super) fn accepting() -> Model {
    Model {
        id: ONLY,
        state: MailServerState::Accepts,
        summary: None,
        since: None,
        retry_at: None,
        failures: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::smtp::Refusal;

    fn refused(concerns_all: bool) -> Attempt {
        Attempt::Refused(Refusal {
            reason: "550 5.7.0 <bo@x.example>: no".to_owned(),
            summary: "550 5.7.0".to_owned(),
            concerns_all,
        })
    }

    fn unavailable() -> Attempt {
        Attempt::Unavailable {
            reason: "no connection".to_owned(),
            busy: false,
        }
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::seconds(seconds)
    }

    /// Evaluates an attempt that began and ended in the same second.
    fn record(monitor: &mut Monitor, attempt: &Attempt, at: i64) -> Option<Model> {
        monitor.record(Uuid::now_v7(), attempt, after(at), after(at))
    }

    #[test]
    fn rejection_of_all_mail_holds_back_all_with_growing_delays() {
        let mut one = Monitor::new();
        assert_eq!(one.permit(after(0)), Permit::Any);
        let row = record(&mut one, &refused(true), 10).unwrap();
        assert_eq!(
            (row.state, row.since),
            (MailServerState::Refuses, Some(after(10)))
        );
        assert_eq!(row.summary.as_deref(), Some("550 5.7.0"));
        assert_eq!(row.retry_at, Some(after(40)));
        assert_eq!(one.permit(after(39)), Permit::None);
        assert_eq!(one.permit(after(40)), Permit::One);
        let row = record(&mut one, &refused(true), 40).unwrap();
        assert_eq!(
            (row.since, row.retry_at),
            (Some(after(10)), Some(after(100)))
        );
        let later = record(&mut one, &Attempt::Later(String::new()), 100).unwrap();
        assert_eq!(
            (later.since, later.retry_at),
            (Some(after(10)), Some(after(102)))
        );
        assert_eq!(record(&mut one, &Attempt::Sent, 101), Some(accepting()));
        assert_eq!(record(&mut one, &Attempt::Sent, 102), None);
        assert_eq!(one.permit(after(102)), Permit::Any);
    }

    #[test]
    fn single_policy_rejection_concerns_the_recipient() {
        let mut one = Monitor::new();
        record(&mut one, &Attempt::Sent, 0);
        assert_eq!(record(&mut one, &refused(false), 1), None);
        assert_eq!(record(&mut one, &refused(false), 2), None);
        let third = record(&mut one, &refused(false), 3).unwrap();
        assert_eq!(third.retry_at, Some(after(33)), "the quota is used up");

        // Admins see the rejection; other mails are still tried.
        let mut other = Monitor::new();
        let row = record(&mut other, &refused(false), 0).unwrap();
        assert_eq!((row.state, row.retry_at), (MailServerState::Refuses, None));
        assert_eq!(other.permit(after(0)), Permit::Any);
    }

    #[test]
    fn concurrent_failures_count_once() {
        let mut one = Monitor::new();
        let row = record(&mut one, &unavailable(), 10).unwrap();
        assert_eq!((row.retry_at, row.failures), (Some(after(12)), 1));
        let began_before = one.record(Uuid::now_v7(), &unavailable(), after(9), after(11));
        assert_eq!(began_before, None);
        for at in [12, 20, 40, 80, 160, 320, 640] {
            record(&mut one, &unavailable(), at);
        }
        assert_eq!(one.row().retry_at, Some(after(700)), "a minute at most");
        let row = record(&mut one, &refused(true), 700).unwrap();
        assert_eq!((row.failures, row.since), (1, Some(after(700))));

        let mut other = Monitor::new();
        record(&mut other, &unavailable(), 0);
        let answered = record(&mut other, &Attempt::Never(String::new()), 5);
        assert_eq!(answered, Some(accepting()), "the server answers");
    }
}
