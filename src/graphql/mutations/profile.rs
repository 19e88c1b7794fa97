//! What people change about themselves and their session.

use crate::account::{profile, session};
use crate::error::Error;
use crate::graphql::cost::{PASSWORD, cost};
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::id;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::request_context::RequestContext;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct ProfileMutation;

/// The workspace to look at.
#[derive(InputObject)]
pub struct SwitchWorkspaceInput {
    /// The id of a Workspace that you belong to.
    workspace_id: ID,
}

/// Your names.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The first name.
    first_name: String,
    /// The last name; may be empty.
    last_name: String,
}

/// Your passwords, old and new.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password that you have now.
    #[graphql(secret)]
    current_password: String,
    /// The password to have from now on: 12 characters or more, hard to guess.
    #[graphql(secret)]
    new_password: String,
}

/// The viewer, with the workspace that they look at now.
#[derive(Clone, Debug, SimpleObject)]
pub struct SwitchWorkspacePayload {
    /// You.
    viewer: Option<Viewer>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The viewer, with their new names.
#[derive(Clone, Debug, SimpleObject)]
pub struct UpdateProfilePayload {
    /// You.
    viewer: Option<Viewer>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The viewer, with their new password.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChangePasswordPayload {
    /// You.
    viewer: Option<Viewer>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

async fn renewed(context: &RequestContext) -> Result<Option<Viewer>> {
    context.renew().await?;
    Ok(context.viewer().map(Viewer))
}

#[Object]
impl ProfileMutation {
    /// Points your session at another workspace: the default wherever one may be left out.
    /// Errors: `UNAUTHENTICATED`, `NOT_FOUND`, `BAD_INPUT`.
    async fn switch_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The workspace to look at.")] input: SwitchWorkspaceInput,
    ) -> Result<Option<SwitchWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let id = id::workspace_id("workspaceId", &input.workspace_id)?;
        let membership = viewer.membership(id).ok_or(Error::NotFound("workspace"))?;
        let actor = viewer.actor(&context.origin);
        session::switch(&context.app, &actor, membership.workspace_id).await?;
        let viewer = renewed(context).await?;
        Ok(Some(SwitchWorkspacePayload {
            viewer,
            user_errors: Vec::new(),
        }))
    }

    /// Changes your names, in all your workspaces. Errors: `UNAUTHENTICATED`. User errors:
    /// `NAME_INVALID`.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your names.")] input: UpdateProfileInput,
    ) -> Result<Option<UpdateProfilePayload>> {
        let context = RequestContext::of(ctx)?;
        let actor = context.signed_in()?.actor(&context.origin);
        let renamed =
            profile::rename(&context.app, &actor, &input.first_name, &input.last_name).await;
        let (_, user_errors) = split_user_errors(renamed)?;
        Ok(Some(UpdateProfilePayload {
            viewer: renewed(context).await?,
            user_errors,
        }))
    }

    /// Changes your password. Your other sessions end, and you get a notice by mail. Errors:
    /// `UNAUTHENTICATED`, `RATE_LIMITED`. User errors: `CREDENTIALS_INVALID` and those of passwords.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your passwords, old and new.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        let context = RequestContext::of(ctx)?;
        let actor = context.signed_in()?.actor(&context.origin);
        context.take_password()?;
        let (current, new) = (input.current_password.into(), input.new_password.into());
        let (_, user_errors) = split_user_errors(
            profile::change_password(&context.app, &actor, &current, &new).await,
        )?;
        Ok(Some(ChangePasswordPayload {
            viewer: renewed(context).await?,
            user_errors,
        }))
    }
}
