use crate::audit::AuditKind;
use crate::error::Error;
use crate::graphql::connection::{ConnectionNode, Order};
use crate::graphql::cost::SCAN;
use crate::graphql::cursor;
use crate::graphql::enums::{AuditEventKind, AuditOutcome};
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::id::GlobalId;
use crate::graphql::time::DateTime;
use crate::permissions::Permission::AccessHistoryView;
use async_graphql::{ID, Object, SimpleObject};
use entity::audit_event::Model;

/// One entry of the access history.
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

/// Something else that an entry of the access history tells.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditDetail {
    /// What it is, such as `from` and `to` of a changed role.
    key: String,
    /// Its value.
    value: String,
}

impl AuditEvent {
    fn needs(&self) -> Requires {
        Requires::new(self.0.workspace_id, AccessHistoryView)
    }
}

/// One entry of the access history.
#[Object]
impl AuditEvent {
    /// Opaque and globally unique.
    pub async fn id(&self) -> ID {
        GlobalId::AuditEvent {
            workspace_id: self.0.workspace_id,
            id: self.0.id,
        }
        .encode()
    }

    /// When it happened; of repeated attempts, the first. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.at))
    }

    /// How often it happened. Refused attempts of one person at the same thing within an hour are one
    /// event, with the address and request of the first; what was done has an event each time. Needs
    /// `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn count(&self) -> Option<i32> {
        Some(self.0.count)
    }

    /// When it happened last. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn last_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.last_at))
    }

    /// What was done, or tried. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn kind(&self) -> Result<Option<AuditEventKind>> {
        let kind = AuditKind::from_code(&self.0.kind);
        let kind =
            kind.ok_or_else(|| Error::internal(format!("unknown audit kind {}", self.0.kind)))?;
        Ok(Some(kind.into()))
    }

    /// Whether it was done or refused. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn outcome(&self) -> Option<AuditOutcome> {
        Some(self.0.outcome.into())
    }

    /// The id of the User who did it; `null` for the system itself. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn actor_id(&self) -> Option<ID> {
        self.0.actor_id.map(|id| GlobalId::User(id).encode())
    }

    /// Name and address of who did it, as they were then. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn actor(&self) -> Option<&str> {
        Some(&self.0.actor_label)
    }

    /// The id of the User it was done to. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn subject_id(&self) -> Option<ID> {
        self.0.subject_id.map(|id| GlobalId::User(id).encode())
    }

    /// The address of whom it was done to, as it was then. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn subject(&self) -> Option<&str> {
        Some(self.0.subject_label.as_str()).filter(|label| !label.is_empty())
    }

    /// What else is known. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn details(&self) -> Option<Vec<AuditDetail>> {
        let details = self.0.details.as_object()?;
        let text = |value: &serde_json::Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        Some(
            details
                .iter()
                .map(|(key, value)| AuditDetail {
                    key: key.clone(),
                    value: text(value),
                })
                .collect(),
        )
    }

    /// The network address that the request came from. `null` for sign-ins and password resets of
    /// people who belong to several workspaces. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn address(&self) -> Option<&str> {
        Some(self.0.address.as_str()).filter(|address| !address.is_empty())
    }

    /// The id under which the request stands in the server's logs. Needs `ACCESS_HISTORY_VIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(AccessHistoryView.into()))]
    async fn request_id(&self) -> Option<&str> {
        Some(&self.0.request_id)
    }
}
