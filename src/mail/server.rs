//! How the mail server treats us, for those who ask: the worker keeps it up to date.

use entity::mail_server::Model;
use std::sync::{Arc, PoisonError, RwLock};

/// The latest judgement of the mail server, as all replicas share it. Clones share theirs.
#[derive(Clone, Debug, Default)]
pub struct MailServer(Arc<RwLock<Option<Model>>>);

impl MailServer {
    /// The latest judgement; `None` where no worker runs.
    pub fn get(&self) -> Option<Model> {
        let latest = self.0.read().unwrap_or_else(PoisonError::into_inner);
        latest.clone()
    }

    /// Stores a newer one.
    pub(super) fn set(&self, row: Model) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(row);
    }
}
