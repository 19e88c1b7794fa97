//! What the whole program shares: built once, passed everywhere.

use crate::account::activity::Activity;
use crate::account::flood::FloodGuard;
use crate::account::password::Passwords;
use crate::account::reset_queue::ResetQueue;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Result;
use crate::mail::mailbox_key::MailboxKey;
use crate::mail::server::MailServer;
use chrono::{DateTime, Utc};
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The program. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The program's parts.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub config: Config,
    pub passwords: Passwords,
    pub activity: Activity,
    /// Password resets that visitors have asked for.
    pub resets: ResetQueue,
    /// How many of them each network has asked for.
    pub reset_flood: FloodGuard,
    /// What opens the mailbox, where no mail server is configured.
    pub mailbox_key: MailboxKey,
    /// Wakes the worker that sends mails.
    pub mail_queued: Notify,
    /// How the mail server treats us.
    pub mail_server: MailServer,
    /// Cancelled when the server is about to stop: `/readyz` says so, and connections end with
    /// their next answer.
    pub leaving: CancellationToken,
    /// Work that goes on behind an answer; waited for before the program ends.
    pub background: TaskTracker,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Connects to the database.
    ///
    /// # Errors
    /// When the database or the machine's randomness cannot be reached.
    pub async fn new(config: Config, clock: Clock) -> Result<App> {
        let db = Db::connect(&config).await?;
        App::on(db, config, clock)
    }

    /// Connects to a database that exists already.
    ///
    /// # Errors
    /// Those of [`App::new`]; where there is no SQLite file.
    pub async fn on_existing_database(config: Config, clock: Clock) -> Result<App> {
        let db = Db::connect_to_existing(&config).await?;
        App::on(db, config, clock)
    }

    /// The program on a database that is connected already.
    ///
    /// # Errors
    /// When the machine's randomness cannot be reached.
    pub fn on(db: Db, config: Config, clock: Clock) -> Result<App> {
        Ok(App(Arc::new(Parts {
            db,
            clock,
            passwords: Passwords::new(config.password_min_length)?,
            config,
            activity: Activity::default(),
            resets: ResetQueue::default(),
            reset_flood: FloodGuard::default(),
            mailbox_key: MailboxKey::default(),
            mail_queued: Notify::new(),
            mail_server: MailServer::default(),
            leaving: CancellationToken::new(),
            background: TaskTracker::new(),
        })))
    }

    /// The current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether mails leave this machine.
    pub fn sends_mail(&self) -> bool {
        self.config.smtp_url.is_some()
    }
}
