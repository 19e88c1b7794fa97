//! The line of password resets that wait for the database, behind answers that are already given.
//!
//! Whoever asks is answered before anything is looked up, and in the same way whether there is room
//! or not: how long the line is depends on the accounts of those who stand in it.

use crate::email::EmailAddress;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Addresses that may wait at once. Each holds a little memory, and nothing else slows down whoever
/// asks for them.
pub const MAX_WAITING: usize = 1_024;
/// How many are at work at once: most connections to the database are for those who wait for their
/// answer.
pub const AT_WORK: usize = 4;

/// The line. Clones share it.
#[derive(Clone)]
pub struct ResetLine {
    waiting: Arc<Mutex<HashSet<String>>>,
    /// What those at work hold.
    pub turns: Arc<Semaphore>,
}

impl Default for ResetLine {
    fn default() -> ResetLine {
        ResetLine {
            waiting: Arc::default(),
            turns: Arc::new(Semaphore::new(AT_WORK)),
        }
    }
}

impl ResetLine {
    /// Takes an address in; nothing where it waits already, so that the mail of the one before is
    /// this one's too, or where there is no room.
    pub fn enter(&self, email: &EmailAddress) -> Option<Waiting> {
        let key = email.key().to_owned();
        let mut waiting = self.waiting();
        if waiting.len() >= MAX_WAITING && !waiting.contains(&key) {
            metrics::counter!("tokenvue_password_resets_dropped_total").increment(1);
            tracing::warn!("a password reset was dropped: too many wait for the database");
            return None;
        }
        waiting.insert(key.clone()).then(|| Waiting {
            line: self.clone(),
            key,
        })
    }

    fn waiting(&self) -> MutexGuard<'_, HashSet<String>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address in the line; it leaves when this is dropped.
pub struct Waiting {
    line: ResetLine,
    key: String,
}

impl Waiting {
    /// Waits for a turn, and leaves the line: who asks from now on is another one.
    pub async fn turn(self) -> Option<OwnedSemaphorePermit> {
        self.line.turns.clone().acquire_owned().await.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.line.waiting().remove(&self.key);
    }
}
