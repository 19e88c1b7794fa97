//! The state of the mail server, which the worker updates.

use entity::mail_server::Model;
use std::sync::{Arc, PoisonError, RwLock};

/// The latest state of the mail server, shared by all replicas. Clones share one value.
#[derive(Clone, Debug, Default)]
pub struct MailServer(Arc<RwLock<Option<Model>>>);

impl MailServer {
    /// Returns the latest state, or `None` if no worker runs.
    pub fn get(&self) -> Option<Model> {
        let latest = self.0.read().unwrap_or_else(PoisonError::into_inner);
        latest.clone()
    }

    /// Stores a new state.
    pub(super) fn set(&self, row: Model) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(row);
    }
}
