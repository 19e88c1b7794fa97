//! Limits of mails in flight: in total, by priority, and by domain. This module performs no I/O.

use entity::outbox::MailPriority;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The delay after the first timeout of a domain. It doubles with each further one, up to
/// [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(15);
/// The longest delay for a domain that does not answer.
const MAX_PAUSE: Duration = Duration::from_secs(300);
/// How long after a rejected connection the number of connections is not increased.
const CALM: Duration = Duration::from_secs(30);

/// The limits from the settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The maximum number of mails in flight.
    pub total: usize,
    /// The maximum number of mails in flight to one domain, separately for interactive and bulk
    /// mail.
    pub per_domain: usize,
}

/// A queue: the mails of one priority to one domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lane {
    pub priority: MailPriority,
    pub domain: String,
}

/// A domain that did not answer.
#[derive(Debug)]
struct Suspect {
    pause: Duration,
    until: Instant,
}

/// The mails in flight.
#[derive(Debug)]
pub(super) struct Slots {
    limits: Limits,
    /// How many connections the mail server currently accepts; at most the total.
    allowed: usize,
    shrunk_at: Option<Instant>,
    in_flight: usize,
    /// The number by domain, separately for interactive (`false`) and bulk mail (`true`).
    by_domain: HashMap<(String, bool), usize>,
    suspects: HashMap<String, Suspect>,
}

impl Slots {
    pub(super) fn new(limits: Limits) -> Slots {
        Slots {
            limits,
            allowed: limits.total,
            shrunk_at: None,
            in_flight: 0,
            by_domain: HashMap::new(),
            suspects: HashMap::new(),
        }
    }

    /// Returns the limits from the settings.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the number of mails in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Takes a slot for a mail. Returns `false` if there is none.
    pub(super) fn take(&mut self, lane: &Lane, now: Instant) -> bool {
        if self.in_flight >= self.cap(lane.priority) || self.room(lane, now) == 0 {
            return false;
        }
        self.in_flight += 1;
        *self.by_domain.entry(key(lane)).or_default() += 1;
        true
    }

    /// Releases a slot.
    pub(super) fn give_back(&mut self, lane: &Lane) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(count) = self.by_domain.get_mut(&key(lane)) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_domain.remove(&key(lane));
            }
        }
    }

    /// Returns how many more mails of a lane may be sent now.
    pub(super) fn room(&self, lane: &Lane, now: Instant) -> usize {
        let bulk = is_bulk(lane.priority);
        let limit = match self.suspects.get(&lane.domain) {
            Some(suspect) if bulk && now < suspect.until => 0,
            Some(_) => 1,
            None => self.limits.per_domain,
        };
        let taken = self.by_domain.get(&key(lane)).copied();
        limit.saturating_sub(taken.unwrap_or_default())
    }

    /// Returns how many mails of a lane are worth composing: those that may be sent now, and if the
    /// lane is fast, as many that follow.
    pub(super) fn useful(&self, lane: &Lane, slow: bool, now: Instant) -> usize {
        let next = if slow || self.is_suspect(&lane.domain) {
            0
        } else {
            self.limits.per_domain
        };
        self.room(lane, now) + next
    }

    /// Whether a domain did not answer recently.
    pub(super) fn is_suspect(&self, domain: &str) -> bool {
        self.suspects.contains_key(domain)
    }

    /// Returns the lane from which a mail is tried while the mail server accepts none: the first
    /// one whose domain is not suspect, because mails to such a domain do not show the server's
    /// state.
    pub(super) fn probe_lane<'a>(&self, lanes: &'a [Lane]) -> Option<&'a Lane> {
        let answers = |lane: &&Lane| !self.is_suspect(&lane.domain);
        lanes.iter().find(answers).or(lanes.first())
    }

    /// Records that a mail to a domain was answered, positively or negatively.
    pub(super) fn answered(&mut self, domain: &str) {
        self.suspects.remove(domain);
    }

    /// Records that a mail to a domain was not answered.
    pub(super) fn hung(&mut self, domain: &str, now: Instant) {
        let before = self.suspects.get(domain).map(|suspect| suspect.pause);
        let pause = before.map_or(FIRST_PAUSE, |pause| (pause * 2).min(MAX_PAUSE));
        let until = now + pause;
        self.suspects
            .insert(domain.to_owned(), Suspect { pause, until });
    }

    /// Records that the mail server rejected a further connection.
    pub(super) fn shrink(&mut self, now: Instant) {
        self.allowed = self.in_flight.clamp(1, self.allowed);
        self.shrunk_at = Some(now);
    }

    /// Advances time: gradually allows more connections, and forgets domains without recent mails.
    pub(super) fn tick(&mut self, now: Instant) {
        let calm = self
            .shrunk_at
            .is_none_or(|at| now.duration_since(at) >= CALM);
        if calm && self.allowed < self.limits.total {
            self.allowed += 1;
        }
        self.suspects
            .retain(|_, suspect| now < suspect.until + MAX_PAUSE);
    }

    /// Returns the number of mails in flight below which a mail of this priority may be sent. Some
    /// slots are reserved for higher priorities.
    fn cap(&self, priority: MailPriority) -> usize {
        let reserve = self.allowed / 4;
        let cap = match priority {
            MailPriority::Urgent => self.allowed,
            MailPriority::Single => self.allowed - reserve / 2,
            MailPriority::Bulk => self.allowed - reserve,
        };
        cap.max(1)
    }
}

