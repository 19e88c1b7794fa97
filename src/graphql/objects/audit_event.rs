use crate::audit::AuditKind;
use crate::error::Error;
use crate::graphql::connection::{ConnectionNode, Order};
use crate::graphql::cost::SCAN;
use crate::graphql::cursor;
use crate::graphql::enums::{AuditEventKind, AuditOutcome};
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::id::GlobalId;
use crate::graphql::request_context::RequestContext;
use crate::graphql::time::DateTime;
use crate::permissions::Permission::AccessHistoryView;
use async_graphql::{ID, Object, SimpleObject};
use entity::audit_event::{Entity, Model};
use sea_orm::EntityTrait as _;
use serde_json::Value;
use uuid::Uuid;

/// An event of the access history.
#[derive(Clone, Debug)]
pub struct AuditEvent(pub Model);

impl ConnectionNode for AuditEvent {
    const CONNECTION: &'static str = "AuditEventConnection";
    const EDGE: &'static str = "AuditEventEdge";
    const TOTAL: i32 = SCAN;

    fn cursor(&self, _: Order) -> String {
        cursor::of_id(self.0.id)
    }
}

/// A detail of an access history event.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditDetail {
    /// The name of the detail, such as `from` and `to` for a changed role.
    key: String,
    /// The value of the detail.
    value: String,
}

impl From<(&String, &Value)> for AuditDetail {
    fn from((key, value): (&String, &Value)) -> AuditDetail {
        let text = value.as_str().map(str::to_owned);
        AuditDetail {
            key: key.clone(),
            value: text.unwrap_or_else(|| value.to_string()),
        }
    }
}

impl AuditEvent {
    /// Returns an event of a workspace.
    pub async fn find(
        context: &RequestContext,
        workspace_id: Uuid,
        id: Uuid,
    ) -> Result<Option<AuditEvent>> {
        let event = Entity::find_by_id((workspace_id, id));
        Ok(event.one(&context.app.db).await?.map(AuditEvent))
    }

    fn needs(&self) -> Requires {
        Requires::new(self.0.workspace_id, AccessHistoryView)
    }
}

/// An event of the access history.
#[Object]
impl AuditEvent {
    /// An opaque, globally unique ID.
    pub async fn id(&self) -> ID {
        GlobalId::AuditEvent {
            workspace_id: self.0.workspace_id,
            id: self.0.id,
        }
        .encode()
    }

    /// When it happened; for repeated attempts, the first one. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.at))
    }

    /// The number of occurrences. Denied attempts by one person at the same action within an hour
    /// are one event, with the address and request ID of the first. Each performed action is an
    /// event of its own. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn count(&self) -> Option<i32> {
        Some(self.0.count)
    }

    /// When it last happened. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn last_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.last_at))
    }

    /// The action that was performed or attempted. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn kind(&self) -> Result<Option<AuditEventKind>> {
        let kind = AuditKind::from_code(&self.0.kind);
        let kind =
            kind.ok_or_else(|| Error::internal(format!("unknown audit kind {}", self.0.kind)))?;
        Ok(Some(kind.into()))
    }

    /// Whether the action was performed or denied. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn outcome(&self) -> Option<AuditOutcome> {
        Some(self.0.outcome.into())
    }

    /// The ID of the user who acted; `null` for the system. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn actor_id(&self) -> Option<ID> {
        self.0.actor_id.map(|id| GlobalId::User(id).encode())
    }

    /// The name and email address of the actor at that time. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn actor(&self) -> Option<&str> {
        Some(&self.0.actor_label)
    }

    /// The ID of the affected user. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn subject_id(&self) -> Option<ID> {
        self.0.subject_id.map(|id| GlobalId::User(id).encode())
    }

    /// The email address of the affected user at that time. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn subject(&self) -> Option<&str> {
        Some(self.0.subject_label.as_str()).filter(|label| !label.is_empty())
    }

    /// More details of the event. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn details(&self) -> Option<Vec<AuditDetail>> {
        let details = self.0.details.as_object()?.iter();
        Some(details.map(AuditDetail::from).collect())
    }

    /// The IP address of the request; `null` for sign-ins and password resets of people with
    /// several workspaces. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn address(&self) -> Option<&str> {
        Some(self.0.address.as_str()).filter(|address| !address.is_empty())
    }

    /// The ID of the request in the server logs. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn request_id(&self) -> Option<&str> {
        Some(&self.0.request_id)
    }
}
