//! The worker that sends what is in the outbox.
//!
//! It is one task that owns all state and decides; what waits for the database or the mail server
//! runs beside it and reports back. Mails pass through it as a stream: claimed from the outbox,
//! composed when there is a slot for them, sent, and their outcome stored, many together where many
//! come at once. No mail waits for another one but for a slot.

mod attempt;
mod claims;
mod events;
mod gauges;
mod judge;
mod record;
mod slots;
mod tasks;

use self::attempt::Attempt;
use self::claims::{Cursors, Moment};
use self::judge::{Judge, Permit};
use self::record::Report;
use self::slots::{Lane, Limits, Slots};
use self::tasks::{Event, Parts};
use super::render::Renderer;
use super::smtp::Smtp;
use crate::App;
use chrono::{DateTime, Utc};
use entity::outbox::Model;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the worker looks at its own state.
const TICK: Duration = Duration::from_millis(250);
/// How long it waits for news before it looks into the outbox by itself: other replicas cannot wake
/// it.
const POLL: Duration = Duration::from_secs(2);
/// How often the queue is counted for the metrics.
const COUNT: Duration = Duration::from_secs(15);
/// How long the database is left alone after it has failed.
const REST: Duration = Duration::from_secs(1);
/// Mails that are composed together at most.
const COMPOSED: usize = 32;

/// Sends mails until it is asked to stop.
pub struct MailWorker {
    parts: Arc<Parts>,
    tasks: JoinSet<Event>,
    /// What runs, of which one at a time is enough.
    running: Running,
    slots: Slots,
    judge: Judge,
    /// Claimed mails that wait for a slot, by priority.
    waiting: [VecDeque<Arc<Model>>; 3],
    /// Mails that hold a slot.
    sending: HashMap<Uuid, Sending>,
    /// The one mail that is tried although the mail server takes none.
    probe: Option<Uuid>,
    /// What is to be stored next.
    report: Report,
    lease: Lease,
    look: Look,
    times: Times,
    /// The time by the database's clock, and when it was read.
    database_time: Option<(DateTime<Utc>, Instant)>,
    database_is_away: bool,
}

/// Which background tasks run.
#[derive(Default)]
struct Running {
    pulse: bool,
    claim: bool,
    renew: bool,
    count: bool,
    storing: Option<Arc<Report>>,
    /// Interactive mails, and bulk mail.
    composing: [bool; 2],
}

/// A mail that holds a slot.
struct Sending {
    lane: Lane,
    /// Ends the attempt, once it has begun.
    abort: Option<AbortHandle>,
}

/// How long the claims of this replica hold.
struct Lease {
    /// How long a claim lasts from when it was taken or renewed.
    length: Duration,
    /// When the claims were last taken or renewed, all of them.
    since: Option<Instant>,
}

/// What is known of mails that wait to be claimed.
#[derive(Default)]
struct Look {
    /// Whether there may be some that nobody has seen yet.
    wanted: bool,
    /// Whether the last look found some, claimed or not.
    found: bool,
    cursors: Cursors,
}

/// When things are due.
struct Times {
    poll: Instant,
    count: Instant,
    /// When this replica last judged the mail server.
    judged: Instant,
    rest_until: Option<Instant>,
    /// When what is still running is broken off, after the request to stop.
    cut_off: Option<Instant>,
}

impl Lease {
    fn is_due(&self, now: Instant) -> bool {
        self.since
            .is_some_and(|since| now >= since + self.length / 3)
    }

    /// Until when no other replica can have taken the mails over. The rest of the claim is for
    /// breaking off what is being sent.
    fn is_over(&self, now: Instant) -> bool {
        self.since
            .is_some_and(|since| now >= since + self.length * 4 / 5)
    }
}

impl MailWorker {
    /// Prepares for a mail server.
    pub fn new(app: App, renderer: Renderer, smtp: Smtp) -> MailWorker {
        let limits = Limits {
            total: usize::from(app.config.mails_in_flight),
            per_domain: usize::from(app.config.mails_in_flight_per_domain),
        };
        let length = app.config.mail_claim.to_std().unwrap_or(POLL);
        let now = Instant::now();
        MailWorker {
            parts: Arc::new(Parts::new(app, renderer, smtp, length)),
            tasks: JoinSet::new(),
            running: Running::default(),
            slots: Slots::new(limits),
            judge: Judge::new(),
            waiting: Default::default(),
            sending: HashMap::new(),
            probe: None,
            report: Report::default(),
            lease: Lease {
                length,
                since: None,
            },
            look: Look::default(),
            times: Times {
                poll: now,
                count: now,
                judged: now,
                rest_until: None,
                cut_off: None,
            },
            database_time: None,
            database_is_away: false,
        }
    }

