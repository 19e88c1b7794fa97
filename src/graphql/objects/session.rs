use crate::account::sessions::SessionQuery;
use crate::account::viewer::Viewer;
use crate::graphql::error::Result;
use crate::graphql::id::GlobalId;
use crate::graphql::request_context::RequestContext;
use crate::graphql::time::DateTime;
use async_graphql::{ID, Object};
use entity::session::Model;
use uuid::Uuid;

/// A session of the viewer.
#[derive(Clone, Debug)]
pub struct Session {
    row: Model,
    current: Uuid,
}

impl Session {
    /// Returns a session; `current` is the ID of the session of the request.
    pub fn new(row: Model, current: Uuid) -> Session {
        Session { row, current }
    }

    /// Returns a session of the viewer that can be used now.
    pub async fn find(
        context: &RequestContext,
        viewer: &Viewer,
        id: Uuid,
    ) -> Result<Option<Session>> {
        let query = SessionQuery::of(&context.app, viewer.user_id);
        let row = query.find(&context.app.db, id).await?;
        Ok(row.map(|row| Session::new(row, viewer.session_id)))
    }

    /// Returns the ID of the row.
    pub fn row_id(&self) -> Uuid {
        self.row.id
    }
}

/// A session on one of your devices. Only your own sessions are visible to you.
#[Object]
impl Session {
    /// An opaque, globally unique ID.
    pub async fn id(&self) -> ID {
        GlobalId::Session(self.row.id).encode()
    }

    /// Whether this is the session of the current request.
    async fn is_current(&self) -> bool {
        self.row.id == self.current
    }

    /// When you signed in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }

    /// When the session was last used, to the minute.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.row.last_used_at)
    }

    /// When the session ends at the latest.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.row.expires_at)
    }

    /// The IP address that you signed in from.
    async fn address(&self) -> &str {
        &self.row.address
    }

    /// The user agent of the client.
    async fn user_agent(&self) -> &str {
        &self.row.user_agent
    }
}
