//! What the whole program shares: built once, passed everywhere.

use crate::account::activity::Activity;
use crate::account::password::Passwords;
use crate::account::reset_line::ResetLine;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Result;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// The program's parts. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub passwords: Passwords,
    pub activity: Activity,
    /// Password resets that go on behind their answers.
    pub resets: ResetLine,
    /// Wakes the worker that sends mails.
    pub mail_queued: Arc<Notify>,
    /// Work that goes on behind an answer; waited for before the program ends.
    pub background: TaskTracker,
}

impl App {
    /// Connects to the database.
    ///
    /// # Errors
    /// When the database or the machine's randomness cannot be reached.
    pub async fn new(config: Config, clock: Clock) -> Result<App> {
        Ok(App {
            db: Db::connect(&config).await?,
            clock,
            passwords: Passwords::new(config.password_min_length)?,
            config: Arc::new(config),
            activity: Activity::default(),
            resets: ResetLine::default(),
            mail_queued: Arc::default(),
            background: TaskTracker::new(),
        })
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
