//! The root of all queries.

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
use crate::error::Error;
use crate::permissions::Permission::TeamManage;
use crate::team::invite;
use async_graphql::{Context, ID, Object, SimpleObject};

/// Ids that `nodes` takes, at most.
const MAX_NODES: usize = 100;

/// The root of all queries.
pub struct Query;

/// What inviting would do, before anything is written.
#[derive(Clone, Debug, SimpleObject)]
pub struct InviteUsersPreview {
    /// One for each invitee and workspace, in the order of the input.
    outcomes: Vec<InviteOutcome>,
    /// What is wrong with the input as a whole.
    user_errors: Vec<UserError>,
}

/// Everything that can be read.
#[Object]
impl Query {
    /// Whoever is signed in; `null` when nobody is. A token or cookie that is unknown, expired or
    /// ended counts as signed out.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(RequestContext::of(ctx)?.viewer().map(Viewer))
    }

    /// A workspace that you belong to, by its id or its slug; the active one where both are left
    /// out. Errors: `UNAUTHENTICATED`, `NOT_FOUND`, `BAD_INPUT`.
    async fn workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of a Workspace.")] id: Option<ID>,
        #[graphql(desc = "Its name for URLs, in place of the id.")] slug: Option<String>,
    ) -> Result<Option<Workspace>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let id = match (id, slug) {
            (Some(id), None) => Some(id::workspace_id("id", &id)?),
            (None, Some(slug)) => {
                let membership = viewer.membership_by_slug(&slug);
                Some(membership.ok_or(Error::NotFound("workspace"))?.workspace_id)
            }
            (None, None) => None,
            (Some(_), Some(_)) => {
                let message = "Pass either `id` or `slug`, not both.";
                return Err(Error::bad_input("slug", message).into());
            }
        };
        let workspace = Workspace::find(ctx, context.workspace_or_active(id)?)?;
        context
            .app
            .activity
            .note(&context.app, &viewer, Some(workspace.0.workspace_id));
        Ok(Some(workspace))
    }

    /// Anything that you can see, by its id; `null` for all else.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An id that the API gave out.")] id: ID,
    ) -> Result<Option<Node>> {
        Node::find(ctx, &id).await
    }

    /// Several things at once, in the order of their ids; `null` for what you cannot see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Ids that the API gave out, at most 100.",
            directive = cost::apply(STATEMENT)
        )]
        ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            let message = format!("`ids` takes {MAX_NODES} ids at most.");
            return Err(Error::bad_input("ids", message).into());
        }
        let found = ids.iter().map(|id| Node::find(ctx, id));
        futures_util::future::try_join_all(found).await
    }

    /// The roles, and what each may do.
    async fn roles(&self) -> Vec<RoleDefinition> {
        RoleDefinition::all()
    }

    /// What `inviteUsers` would do with the same input, before anything is written. It tells who has
    /// an account, so the number of people that you can ask about in an hour is limited. Needs
    /// `TEAM_MANAGE` in every workspace named. Errors: `UNAUTHENTICATED`, `FORBIDDEN`,
    /// `NOT_FOUND`, `BAD_INPUT`. User errors: `TOO_MANY`, `PREVIEW_CAP_REACHED`; in outcomes as
    /// `inviteUsers`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn invite_users_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input that `inviteUsers` would get.")] input: InviteUsersInput,
    ) -> Result<Option<InviteUsersPreview>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let (invitees, user_errors) = split_user_errors(parse_invitees(context, input)?)?;
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

    /// What the page of an invitation link shows. Anybody with the link may ask; it uses up
    /// nothing.
    #[graphql(directive = cost::apply(3 * STATEMENT))]
    async fn invitation_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What stands behind `#token=` in the link.")] token: String,
    ) -> Result<Option<InvitationPreview>> {
        InvitationPreview::load(&RequestContext::of(ctx)?.app, &token)
            .await
            .map(Some)
    }

    /// What the page of a password reset link shows. Anybody with the link may ask; it uses up
    /// nothing.
    #[graphql(directive = cost::apply(3 * STATEMENT))]
    async fn password_reset_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What stands behind `#token=` in the link.")] token: String,
    ) -> Result<Option<PasswordResetPreview>> {
        PasswordResetPreview::load(&RequestContext::of(ctx)?.app, &token)
            .await
            .map(Some)
    }

    /// What a client should know of this installation before anybody signs in.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<ServiceInfo>> {
        ServiceInfo::load(&RequestContext::of(ctx)?.app)
            .await
            .map(Some)
    }
}
