//! The worker that sends the mails of the outbox.
//!
//! It is one task that owns all state. Database and SMTP calls run in other tasks and report back
//! with events. Mails are processed as a stream: they are claimed, composed shortly before a slot is
//! free, and sent; claims, tokens, and results are stored in batches. Mails wait for slots, but never
//! for each other.

mod attempt;
mod claimed;
mod claims;
mod events;
mod gauges;
mod monitor;
mod record;
mod slots;
mod tasks;

use self::attempt::Attempt;
use self::claimed::Claimed;
use self::claims::{Cursors, Moment};
use self::monitor::{Monitor, Permit};
use self::record::Report;
use self::slots::{Lane, Limits, Slots};
use self::tasks::{Event, Parts};
use super::render::Renderer;
use super::smtp::Smtp;
use crate::App;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the worker checks its own state.
const TICK: Duration = Duration::from_millis(250);
/// How often the worker polls the outbox, because other replicas cannot wake it.
const POLL: Duration = Duration::from_secs(2);
/// How often the queue is counted for the metrics.
const COUNT: Duration = Duration::from_secs(15);
/// How long the worker makes no database calls after an error.
const REST: Duration = Duration::from_secs(1);

/// Sends mails until it is stopped.
pub struct MailWorker {
    parts: Arc<Parts>,
    tasks: JoinSet<Event>,
    /// Running tasks of which one at a time is enough.
    running: Running,
    slots: Slots,
    monitor: Monitor,
    /// Claimed mails without a slot.
    claimed: Claimed,
    /// Mails that hold a slot.
    sending: HashMap<Uuid, Sending>,
    /// The single mail that is tried while the mail server accepts none.
    probe: Option<Uuid>,
    /// The next results to store.
    report: Report,
    lease: Lease,
    look: Look,
    times: Times,
    /// The database's time, and when it was read.
    database_time: Option<(DateTime<Utc>, Instant)>,
    database_is_away: bool,
}

/// Which background tasks are running.
#[derive(Default)]
struct Running {
    pulse: bool,
    claim: bool,
    renew: bool,
    count: bool,
    storing: Option<Arc<Report>>,
    /// For interactive mails, and for bulk mail.
    composing: [bool; 2],
}

/// A mail that holds a slot.
struct Sending {
    lane: Lane,
    /// Aborts the attempt.
    abort: AbortHandle,
}

/// The validity of this replica's claims.
struct Lease {
    /// How long a claim lasts after it was taken or renewed.
    length: Duration,
    /// When all claims were last taken or renewed.
    since: Option<Instant>,
}

/// What is known about due mails.
#[derive(Default)]
struct Look {
    /// Whether there may be due mails that have not been looked up.
    wanted: bool,
    /// Whether the last query found any, claimed or not.
    found: bool,
    cursors: Cursors,
}

/// Times of the next actions.
struct Times {
    poll: Instant,
    count: Instant,
    /// When this replica last changed the state of the mail server.
    server_changed: Instant,
    rest_until: Option<Instant>,
    /// When running attempts are aborted after a stop.
    cut_off: Option<Instant>,
}

impl Lease {
    fn is_due(&self, now: Instant) -> bool {
        self.since
            .is_some_and(|since| now >= since + self.length / 3)
    }

    /// Whether the claims are treated as lost. This is before they expire, to leave time to abort
    /// running attempts.
    fn is_over(&self, now: Instant) -> bool {
        self.since
            .is_some_and(|since| now >= since + self.length * 4 / 5)
    }
}

