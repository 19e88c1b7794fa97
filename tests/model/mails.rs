//! The mails of a sequence, in the outbox and at the mail server.

use crate::api::Api;
use crate::ids::{Ids, Outgoing};
use crate::support::smtp_server::{self, SmtpServer};
use entity::outbox::MailState;
use model::{Person, World, Worlds};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The time limit for mails that are written after the response.
const WRITING: Duration = Duration::from_secs(10);
/// The time limit for sending mails, even if another process than the one that claimed them sends
/// them.
const SENDING: Duration = Duration::from_secs(40);

/// The mails of a sequence.
pub struct Mails<'s> {
    smtp: &'s mut SmtpServer,
    /// The sender address of these mails.
    sender: String,
    /// The mails that the mail server received, by outbox ID.
    got: HashMap<Uuid, Vec<smtp_server::Mail>>,
    /// Whether mails may be sent twice because a process was killed while sending.
    may_repeat: bool,
}

impl<'s> Mails<'s> {
    pub fn new(smtp: &'s mut SmtpServer, sender: String) -> Mails<'s> {
        Mails {
            smtp,
            sender,
            got: HashMap::new(),
            may_repeat: false,
        }
    }

    /// Makes the mail server defer all mail.
    pub async fn begin_outage(&mut self) {
        self.smtp.tell("mail 451 4.3.0 Not now").await;
    }

    /// Makes the mail server accept mail again.
    pub async fn end_outage(&mut self) {
        self.smtp.tell("mail").await;
    }

    /// Slows down the mail server, so that something can happen while it receives a mail.
    pub async fn slow_down(&mut self, is_slow: bool) {
        let delay = if is_slow { "delay 0.2" } else { "delay" };
        self.smtp.tell(delay).await;
    }

    /// Expects that current mails may be sent twice.
    pub fn expect_repeats(&mut self) {
        self.may_repeat = true;
    }

    /// Waits until the outbox matches a world, and until it is empty if required. Returns the
    /// matching worlds.
    pub async fn agree(
        &self,
        ids: &Ids,
        worlds: &Worlds,
        are_sent: bool,
    ) -> Result<Worlds, String> {
        let begun = Instant::now();
        loop {
            let outbox = ids.outbox().await;
            let is_waiting = are_sent && outbox.iter().any(|m| m.state == MailState::Queued);
            let mut kept = worlds.clone();
            let explained = kept.seen(|world| kinds(world) == shown(&outbox));
            if explained.is_ok() && !is_waiting {
                return Ok(kept);
            }
            if explained.is_err() && begun.elapsed() > WRITING {
                let worlds = worlds.all().iter().map(kinds);
                let expected: Vec<_> = worlds.collect();
                let there = shown(&outbox);
                return Err(format!("mails {there:?}, expected one of {expected:?}"));
            }
            if begun.elapsed() > SENDING {
                return Err("mails are not sent".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Reads the received mails and stores their links.
    pub async fn read(&mut self, api: &Api) -> Result<(), String> {
        let outbox = api.ids.outbox().await;
        let begun = Instant::now();
        loop {
            self.receive();
            let sent = outbox.iter().filter(|mail| mail.state == MailState::Sent);
            let missing: Vec<_> = sent
                .filter(|mail| !self.got.contains_key(&mail.id))
                .map(|mail| (mail.to, &mail.kind))
                .collect();
            if missing.is_empty() {
                break;
            }
            if begun.elapsed() > WRITING {
                return Err(format!("the mail server did not get {missing:?}"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut numbers: HashMap<Person, usize> = HashMap::new();
        for mail in &outbox {
            let number = numbers.entry(mail.to).or_default();
            // Each attempt has its own link.
            let latest = self.got.get(&mail.id).and_then(|got| got.last());
            if let Some(token) = latest.and_then(smtp_server::Mail::token) {
                api.keep_link(mail.to, *number, token);
            }
            *number += 1;
        }
        Ok(())
    }

    fn receive(&mut self) {
        for mail in self.smtp.new_mails() {
            if mail.from != self.sender {
                continue;
            }
            let id = mail.header("Message-ID").unwrap();
            let id = id.trim_start_matches('<').split('@').next().unwrap();
            self.got.entry(id.parse().unwrap()).or_default().push(mail);
        }
    }

    /// Compares the received mails with the outbox and the worlds.
    pub async fn compare(&mut self, ids: &Ids, worlds: &[World]) -> Result<(), String> {
        self.receive();
        let outbox = ids.outbox().await;
        for id in self.got.keys() {
            if !outbox.iter().any(|mail| mail.id == *id) {
                return Err(format!("an unexpected mail: {:?}", self.got[id]));
            }
        }
        let mut numbers: HashMap<Person, usize> = HashMap::new();
        for mail in &outbox {
            let number = numbers.entry(mail.to).or_default();
            self.compare_one(mail, *number, worlds)?;
            *number += 1;
        }
        Ok(())
    }

    fn compare_one(&self, mail: &Outgoing, number: usize, worlds: &[World]) -> Result<(), String> {
        let got = self.got.get(&mail.id).map_or(&[][..], Vec::as_slice);
        let what = format!("{} number {number} to {:?}", mail.kind, mail.to);
        if got.iter().any(|got| got.to != [mail.to.email()]) {
            return Err(format!("{what} went to {:?}", got[0].to));
        }
        let is_obsolete = worlds
            .iter()
            .any(|world| world.state.is_obsolete(mail.to, number));
        match (mail.state, got.len()) {
            (MailState::Sent, 1) => Ok(()),
            (MailState::Sent, 2..) if self.may_repeat => Ok(()),
            (MailState::Cancelled, 0) if is_obsolete => Ok(()),
            (MailState::Cancelled, _) if is_obsolete && self.may_repeat => Ok(()),
            (state, count) => Err(format!("{what} is {state:?} and came {count} times")),
        }
    }
}

/// Returns each person's mails as a world expects them.
fn kinds(world: &World) -> Vec<(Person, String)> {
    let mails = world.mails.iter();
    mails.map(|mail| (mail.to, mail.kind.to_owned())).collect()
}

/// Returns each person's mails in the outbox.
fn shown(outbox: &[Outgoing]) -> Vec<(Person, String)> {
    let mails = outbox.iter();
    let mut shown: Vec<_> = mails.map(|mail| (mail.to, mail.kind.clone())).collect();
    // A stable sort by person keeps the order of each person's mails.
    shown.sort_by_key(|(person, _)| *person);
    shown
}
