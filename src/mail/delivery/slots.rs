//! How many mails may be on their way at once: altogether, by priority, and to one domain. Pure:
//! it decides, and does nothing.

use entity::outbox::MailPriority;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The pause after a domain first hung; it doubles with each further time, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(15);
/// The longest pause of a domain that hangs.
const MAX_PAUSE: Duration = Duration::from_secs(300);
/// How long a mail server that had no room for a connection is not asked for more.
const CALM: Duration = Duration::from_secs(30);

/// The limits that the settings give.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Mails in flight altogether.
    pub total: usize,
    /// Mails in flight to one domain: for interactive mails, and again for bulk mail.
    pub per_domain: usize,
}

/// Mails of one priority to one domain: they wait in one line.
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
    /// What the mail server has room for, as far as is known: at most the total.
    allowed: usize,
    shrunk_at: Option<Instant>,
    in_flight: usize,
    /// By domain, interactive mails and bulk mail apart.
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

    /// The limits that the settings give.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// How many mails are in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Takes a slot for a mail; `false` where it has to wait.
    pub(super) fn take(&mut self, lane: &Lane, now: Instant) -> bool {
        if self.in_flight >= self.cap(lane.priority) || self.room(lane, now) == 0 {
            return false;
        }
        self.in_flight += 1;
        *self.by_domain.entry(key(lane)).or_default() += 1;
        true
    }

    /// Gives a slot back.
    pub(super) fn give_back(&mut self, lane: &Lane) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(count) = self.by_domain.get_mut(&key(lane)) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_domain.remove(&key(lane));
            }
        }
    }

    /// How many more mails may leave for the domain of a lane.
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

    /// Whether a domain has not answered lately.
    pub(super) fn is_suspect(&self, domain: &str) -> bool {
        self.suspects.contains_key(domain)
    }

    /// The lane from which a mail is tried while the mail server takes none: the first one whose
    /// domain is not known to hang, since such a mail tells nothing about the server.
    pub(super) fn probe_lane<'a>(&self, lanes: &'a [Lane]) -> Option<&'a Lane> {
        let answers = |lane: &&Lane| !self.is_suspect(&lane.domain);
        lanes.iter().find(answers).or(lanes.first())
    }

    /// A mail to a domain was answered, in whatever way.
    pub(super) fn answered(&mut self, domain: &str) {
        self.suspects.remove(domain);
    }

    /// A mail to a domain was not answered.
    pub(super) fn hung(&mut self, domain: &str, now: Instant) {
        let before = self.suspects.get(domain).map(|suspect| suspect.pause);
        let pause = before.map_or(FIRST_PAUSE, |pause| (pause * 2).min(MAX_PAUSE));
        let until = now + pause;
        self.suspects
            .insert(domain.to_owned(), Suspect { pause, until });
    }

    /// The mail server had no room for one more connection.
    pub(super) fn shrink(&mut self, now: Instant) {
        self.allowed = self.in_flight.clamp(1, self.allowed);
        self.shrunk_at = Some(now);
    }

    /// Lets time pass: allows more connections again, little by little, and forgets domains that
    /// nobody has written to for long.
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

    /// Up to how many mails in flight one more of this priority may leave: some slots are kept for
    /// those that somebody waits for.
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
    fn bulk_mail_leaves_slots_to_others() {
        let (mut slots, now) = (Slots::new(LIMITS), Instant::now());
        let bulk: Vec<_> = ["a", "b", "c", "d"]
            .map(|d| lane(MailPriority::Bulk, d))
            .into();
        let taken: Vec<_> = bulk
            .iter()
            .map(|lane| fill(&mut slots, lane, now))
            .collect();
        assert_eq!(taken, [3, 3, 0, 0], "three for each domain, six altogether");
        assert_eq!(fill(&mut slots, &lane(MailPriority::Single, "a"), now), 1);
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "a"), now), 1);
        assert_eq!(slots.in_flight(), 8);
        slots.give_back(&bulk[0]);
        assert_eq!(fill(&mut slots, &bulk[2], now), 0, "the slot is reserved");
        assert_eq!(fill(&mut slots, &lane(MailPriority::Urgent, "c"), now), 1);
    }

    #[test]
    fn a_domain_that_hangs_gets_one_mail_at_a_time() {
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
            "who waits is not made to wait"
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
    fn a_domain_that_hangs_does_not_hold_up_the_trial_of_the_server() {
        let (mut slots, now) = (Slots::new(LIMITS), Instant::now());
        let lanes = ["a", "b"].map(|domain| lane(MailPriority::Bulk, domain));
        assert_eq!(slots.probe_lane(&lanes), Some(&lanes[0]));
        slots.hung("a", now);
        assert_eq!(slots.probe_lane(&lanes), Some(&lanes[1]));
        slots.hung("b", now);
        assert_eq!(
            slots.probe_lane(&lanes),
            Some(&lanes[0]),
            "one is tried in any case"
        );
        assert_eq!(slots.probe_lane(&[]), None);
    }

    #[test]
    fn a_server_without_room_gets_fewer_mails_at_once() {
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
