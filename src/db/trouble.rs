//! What keeps the database from working, as far as is known: for `/readyz`, for the log, and to
//! find out when it is over.

use super::failure::Kind;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A success ends the trouble only where nothing has failed for so long: while a disk is full, a
/// small write may still succeed among large ones that fail.
const CALM: Duration = Duration::from_millis(250);

/// The trouble that lasts, if any. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<Noted>>>);

struct Noted {
    kind: Kind,
    /// When it was last noticed.
    last: Instant,
}

impl Trouble {
    /// What it is.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.noted().as_ref().map(|noted| noted.kind)
    }

    /// Notes a failure that keeps the whole database from working. It is logged once.
    pub(super) fn note(&self, kind: Kind, error: &dyn Display) {
        let Some(obstacle) = kind.obstacle() else {
            return;
        };
        let last = Instant::now();
        let before = self.noted().replace(Noted { kind, last });
        if before.is_none_or(|before| before.kind != kind) {
            tracing::error!(%error, "the database cannot save: {obstacle}");
        }
    }

    /// Notes that something was saved.
    pub(super) fn note_success(&self) {
        let mut noted = self.noted();
        let is_over =
            |noted: &mut Noted| noted.kind.prevents_saving() && noted.last.elapsed() >= CALM;
        if noted.take_if(is_over).is_some() {
            tracing::info!("the database saves again");
        }
    }

    /// Notes that the SQLite file is the one that was opened.
    pub(super) fn note_file_is_back(&self) {
        let mut noted = self.noted();
        if noted
            .take_if(|noted| noted.kind == Kind::FileMoved)
            .is_some()
        {
            tracing::info!("the database's file is back");
        }
    }

    /// Nothing panics while it holds the lock, and a torn value is impossible.
    fn noted(&self) -> MutexGuard<'_, Option<Noted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
