use crate::graphql::id::GlobalId;
use crate::graphql::time::DateTime;
use async_graphql::{ID, Object};
use entity::session::Model;
use uuid::Uuid;

/// A session of the viewer's.
#[derive(Clone, Debug)]
pub struct Session {
    row: Model,
    current: Uuid,
}

impl Session {
    /// A session, seen from the current one.
    pub fn new(row: Model, current: Uuid) -> Session {
        Session { row, current }
    }
}

impl Session {
    /// The row's id.
    pub fn row_id(&self) -> Uuid {
        self.row.id
    }
}

/// Where you are signed in. Only your own sessions are visible to you.
#[Object]
impl Session {
    /// Opaque and globally unique.
    pub async fn id(&self) -> ID {
        GlobalId::Session(self.row.id).encode()
    }

    /// Whether this request was made with it.
    async fn is_current(&self) -> bool {
        self.row.id == self.current
    }

    /// When you signed in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }

    /// When it was last used, to the minute.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.row.last_used_at)
    }

    /// When it ends in any case.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.row.expires_at)
    }

    /// The network address that you signed in from.
    async fn address(&self) -> &str {
        &self.row.address
    }

    /// What the client called itself.
    async fn user_agent(&self) -> &str {
        &self.row.user_agent
    }
}