impl MailWorker {
    /// Creates a worker for a mail server.
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
            monitor: Monitor::new(),
            claimed: Claimed::default(),
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
                server_changed: now,
                rest_until: None,
                cut_off: None,
            },
            database_time: None,
            database_is_away: false,
        }
    }

    /// Sends mails as they become due. After `stop`, finishes running attempts as long as the
    /// shutdown timeout allows, and releases the other claims.
    pub async fn run(mut self, stop: CancellationToken) {
        let parts = self.parts.clone();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let stopping = self.times.cut_off.is_some();
            tokio::select! {
                () = stop.cancelled(), if !stopping => self.begin_stop(),
                Some(event) = self.tasks.join_next() => {
                    // An aborted attempt reports nothing.
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
        let idle = !self.running.claim && !self.claimed.is_composing();
        let stored = stored || (cut_off && self.database_is_away);
        self.sending.is_empty() && (idle || cut_off) && stored
    }

    /// Stops claiming mails, and releases those that have not been started.
    fn begin_stop(&mut self) {
        let patience = self.parts.app.config.shutdown_timeout;
        let patience = patience.to_std().unwrap_or_default() / 2;
        self.times.cut_off = Some(Instant::now() + patience);
        self.probe = None;
        self.release_waiting();
    }

    /// Releases the mails without a slot, except the one that is tried in any case.
    fn release_waiting(&mut self) {
        let released = self.claimed.release(self.probe);
        self.report.released.extend(released);
    }

    fn tick(&mut self, now: Instant) {
        if self.lease.is_over(now) {
            self.lose_claims();
        }
        if self.times.cut_off.is_some_and(|at| now >= at) {
            let released = self.abort_attempts();
            self.report.released.extend(released);
            let unsent = std::mem::take(&mut self.claimed);
            self.report.released.extend(unsent.ids());
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

    /// Starts all tasks that can be started.
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

    /// Sends composed mails for which there are slots, and composes further ones.
    fn dispatch(&mut self, now: Instant) {
        let permit = self.monitor.permit(self.parts.app.now());
        if permit != Permit::Any {
            // Another replica may try one of them, or this one later.
            self.release_waiting();
        }
        let slots = &mut self.slots;
        let take_slot = |lane: &Lane| slots.take(lane, now);
        for (mail, rendered) in self.claimed.start_sending(now, take_slot) {
            self.start_attempt(mail, rendered);
        }
        for bulk in [false, true] {
            if self.running.composing[usize::from(bulk)] {
                continue;
            }
            let (slots, probe) = (&self.slots, self.probe);
            let most = slots.limits().total;
            let batch = self
                .claimed
                .start_composing(bulk, most, |mail, lane, slow| {
                    let may_go = permit == Permit::Any || probe == Some(mail.id);
                    if may_go {
                        slots.useful(lane, slow, now)
                    } else {
                        0
                    }
                });
            if !batch.is_empty() {
                self.running.composing[usize::from(bulk)] = true;
                self.start_compose(batch, bulk);
            }
        }
    }

    /// Aborts all attempts. Returns the IDs of their mails.
    fn abort_attempts(&mut self) -> Vec<Uuid> {
        let sending: Vec<_> = self.sending.drain().collect();
        for (_, sending) in &sending {
            self.slots.give_back(&sending.lane);
            sending.abort.abort();
        }
        sending.into_iter().map(|(id, _)| id).collect()
    }

    /// Drops all mails that this replica holds: another one may have claimed them.
    fn lose_claims(&mut self) {
        let unsent = std::mem::take(&mut self.claimed);
        let lost = self.abort_attempts().len() + unsent.ids().len();
        if lost > 0 {
            tracing::warn!(mails = lost, "claims on mails could not be renewed in time");
        }
        self.report.released.clear();
        self.report.outcomes.retain(|o| o.attempt == Attempt::Sent);
        self.lease.since = None;
        self.probe = None;
    }

    /// Returns the IDs of all mails that this replica has claimed.
    fn held(&self) -> Vec<Uuid> {
        let outcomes = self.report.outcomes.iter().map(|o| o.mail.id);
        let storing = self.running.storing.iter().flat_map(|r| &r.outcomes);
        let mut held = self.claimed.ids();
        held.extend(self.sending.keys().copied());
        held.extend(outcomes.chain(storing.map(|outcome| outcome.mail.id)));
        held
    }

    /// Returns the current time, or `None` before the database's clock was read.
    fn moment(&self) -> Option<Moment> {
        let (time, read_at) = self.database_time?;
        Some(Moment {
            now: self.parts.app.now(),
            database: time + read_at.elapsed(),
        })
    }
}
