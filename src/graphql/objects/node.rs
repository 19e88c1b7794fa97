use super::audit_event::AuditEvent;
use super::invitation::Invitation;
use super::membership::Membership;
use super::session::Session;
use super::user::User;
use super::workspace::Workspace;
use crate::account::sessions::SessionQuery;
use crate::account::viewer::Viewer;
use crate::error::Error;
use crate::graphql::error::Result;
use crate::graphql::id::GlobalId;
use crate::graphql::loaders::SharedKey;
use crate::graphql::request_context::RequestContext;
use crate::page::Slice;
use crate::permissions::Permission::{AccessHistoryView, TeamReview};
use crate::team::invitation;
use async_graphql::{Context, ID, Interface};
use entity::audit_event;
use sea_orm::EntityTrait as _;
use uuid::Uuid;

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
                let found = context.loaders().member((workspace_id, user_id)).await?;
                found.map(Membership).map(Node::Membership)
            }
            GlobalId::Invitation { workspace_id, id } if viewer.can(workspace_id, TeamReview) => {
                match invitation::find(&context.app.db, workspace_id, id).await {
                    Ok(row) => Some(Node::Invitation(Invitation::new(row))),
                    Err(Error::NotFound(_)) => None,
                    Err(error) => return Err(error.into()),
                }
            }
            GlobalId::User(id) if id == viewer.user_id => {
                Some(Node::User(User::of_viewer(&viewer)))
            }
            GlobalId::User(id) => find_user(context, &viewer, id).await?.map(Node::User),
            GlobalId::Session(id) => {
                let own = SessionQuery::of(&context.app, viewer.user_id);
                let own = own.find(&context.app.db, id).await?;
                own.map(|row| Node::Session(Session::new(row, viewer.session_id)))
            }
            GlobalId::AuditEvent { workspace_id, id }
                if viewer.can(workspace_id, AccessHistoryView) =>
            {
                let row = audit_event::Entity::find_by_id((workspace_id, id))
                    .one(&context.app.db)
                    .await?;
                row.map(AuditEvent).map(Node::AuditEvent)
            }
            _ => None,
        })
    }
}

/// Returns a user who shares a workspace with the viewer.
async fn find_user(context: &RequestContext, viewer: &Viewer, id: Uuid) -> Result<Option<User>> {
    let memberships = viewer.memberships.iter();
    let key = SharedKey {
        user_id: id,
        workspace_ids: memberships
            .map(|membership| membership.workspace_id)
            .collect(),
        slice: Slice {
            limit: 0,
            backward: false,
            after: None,
            before: None,
        },
    };
    let shared = context.loaders().shared(key).await?;
    let first = shared.members.first();
    Ok(first.map(|(_, member)| User::of_member(member)))
}
