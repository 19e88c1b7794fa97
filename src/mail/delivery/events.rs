//! Handlers of the events that the worker's tasks report.

use super::attempt::{Attempt, Outcome};
use super::claimed::lane_of;
use super::claims::{self, Cursors, LANES};
use super::monitor::Permit;
use super::record::Report;
use super::slots::Lane;
use super::tasks::{Composed, Event};
use super::{MailWorker, REST, gauges};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use entity::mail_server::{self, MailServerState};
use entity::outbox::Model;
use std::sync::Arc;
use std::time::Instant;

/// How many mails of one lane are claimed before they have slots, as a multiple of the limit per
/// domain.
const AHEAD: usize = 4;
/// How many mails wait for a slot at most, as a multiple of the limit of mails in flight.
const WAITING: usize = 4;

impl MailWorker {
    pub(super) fn handle(&mut self, event: Event) {
        match event {
            Event::Pulse(read, at) => {
                self.running.pulse = false;
                if let Some(read) = self.value_or_pause("read the state of the mail server", read) {
                    self.pulse(read, at);
                }
            }
            Event::Lanes(found) => {
                self.running.claim = false;
                if let Some(lanes) = self.value_or_pause("look up due mails", found) {
                    self.lanes(&lanes);
                }
            }
            Event::Claimed(claimed, at) => {
                self.running.claim = false;
                if let Some(mails) = self.value_or_pause("claim mails", claimed) {
                    self.claimed(mails, at);
                }
            }
            Event::Renewed(renewed, at) => {
                self.running.renew = false;
                if self.value_or_pause("renew claims", renewed).is_some() {
                    self.lease.since = self.lease.since.map(|since| since.max(at));
                }
            }
            Event::Composed(composed, bulk) => {
                self.running.composing[usize::from(bulk)] = false;
                self.composed(composed);
            }
            Event::Attempted(outcome) => self.attempted(outcome),
            Event::Stored(stored, report) => {
                self.running.storing = None;
                if self.value_or_pause("store results", stored).is_none() {
                    self.report.put_back(Report::clone(&report));
                }
            }
            Event::Counted(counted) => {
                self.running.count = false;
                if let Some(queue) = self.value_or_pause("count mails", counted) {
                    gauges::show_queue(&queue, self.parts.app.now());
                }
            }
        }
    }

