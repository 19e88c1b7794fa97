//! The current failure of the database, for `/readyz` and the log.

use super::failure::ErrorKind;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A success ends the failure only if none occurred for this long: while a disk is full, a small
/// write may succeed between large ones that fail.
const CALM: Duration = Duration::from_millis(250);

/// The current failure, if any. Clones share the value.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<Noted>>>);

struct Noted {
    kind: ErrorKind,
    /// When it last occurred.
    last: Instant,
}

impl Trouble {
    /// Returns its kind.
    pub(super) fn kind(&self) -> Option<ErrorKind> {
        self.noted().as_ref().map(|noted| noted.kind)
    }

    /// Records a failure of the whole database. It is logged once.
    pub(super) fn note(&self, kind: ErrorKind, error: &dyn Display) {
        let Some(reason) = kind.reason_not_writable() else {
            return;
        };
        let last = Instant::now();
        let before = self.noted().replace(Noted { kind, last });
        if before.is_none_or(|before| before.kind != kind) {
            tracing::error!(%error, "the database cannot save: {reason}");
        }
    }

    /// Records a successful write.
    pub(super) fn note_success(&self) {
        let mut noted = self.noted();
        let is_over =
            |noted: &mut Noted| noted.kind.prevents_saving() && noted.last.elapsed() >= CALM;
        if noted.take_if(is_over).is_some() {
            tracing::info!("the database can save again");
        }
    }

    /// Records that the SQLite file is the one that was opened.
    pub(super) fn note_file_is_back(&self) {
        let mut noted = self.noted();
        if noted
            .take_if(|noted| noted.kind == ErrorKind::FileMoved)
            .is_some()
        {
            tracing::info!("the database's file is back");
        }
    }

    /// Ignores poisoning: no code panics while it holds the lock, and the value is always valid.
    fn noted(&self) -> MutexGuard<'_, Option<Noted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
