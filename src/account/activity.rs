//! Records when members were last active: at most once a minute for each session and workspace,
//! after the response is sent.

use super::session::mark_active;
use super::viewer::Viewer;
use crate::App;
use crate::error::Result;
use chrono::{DateTime, Duration, Utc};
use entity::session;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The minimum time between two records of one session in one workspace.
const INTERVAL: Duration = Duration::minutes(1);
/// The maximum number of remembered records, which take about 4 MB.
const CAPACITY: usize = 50_000;

/// A session and a workspace.
type Key = (Uuid, Uuid);

/// The records that this replica has made recently, by session and workspace.
#[derive(Debug, Default)]
pub struct Activity {
    noted: Mutex<HashMap<Key, DateTime<Utc>>>,
}

impl Activity {
    /// Returns whether a record is due, and if so, remembers it as made.
    fn is_due(&self, key: Key, now: DateTime<Utc>) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&key).is_some_and(|at| *at > now - INTERVAL) {
            return false;
        }
        if noted.len() >= CAPACITY {
            noted.retain(|_, at| *at > now - INTERVAL);
            // If there are too many records in one minute, some are made twice. Scanning at least
            // half of the records for each new one would cost more.
            if noted.len() > CAPACITY / 2 {
                noted.clear();
            }
        }
        noted.insert(key, now);
        true
    }

    /// Records in the background that the viewer used their session in a workspace.
    pub fn note(&self, app: &App, viewer: &Viewer, workspace_id: Option<Uuid>) {
        let now = app.now();
        let key = (viewer.session_id, workspace_id.unwrap_or_default());
        if !self.is_due(key, now) {
            return;
        }
        let (session_id, user_id, task) = (viewer.session_id, viewer.user_id, app.clone());
        app.background.spawn(async move {
            if let Err(error) = write(&task, session_id, user_id, workspace_id, now).await {
                tracing::warn!(%error, "failed to record activity");
            }
        });
    }
}

async fn write(
    app: &App,
    session_id: Uuid,
    user_id: Uuid,
    workspace_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    let writer = app.db.maintenance();
    session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, now.into())
        .filter(session::Column::Id.eq(session_id))
        .filter(session::Column::LastUsedAt.lt(now))
        .exec(&writer)
        .await?;
    match workspace_id {
        Some(id) => mark_active(&writer, user_id, &[id], now).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        let activity = Activity::default();
        let now = DateTime::UNIX_EPOCH;
        let first = (Uuid::nil(), Uuid::from_u128(0));
        for n in 0..3 * CAPACITY as u128 {
            assert!(activity.is_due((Uuid::nil(), Uuid::from_u128(n)), now));
            assert!(n >= CAPACITY as u128 || !activity.is_due(first, now));
        }
        assert!(activity.noted.lock().unwrap().len() <= CAPACITY);
        let later = now + INTERVAL;
        assert!(activity.is_due(first, later) && !activity.is_due(first, later));
    }
}
