use super::audit_event::AuditEvent;
use super::invitation::Invitation;
use super::membership::Membership;
use super::session::Session;
use super::user::User;
use super::workspace::Workspace;
use crate::graphql::error::Result;
use crate::graphql::id::GlobalId;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::{AccessHistoryView, TeamReview};
use async_graphql::{Context, ID, Interface};

/// An object with a global ID. It has no other field, so that an interface cannot bypass a guard.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "An opaque, globally unique ID."))]
pub enum Node {
    User(User),
    Workspace(Workspace),
    Membership(Membership),
    Invitation(Invitation),
    Session(Session),
    AuditEvent(AuditEvent),
}

impl Node {
    /// Returns the object with an ID if the viewer may see it, otherwise `None`, whether or not it
    /// exists.
    pub async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
        let context = RequestContext::of(ctx)?;
        let (Some(id), Some(viewer)) = (GlobalId::decode(id), context.viewer()) else {
            return Ok(None);
        };
        Ok(match id {
            GlobalId::Workspace(id) => Workspace::find(ctx, id).ok().map(Node::Workspace),
            GlobalId::Membership {
                workspace_id,
                user_id,
            } if viewer.membership(workspace_id).is_some() => {
                let found = Membership::find(context, (workspace_id, user_id)).await?;
                found.map(Node::Membership)
            }
            GlobalId::Invitation { workspace_id, id } if viewer.can(workspace_id, TeamReview) => {
                let found = Invitation::find(context, workspace_id, id).await?;
                found.map(Node::Invitation)
            }
            GlobalId::User(id) => User::find(context, &viewer, id).await?.map(Node::User),
            GlobalId::Session(id) => {
                let found = Session::find(context, &viewer, id).await?;
                found.map(Node::Session)
            }
            GlobalId::AuditEvent { workspace_id, id }
                if viewer.can(workspace_id, AccessHistoryView) =>
            {
                let found = AuditEvent::find(context, workspace_id, id).await?;
                found.map(Node::AuditEvent)
            }
            _ => None,
        })
    }
}
