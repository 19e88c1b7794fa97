//! Claimed mails that have no slot yet: they wait, are composed, and are then ready to be sent. A few
//! are composed before they get a slot, so that slots do not wait for the database. This module
//! performs no I/O.

use super::slots::Lane;
use crate::mail::render::RenderedMail;
use entity::outbox::{MailPriority, Model};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a composed mail may wait for a slot. Later, it is composed again, because its subject may
/// have ended.
const FRESH: Duration = Duration::from_secs(1);
/// The maximum number of mails that are composed together.
const COMPOSED: usize = 32;

/// A composed mail.
struct Ready {
    mail: Arc<Model>,
    rendered: RenderedMail,
    since: Instant,
}

/// The mails, by priority.
#[derive(Default)]
pub(super) struct Claimed {
    waiting: [VecDeque<Arc<Model>>; 3],
    composing: HashMap<Uuid, Arc<Model>>,
    ready: [VecDeque<Ready>; 3],
    /// Lanes whose composed mails waited too long: their mails are composed when a slot is free.
    slow: HashSet<Lane>,
}

impl Claimed {
    /// Adds a mail, or puts one back before the others.
    pub(super) fn add(&mut self, mail: Arc<Model>, first: bool) {
        let waiting = &mut self.waiting[mail.priority.index()];
        if first {
            waiting.push_front(mail);
        } else {
            waiting.push_back(mail);
        }
    }

    /// Returns the number of mails of each lane.
    pub(super) fn lanes(&self) -> HashMap<Lane, usize> {
        count(self.mails())
    }

    /// Takes the next mails to compose: bulk mail or the others. At most `most` of them are composed
    /// and unsent, and of each lane, the number that `useful` returns. It is passed the mail, its
    /// lane, and whether the lane is slow.
    pub(super) fn start_composing(
        &mut self,
        bulk: bool,
        most: usize,
        useful: impl Fn(&Model, &Lane, bool) -> usize,
    ) -> Vec<Arc<Model>> {
        let of_kind = |mail: &&Arc<Model>| bulk == (mail.priority == MailPriority::Bulk);
        let unsent = self.composing.values().chain(self.ready());
        let mut unsent = count(unsent.filter(of_kind));
        let room = COMPOSED.min(most.saturating_sub(unsent.values().sum()));
        let mut batch = Vec::new();
        for waiting in &mut self.waiting {
            for mail in std::mem::take(waiting) {
                let lane = lane_of(&mail);
                let slow = self.slow.contains(&lane);
                let may_go = of_kind(&&mail) && batch.len() < room;
                let most = if may_go {
                    useful(&mail, &lane, slow)
                } else {
                    0
                };
                let unsent = unsent.entry(lane).or_default();
                if *unsent < most {
                    *unsent += 1;
                    self.composing.insert(mail.id, mail.clone());
                    batch.push(mail);
                } else {
                    waiting.push_back(mail);
                }
            }
        }
        batch
    }

    /// Ends the composition of a mail. Returns `false` if its claim was lost in the meantime.
    pub(super) fn end_composing(&mut self, mail: &Model) -> bool {
        self.composing.remove(&mail.id).is_some()
    }

    /// Whether mails are being composed.
    pub(super) fn is_composing(&self) -> bool {
        !self.composing.is_empty()
    }

    /// Adds a composed mail.
    pub(super) fn add_ready(&mut self, mail: Arc<Model>, rendered: RenderedMail, since: Instant) {
        let ready = &mut self.ready[mail.priority.index()];
        ready.push_back(Ready {
            mail,
            rendered,
            since,
        });
    }

    /// Takes the composed mails that get a slot, by priority.
    pub(super) fn start_sending(
        &mut self,
        now: Instant,
        mut take_slot: impl FnMut(&Lane) -> bool,
    ) -> Vec<(Arc<Model>, RenderedMail)> {
        let mut batch = Vec::new();
        for priority in MailPriority::ALL {
            let index = priority.index();
            for ready in std::mem::take(&mut self.ready[index]) {
                let lane = lane_of(&ready.mail);
                if now >= ready.since + FRESH {
                    self.slow.insert(lane);
                    self.add(ready.mail, true);
                } else if take_slot(&lane) {
                    self.slow.remove(&lane);
                    batch.push((ready.mail, ready.rendered));
                } else {
                    self.ready[index].push_back(ready);
                }
            }
        }
        batch
    }

    /// Removes all mails except one, and except those that are being composed. Returns their IDs.
    pub(super) fn release(&mut self, except: Option<Uuid>) -> Vec<Uuid> {
        let goes = |mail: &Arc<Model>| except != Some(mail.id);
        let waiting = self.waiting.iter().flatten();
        let ids = waiting.chain(self.ready()).filter(|mail| goes(mail));
        let ids = ids.map(|mail| mail.id).collect();
        for waiting in &mut self.waiting {
            waiting.retain(|mail| !goes(mail));
        }
        for ready in &mut self.ready {
            ready.retain(|ready| !goes(&ready.mail));
        }
        ids
    }