fn is_bulk(priority: MailPriority) -> bool {
    priority == MailPriority::Bulk
}

fn key(lane: &Lane) -> (String, bool) {
    (lane.domain.clone(), is_bulk(lane.priority))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        total: 8,
        per_domain: 3,
    };

    fn lane(priority: MailPriority, domain: &str) -> Lane {
        let domain = domain.to_owned();
        Lane { priority, domain }
    }

    fn fill(slots: &mut Slots, lane: &Lane, now: Instant) -> usize {
        (0..100).take_while(|_| slots.take(lane, now)).count()
    }

    #[test]
    fn bulk_mail_leaves_slots_for_other_mail() {
        let (mut slots, now) = (Slots::new(LIMITS), Instant::now());
        let bulk: Vec<_> = ["a", "b", "c", "d"]
            .map(|d| lane(MailPriority::Bulk, d))
            .into();
        let taken: Vec<_> = bulk
            .iter()
            .map(|lane| fill(&mut slots, lane, now))
            .collect();
        assert_eq!(taken, [3, 3, 0, 0], "three per domain, six in total");
        assert_eq!(fill(&mut slots, &lane(MailPriority::Single, "a"), now), 1);
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "a"), now), 1);
        assert_eq!(slots.in_flight(), 8);
        slots.give_back(&bulk[0]);
        assert_eq!(fill(&mut slots, &bulk[2], now), 0, "the slot is reserved");
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "c"), now), 1);
    }

    #[test]
    fn suspect_domain_gets_one_mail_at_a_time() {
        let (mut slots, now) = (Slots::new(LIMITS), Instant::now());
        let (bulk, urgent) = (
            lane(MailPriority::Bulk, "a"),
            lane(MailPriority::Urgent, "a"),
        );
        slots.hung("a", now);
        assert_eq!(fill(&mut slots, &bulk, now), 0);
        assert_eq!(
            fill(&mut slots, &urgent, now),
            1,
            "urgent mail is not delayed"
        );
        let later = now + FIRST_PAUSE;
        assert_eq!(fill(&mut slots, &bulk, later), 1);
        slots.give_back(&bulk);
        slots.hung("a", later);
        assert_eq!(
            fill(&mut slots, &bulk, later + FIRST_PAUSE),
            0,
            "the pause grows"
        );
        slots.answered("a");
        assert_eq!(fill(&mut slots, &bulk, later), 3);
        slots.hung("b", now);
        slots.tick(now + 3 * MAX_PAUSE);
        assert!(!slots.is_suspect("b"));
    }

    #[test]
    fn suspect_domain_does_not_block_the_server_test() {
        let (mut slots, now) = (Slots::new(LIMITS), Instant::now());
        let lanes = ["a", "b"].map(|domain| lane(MailPriority::Bulk, domain));
        assert_eq!(slots.probe_lane(&lanes), Some(&lanes[0]));
        slots.hung("a", now);
        assert_eq!(slots.probe_lane(&lanes), Some(&lanes[1]));
        slots.hung("b", now);
        assert_eq!(
            slots.probe_lane(&lanes),
            Some(&lanes[0]),
            "one mail is tried in any case"
        );
        assert_eq!(slots.probe_lane(&[]), None);
    }

    #[test]
    fn overloaded_server_gets_fewer_mails_at_once() {
        let (mut slots, now) = (Slots::new(LIMITS), Instant::now());
        let lanes: Vec<_> = ["a", "b", "c"]
            .map(|d| lane(MailPriority::Urgent, d))
            .into();
        assert!(lanes.iter().all(|lane| slots.take(lane, now)));
        slots.shrink(now);
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "d"), now), 0);
        slots.tick(now + Duration::from_secs(1));
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "d"), now), 0);
        slots.tick(now + CALM);
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "d"), now), 1);
        for lane in &lanes {
            slots.give_back(lane);
        }
        for _ in 0..100 {
            slots.tick(now + CALM);
        }
        assert_eq!(slots.allowed, LIMITS.total);
    }
}