    /// Sends mails as they come. Finishes what it has begun before it stops, for as long as the
    /// program waits, and gives the rest back.
    pub async fn run(mut self, stop: CancellationToken) {
        let parts = self.parts.clone();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let stopping = self.times.cut_off.is_some();
            tokio::select! {
                () = stop.cancelled(), if !stopping => self.begin_stop(),
                Some(event) = self.tasks.join_next() => {
                    // An attempt that was broken off reports nothing.
                    if let Ok(event) = event {
                        self.handle(event);
                    }
                }
                () = parts.app.mail_queued.notified(), if !stopping => self.look.wanted = true,
                _ = ticks.tick() => self.tick(Instant::now()),
            }
            self.start_work(Instant::now());
            if self.times.cut_off.is_some() && self.is_done() {
                break;
            }
        }
        parts.smtp.close().await;
    }

    fn is_done(&self) -> bool {
        let cut_off = self.times.cut_off.is_some_and(|at| Instant::now() >= at);
        let stored = self.report.is_empty() && self.running.storing.is_none();
        let claimed = !self.running.claim || cut_off;
        self.sending.is_empty() && claimed && (stored || (cut_off && self.database_is_away))
    }

    /// Takes no more mails, and gives back those that have not begun.
    fn begin_stop(&mut self) {
        let patience = self.parts.app.config.shutdown_timeout;
        let patience = patience.to_std().unwrap_or_default() / 2;
        self.times.cut_off = Some(Instant::now() + patience);
        self.probe = None;
        self.release_waiting();
    }

    /// Gives back the mails that wait for a slot, but for one that is to be tried in any case.
    fn release_waiting(&mut self) {
        for waiting in &mut self.waiting {
            let probe = self.probe;
            let goes = |mail: &Arc<Model>| probe != Some(mail.id);
            let released = waiting.iter().filter(|mail| goes(mail)).map(|mail| mail.id);
            self.report.released.extend(released);
            waiting.retain(|mail| !goes(mail));
        }
    }

    fn tick(&mut self, now: Instant) {
        if self.lease.is_over(now) {
            self.lose_claims();
        }
        if self.times.cut_off.is_some_and(|at| now >= at) {
            for (id, _) in self.break_off() {
                self.report.released.push(id);
            }
        }
        if self.times.rest_until.is_some_and(|until| now >= until) {
            self.times.rest_until = None;
        }
        if now >= self.times.poll {
            self.times.poll = now + POLL;
            self.look.wanted = true;
            self.slots.tick(now);
            self.parts.smtp.prune();
            self.start_pulse(now);
        }
        if now >= self.times.count {
            self.times.count = now + COUNT;
            self.start_count();
        }
        gauges::show_in_flight(self.sending.len());
    }

    /// Starts whatever can be started.
    fn start_work(&mut self, now: Instant) {
        if self.times.rest_until.is_some() {
            return;
        }
        if self.lease.is_due(now) {
            self.start_renewal(now);
        }
        self.start_store();
        if self.times.cut_off.is_some() {
            return;
        }
        self.start_look(now);
        self.dispatch(now);
    }

    /// Composes waiting mails for which there are slots.
    fn dispatch(&mut self, now: Instant) {
        let permit = self.judge.permit(self.parts.app.now());
        if permit != Permit::Any {
            // Somebody else, or this replica later, may try one of them.
            self.release_waiting();
        }
        for bulk in [false, true] {
            if self.running.composing[usize::from(bulk)] {
                continue;
            }
            let mut batch = Vec::new();
            for priority in if bulk { 2..3 } else { 0..2 } {
                let waiting = std::mem::take(&mut self.waiting[priority]);
                for mail in waiting {
                    let may_go = permit == Permit::Any || self.probe == Some(mail.id);
                    let lane = lane_of(&mail);
                    if batch.len() < COMPOSED && may_go && self.slots.take(&lane, now) {
                        self.sending.insert(mail.id, Sending { lane, abort: None });
                        batch.push(mail);
                    } else {
                        self.waiting[priority].push_back(mail);
                    }
                }
            }
            if !batch.is_empty() {
                self.running.composing[usize::from(bulk)] = true;
                self.start_compose(batch, bulk);
            }
        }
    }

    /// Breaks off all attempts; gives their mails.
    fn break_off(&mut self) -> Vec<(Uuid, Sending)> {
        let sending: Vec<_> = self.sending.drain().collect();
        for (_, sending) in &sending {
            self.slots.give_back(&sending.lane);
            if let Some(abort) = &sending.abort {
                abort.abort();
            }
        }
        sending
    }

    /// Forgets all mails that this replica holds: another one may have claimed them by now.
    fn lose_claims(&mut self) {
        let lost = self.break_off().len() + self.waiting.iter().map(VecDeque::len).sum::<usize>();
        if lost > 0 {
            tracing::warn!(mails = lost, "claims of mails could not be renewed in time");
        }
        self.waiting = Default::default();
        self.report.released.clear();
        self.report.outcomes.retain(|o| o.attempt == Attempt::Sent);
        self.lease.since = None;
        self.probe = None;
    }

    /// The mails that this replica has claimed, whatever it does with them.
    fn held(&self) -> Vec<Uuid> {
        let waiting = self.waiting.iter().flatten().map(|mail| mail.id);
        let outcomes = self.report.outcomes.iter().map(|o| o.mail.id);
        let storing = self.running.storing.iter().flat_map(|r| &r.outcomes);
        waiting
            .chain(self.sending.keys().copied())
            .chain(outcomes)
            .chain(storing.map(|outcome| outcome.mail.id))
            .collect()
    }

    /// What time it is; `None` before the database has told.
    fn moment(&self) -> Option<Moment> {
        let (time, read_at) = self.database_time?;
        Some(Moment {
            now: self.parts.app.now(),
            database: time + read_at.elapsed(),
        })
    }
}

fn lane_of(mail: &Model) -> Lane {
    Lane {
        priority: mail.priority,
        domain: mail.domain.clone(),
    }
}
