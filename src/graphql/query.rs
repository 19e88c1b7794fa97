//! The query root.

use super::cost::{BULK, STATEMENT, cost};
use super::error::{Result, UserError, split_user_errors};
use super::guard::requires;
use super::id;
use super::mutations::invite::{InviteUsersInput, parse_invitees};
use super::objects::link_preview::{InvitationPreview, PasswordResetPreview};
use super::objects::node::Node;
use super::objects::outcome::InviteOutcome;
use super::objects::role::RoleDefinition;
use super::objects::service::ServiceInfo;
use super::objects::viewer::Viewer;
use super::objects::workspace::Workspace;
use super::request_context::RequestContext;
use crate::account;
use crate::error::Error;
use crate::permissions::Permission::TeamManage;
use crate::team::invitation::preview;
use crate::team::invite;
use async_graphql::{Context, ID, Object, SimpleObject};
use async_graphql_hardened::InPlace;
use uuid::Uuid;

/// The maximum number of IDs that `nodes` accepts.
const MAX_NODES: usize = 100;

/// The query root.
pub struct Query;

/// A preview of `inviteUsers`.
#[derive(Clone, Debug, SimpleObject)]
pub struct InviteUsersPreview {
    /// One outcome per invitee and workspace, in input order.
    outcomes: Vec<InviteOutcome>,
    /// Errors that concern the input as a whole.
    user_errors: Vec<UserError>,
}

/// Returns the ID of a workspace given by ID or slug, if any.
fn named_workspace(
    viewer: &account::viewer::Viewer,
    id: Option<ID>,
    slug: Option<String>,
) -> Result<Option<Uuid>, Error> {
    match (id, slug) {
        (Some(id), None) => id::workspace_id("id", &id).map(Some),
        (None, Some(slug)) => {
            let membership = viewer.membership_by_slug(&slug);
            let membership = membership.ok_or(Error::NotFound("workspace"))?;
            Ok(Some(membership.workspace_id))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            let message = "Pass either `id` or `slug`, not both.";
            Err(Error::bad_input("slug", message))
        }
    }
}

/// The query root.
#[Object]
impl Query {
    /// The signed-in user; `null` when signed out. An unknown, expired or ended token or cookie
    /// counts as signed out.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<InPlace<Viewer>>> {
        let viewer = RequestContext::of(ctx)?.viewer();
        Ok(viewer.map(|viewer| InPlace(Viewer(viewer))))
    }

    /// A workspace that you belong to, by ID or slug; by default, the active workspace. Errors:
    /// `UNAUTHENTICATED`, `NOT_FOUND`, `BAD_INPUT`.
    async fn workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ID of the workspace.")] id: Option<ID>,
        #[graphql(desc = "The slug of the workspace, instead of its ID.")] slug: Option<String>,
    ) -> Result<Option<InPlace<Workspace>>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let id = named_workspace(&viewer, id, slug)?;
        let id = context.workspace_or_active(id)?;
        let workspace = Workspace::find(ctx, id)?;
        context.app.activity.note(&context.app, &viewer, Some(id));
        Ok(Some(InPlace(workspace)))
    }

    /// Any object that you may see, by ID; otherwise `null`.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ID of the object.")] id: ID,
    ) -> Result<Option<Node>> {
        Node::find(ctx, &id).await
    }

    /// Several objects, in the order of their IDs; `null` for each one that you may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The IDs of the objects, at most 100.",
            directive = cost::apply(STATEMENT)
        )]
        ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            let message = format!("`ids` accepts at most {MAX_NODES} IDs.");
            return Err(Error::bad_input("ids", message).into());
        }
        let found = ids.iter().map(|id| Node::find(ctx, id));
        futures_util::future::try_join_all(found).await
    }

    /// All roles with their permissions.
    async fn roles(&self) -> Vec<RoleDefinition> {
        RoleDefinition::all()
    }

    /// Returns what `inviteUsers` would do with the same input, without changing anything. It
    /// reveals who has an account, so the number of people per hour is limited. Requires
    /// `TEAM_MANAGE` in every workspace named. Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`,
    /// `BAD_INPUT`. User errors: `TOO_MANY`, `PREVIEW_CAP_REACHED`; in outcomes, those of
    /// `inviteUsers`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn invite_users_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input for `inviteUsers`.")] input: InviteUsersInput,
    ) -> Result<Option<InviteUsersPreview>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let (invitees, user_errors) = split_user_errors(parse_invitees(context, input))?;
        let invitees = invitees.unwrap_or_default();
        for placement in invitees.iter().flat_map(|invitee| &invitee.placements) {
            viewer.require(placement.workspace_id, TeamManage)?;
        }
        let decisions = invite::preview(&context.app, viewer.user_id, &invitees).await;
        let (decisions, refused) = split_user_errors(decisions)?;
        let decisions = decisions.unwrap_or_default();
        Ok(Some(InviteUsersPreview {
            outcomes: InviteOutcome::of(ctx, &invitees, decisions).await?,
            user_errors: user_errors.into_iter().chain(refused).collect(),
        }))
    }

    /// The content of the page that an invitation link opens. Available to anyone with the link. It
    /// does not use up the link.
    #[graphql(directive = cost::apply(3 * STATEMENT))]
    async fn invitation_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token: the part of the link after `#token=`.")] token: String,
    ) -> Result<Option<InvitationPreview>> {
        let preview = preview::load(&RequestContext::of(ctx)?.app, &token).await?;
        Ok(Some(preview.into()))
    }

    /// The content of the page that a password reset link opens. Available to anyone with the link.
    /// It does not use up the link.
    #[graphql(directive = cost::apply(3 * STATEMENT))]
    async fn password_reset_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token: the part of the link after `#token=`.")] token: String,
    ) -> Result<Option<PasswordResetPreview>> {
        PasswordResetPreview::load(&RequestContext::of(ctx)?.app, &token)
            .await
            .map(Some)
    }

    /// Information about this installation, available before sign-in.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<ServiceInfo>> {
        ServiceInfo::load(&RequestContext::of(ctx)?.app)
            .await
            .map(Some)
    }
}