    /// Returns the value, or pauses database calls after an error. An error is logged once, until a
    /// call succeeds again.
    fn value_or_pause<T>(&mut self, what: &str, outcome: Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.database_works();
                Some(value)
            }
            Err(error) => {
                self.database_failed(what, &error);
                None
            }
        }
    }

    fn database_works(&mut self) {
        if std::mem::take(&mut self.database_is_away) {
            tracing::info!("the mail worker reaches the database again");
        }
    }

    fn database_failed(&mut self, what: &str, error: &Error) {
        gauges::count_database_error();
        if std::mem::replace(&mut self.database_is_away, true) {
            tracing::debug!(%error, what, "the mail worker cannot use the database");
        } else {
            tracing::error!(%error, what, "the mail worker cannot use the database and will retry");
        }
        self.times.rest_until = Some(Instant::now() + REST);
        self.look.wanted = true;
    }

    fn pulse(&mut self, (mut row, time): (mail_server::Model, DateTime<Utc>), at: Instant) {
        let is_first = self.database_time.is_none();
        self.database_time = Some((time, at));
        if is_first && row.retry_at.is_some() {
            // This worker may have been started with other settings: it tries immediately.
            row.retry_at = Some(self.parts.app.now());
            self.report.mail_server = Some(row.clone());
        }
        // This replica's own changes, stored or about to be, are newer than the row that was read.
        let storing = self.running.storing.as_ref();
        let is_storing = storing.is_some_and(|report| report.mail_server.is_some());
        if is_first
            || (at > self.times.server_changed && !is_storing && self.report.mail_server.is_none())
        {
            self.monitor.read(row);
        }
        self.show_mail_server();
    }

    fn show_mail_server(&self) {
        let row = self.monitor.row();
        gauges::show_mail_server(row.state);
        self.parts.app.mail_server.set(row.clone());
    }

    /// Claims mails of the lanes, as many as can be sent soon, or one to test the mail server.
    fn lanes(&mut self, lanes: &[Lane]) {
        claims::advance(&mut self.look.cursors, lanes);
        self.look.found = !lanes.is_empty();
        let probing = match self.monitor.permit(self.parts.app.now()) {
            Permit::Any => false,
            Permit::One if self.probe.is_none() => true,
            _ => return,
        };
        let wanted = if probing {
            let lane = self.slots.probe_lane(lanes);
            lane.map(|lane| (lane.clone(), 1)).into_iter().collect()
        } else {
            self.wanted(lanes)
        };
        if !wanted.is_empty() {
            self.start_claim(wanted, probing);
        } else if self.look.cursors != Cursors::default() {
            // There are more lanes than one claim covers.
            self.look.wanted = true;
        }
    }

    fn wanted(&self, lanes: &[Lane]) -> Vec<(Lane, usize)> {
        let now = Instant::now();
        let waiting = self.claimed.lanes();
        let limits = self.slots.limits();
        let mut room = (WAITING * limits.total).saturating_sub(waiting.values().sum());
        let mut wanted = Vec::new();
        for lane in lanes {
            let ahead = if self.slots.is_suspect(&lane.domain) {
                0
            } else {
                AHEAD * limits.per_domain
            };
            let waits = waiting.get(lane).copied().unwrap_or_default();
            let count = (self.slots.room(lane, now) + ahead).saturating_sub(waits);
            let count = count.min(room);
            if count > 0 && wanted.len() < LANES {
                room -= count;
                wanted.push((lane.clone(), count));
            }
        }
        wanted
    }

    fn claimed(&mut self, mails: Vec<Model>, at: Instant) {
        // There may be more due mails in these lanes.
        self.look.wanted |= !mails.is_empty();
        if mails.is_empty() {
            return;
        }
        if self.times.cut_off.is_some() {
            self.report
                .released
                .extend(mails.iter().map(|mail| mail.id));
            return;
        }
        if self.held().is_empty() {
            self.lease.since = None;
        }
        self.lease.since.get_or_insert(at);
        if self.monitor.permit(self.parts.app.now()) != Permit::Any {
            self.probe = mails.first().map(|mail| mail.id);
        }
        for mail in mails {
            self.claimed.add(Arc::new(mail), false);
        }
    }

    fn composed(&mut self, composed: Result<Vec<Composed>, (Error, Vec<Arc<Model>>)>) {
        let composed = match composed {
            Ok(composed) => composed,
            Err((error, mails)) => {
                self.database_failed("compose mails", &error);
                for mail in mails.into_iter().rev() {
                    if self.claimed.end_composing(&mail) {
                        self.claimed.add(mail, true);
                    }
                }
                return;
            }
        };
        self.database_works();
        for (mail, rendered) in composed {
            if !self.claimed.end_composing(&mail) {
                continue;
            }
            let attempt = match rendered {
                Ok(Some(_)) if self.times.cut_off.is_some() => {
                    self.report.released.push(mail.id);
                    continue;
                }
                Ok(Some(rendered)) => {
                    self.claimed.add_ready(mail, rendered, Instant::now());
                    continue;
                }
                Ok(None) => Attempt::Ended,
                Err(error) => {
                    tracing::error!(mail = %mail.id, %error, "a mail could not be rendered");
                    Attempt::Never("the mail could not be built".to_owned())
                }
            };
            let now = self.parts.app.now();
            let (began, ended) = (now, now);
            self.finished(Outcome {
                mail,
                attempt,
                began,
                ended,
            });
        }
    }

    fn attempted(&mut self, outcome: Outcome) {
        let id = outcome.mail.id;
        let Some(sending) = self.sending.remove(&id) else {
            // The attempt was aborted too late: a mail that was sent must not be sent again.
            if outcome.attempt == Attempt::Sent {
                self.report.outcomes.push(outcome);
            }
            return;
        };
        self.slots.give_back(&sending.lane);
        match &outcome.attempt {
            Attempt::NoAnswer(_) => self.slots.hung(&sending.lane.domain, Instant::now()),
            Attempt::Unavailable { busy: true, .. } if self.slots.in_flight() > 0 => {
                // The server accepted other connections, but not this one.
                self.slots.shrink(Instant::now());
                self.claimed.add(outcome.mail, true);
                return;
            }
            Attempt::Unavailable { .. } => {}
            _ => self.slots.answered(&sending.lane.domain),
        }
        self.finished(outcome);
    }

    /// Handles the final result of an attempt.
    fn finished(&mut self, outcome: Outcome) {
        let id = outcome.mail.id;
        self.look.wanted |= self.look.found && self.needs_mails(&lane_of(&outcome.mail));
        if self.probe == Some(id) {
            self.probe = None;
        }
        gauges::count_attempt(outcome.attempt.label());
        let (began, ended) = (outcome.began, outcome.ended);
        let before = self.monitor.row().clone();
        if let Some(row) = self.monitor.record(id, &outcome.attempt, began, ended) {
            self.publish_state(&before, &row, &outcome);
            self.report.mail_server = Some(row);
        }
        self.log(&outcome);
        self.report.outcomes.push(outcome);
    }

    /// Whether a lane has so few waiting mails that more should be claimed.
    fn needs_mails(&self, lane: &Lane) -> bool {
        let waiting = self.claimed.lanes().get(lane).copied();
        waiting.unwrap_or_default() <= AHEAD * self.slots.limits().per_domain / 2
    }

    /// Logs and publishes a new state of the mail server.
    fn publish_state(
        &mut self,
        before: &mail_server::Model,
        row: &mail_server::Model,
        outcome: &Outcome,
    ) {
        if before.state != row.state {
            let reason = outcome.attempt.reason().unwrap_or_default();
            match row.state {
                MailServerState::Accepts => tracing::info!("the mail server accepts mail again"),
                MailServerState::Refuses => tracing::error!(
                    reason,
                    "the mail server rejects mail from this sender; mails are kept and retried"
                ),
                MailServerState::Unavailable => tracing::error!(
                    reason,
                    "the mail server is unavailable; mails are kept and retried"
                ),
            }
        }
        if row.retry_at.is_some() {
            self.release_waiting();
        }
        self.times.server_changed = Instant::now();
        self.look.wanted = true;
        self.show_mail_server();
    }

    fn log(&self, outcome: &Outcome) {
        let (mail, label) = (outcome.mail.id, outcome.attempt.label());
        match (&outcome.attempt, outcome.attempt.reason()) {
            (_, None) => tracing::info!(%mail, outcome = label, "mail"),
            // Logged once, for the mail server.
            (Attempt::Refused(_) | Attempt::Unavailable { .. }, Some(reason))
                if self.monitor.row().state != MailServerState::Accepts =>
            {
                tracing::debug!(%mail, outcome = label, reason, "mail");
            }
            (_, Some(reason)) => tracing::warn!(%mail, outcome = label, reason, "mail"),
        }
    }
}
