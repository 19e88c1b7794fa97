//! Mutations on the viewer's profile, password and session.

use crate::account::profile;
use crate::error::Error;
use crate::graphql::cost::{PASSWORD, cost};
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::id;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::request_context::RequestContext;
use crate::team::workspace::switch;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct ProfileMutation;

/// The workspace to switch to.
#[derive(InputObject)]
pub struct SwitchWorkspaceInput {
    /// The ID of a workspace that you belong to.
    workspace_id: ID,
}

/// Your new name.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The first name.
    first_name: String,
    /// The last name; may be empty.
    last_name: String,
}

/// Your current and new passwords.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// Your current password.
    #[graphql(secret)]
    current_password: String,
    /// The new password: at least 12 characters, not easy to guess.
    #[graphql(secret)]
    new_password: String,
}

/// The result of `switchWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct SwitchWorkspacePayload {
    /// The viewer.
    viewer: Option<Viewer>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `updateProfile`.
#[derive(Clone, Debug, SimpleObject)]
pub struct UpdateProfilePayload {
    /// The viewer.
    viewer: Option<Viewer>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `changePassword`.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChangePasswordPayload {
    /// The viewer.
    viewer: Option<Viewer>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

async fn renewed(context: &RequestContext) -> Result<Option<Viewer>> {
    context.renew().await?;
    Ok(context.viewer().map(Viewer))
}

#[Object]
impl ProfileMutation {
    /// Changes the active workspace of your session, which is the default wherever a workspace can
    /// be omitted. Errors: `UNAUTHENTICATED`, `NOT_FOUND`, `BAD_INPUT`.
    async fn switch_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The workspace to switch to.")] input: SwitchWorkspaceInput,
    ) -> Result<Option<SwitchWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let id = id::workspace_id("workspaceId", &input.workspace_id)?;
        let membership = viewer.membership(id).ok_or(Error::NotFound("workspace"))?;
        let actor = viewer.actor(&context.origin);
        switch::switch(&context.app, &actor, membership.workspace_id).await?;
        let viewer = renewed(context).await?;
        Ok(Some(SwitchWorkspacePayload {
            viewer,
            user_errors: Vec::new(),
        }))
    }

    /// Changes your name in all workspaces. Errors: `UNAUTHENTICATED`. User errors: `NAME_INVALID`.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your new name.")] input: UpdateProfileInput,
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

    /// Changes your password. Your other sessions end, and you are notified by email. Errors:
    /// `UNAUTHENTICATED`, `RATE_LIMITED`. User errors: `CREDENTIALS_INVALID` and the password
    /// errors.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your current and new passwords.")] input: ChangePasswordInput,
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