    /// Returns the IDs of all mails.
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.mails().map(|mail| mail.id).collect()
    }

    fn mails(&self) -> impl Iterator<Item = &Arc<Model>> {
        let waiting = self.waiting.iter().flatten();
        waiting.chain(self.composing.values()).chain(self.ready())
    }

    fn ready(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.ready.iter().flatten().map(|ready| &ready.mail)
    }
}

fn count<'a>(mails: impl Iterator<Item = &'a Arc<Model>>) -> HashMap<Lane, usize> {
    let mut counts = HashMap::new();
    for mail in mails {
        *counts.entry(lane_of(mail)).or_default() += 1;
    }
    counts
}

/// Returns the lane of a mail.
pub(super) fn lane_of(mail: &Model) -> Lane {
    Lane {
        priority: mail.priority,
        domain: mail.domain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use entity::outbox::MailState;

    fn mail(priority: MailPriority, domain: &str) -> Arc<Model> {
        Arc::new(Model {
            id: Uuid::now_v7(),
            recipient_name: String::new(),
            recipient_email: format!("bo@{domain}"),
            domain: domain.to_owned(),
            priority,
            content: serde_json::Value::Null,
            state: MailState::Queued,
            attempts: 0,
            created_at: DateTime::UNIX_EPOCH,
            next_attempt_at: DateTime::UNIX_EPOCH,
            deferred_since: None,
            claimed_by: None,
            claimed_until: None,
            sent_at: None,
            last_error: None,
        })
    }

    fn rendered() -> RenderedMail {
        RenderedMail {
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            link: None,
        }
    }

    /// Composes two mails per lane, or one if the lane is slow.
    fn compose(claimed: &mut Claimed, bulk: bool, now: Instant) -> usize {
        let batch = claimed.start_composing(bulk, 8, |_, _, slow| if slow { 1 } else { 2 });
        let count = batch.len();
        for mail in batch {
            assert!(claimed.end_composing(&mail));
            claimed.add_ready(mail, rendered(), now);
        }
        count
    }

    #[test]
    fn few_mails_of_a_lane_are_composed_ahead() {
        let (mut claimed, now) = (Claimed::default(), Instant::now());
        for domain in ["a", "a", "a", "b", "c", "d", "e", "f", "g", "h"] {
            claimed.add(mail(MailPriority::Bulk, domain), false);
        }
        claimed.add(mail(MailPriority::Urgent, "a"), false);
        assert_eq!(
            compose(&mut claimed, true, now),
            8,
            "at most, two of them for a"
        );
        assert_eq!(compose(&mut claimed, true, now), 0);
        assert_eq!(compose(&mut claimed, false, now), 1, "counted separately");
        assert_eq!(claimed.ids().len(), 11);
    }

    #[test]
    fn urgent_mails_get_slots_first() {
        let (mut claimed, now) = (Claimed::default(), Instant::now());
        let (bulk, urgent) = (
            mail(MailPriority::Bulk, "a"),
            mail(MailPriority::Urgent, "a"),
        );
        claimed.add(bulk.clone(), false);
        compose(&mut claimed, true, now);
        claimed.add(urgent.clone(), false);
        compose(&mut claimed, false, now);
        let mut slots = 1..=1;
        let sent = claimed.start_sending(now, |_| slots.next().is_some());
        let sent: Vec<_> = sent.into_iter().map(|(mail, _)| mail.id).collect();
        assert_eq!(sent, [urgent.id]);
        assert_eq!(claimed.release(None), [bulk.id]);
    }

    #[test]
    fn mails_that_wait_too_long_are_composed_again() {
        let (mut claimed, now) = (Claimed::default(), Instant::now());
        for _ in 0..3 {
            claimed.add(mail(MailPriority::Bulk, "a"), false);
        }
        assert_eq!(compose(&mut claimed, true, now), 2);
        let later = now + FRESH;
        assert!(claimed.start_sending(later, |_| true).is_empty());
        assert_eq!(compose(&mut claimed, true, later), 1, "a slow lane");
        assert_eq!(claimed.start_sending(later, |_| true).len(), 1);
        assert_eq!(compose(&mut claimed, true, later), 2, "a fast one again");
    }

    #[test]
    fn lost_claims_are_not_sent() {
        let mut claimed = Claimed::default();
        claimed.add(mail(MailPriority::Bulk, "a"), false);
        let batch = claimed.start_composing(true, 8, |_, _, _| 1);
        assert!(
            claimed.release(None).is_empty(),
            "the mail is being composed"
        );
        assert!(claimed.is_composing());
        let lost = std::mem::take(&mut claimed);
        assert_eq!(lost.ids(), [batch[0].id]);
        assert!(!claimed.end_composing(&batch[0]));
    }
}
