//! The shared state of the program.

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

/// The program. Clones are cheap and share all state.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the program.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub config: Config,
    pub passwords: Passwords,
    pub activity: Activity,
    /// Password resets that visitors requested.
    pub resets: ResetQueue,
    /// The number of these requests per network.
    pub reset_flood: FloodGuard,
    /// The key of the mailbox, if no mail server is configured.
    pub mailbox_key: MailboxKey,
    /// Wakes the mail worker.
    pub mail_queued: Notify,
    /// The state of the mail server.
    pub mail_server: MailServer,
    /// Canceled when the server is about to stop: `/readyz` then returns 503, and connections end
    /// with their next response.
    pub leaving: CancellationToken,
    /// Background work, which is awaited before the program ends.
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
    /// If the database does not answer, or the operating system provides no random bytes.
    pub async fn new(config: Config, clock: Clock) -> Result<App> {
        let db = Db::connect(&config).await?;
        App::on(db, config, clock)
    }

    /// Connects to an existing database.
    ///
    /// # Errors
    /// Those of [`App::new`], and if there is no SQLite file.
    pub async fn on_existing_database(config: Config, clock: Clock) -> Result<App> {
        let db = Db::connect_to_existing(&config).await?;
        App::on(db, config, clock)
    }

    /// Creates the program with a connected database.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
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

    /// Returns the current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether a mail server is configured.
    pub fn sends_mail(&self) -> bool {
        self.config.smtp_url.is_some()
    }
}
