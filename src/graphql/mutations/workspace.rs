//! Mutations that create, update and leave workspaces.

use super::listed::Reassigned;
use crate::error::Error;
use crate::graphql::cost::{BULK, cost};
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::objects::workspace::Workspace;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::WorkspaceManage;
use crate::team::member::leave;
use crate::team::workspace::create;
use crate::team::workspace::update::{self, Changes};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

#[derive(Default)]
pub struct WorkspaceMutation;

/// The workspace to create.
#[derive(InputObject)]
pub struct CreateWorkspaceInput {
    /// The display name.
    name: String,
}

/// Changes to a workspace. Omitted fields stay unchanged.
#[derive(InputObject)]
pub struct UpdateWorkspaceInput {
    /// The ID of the workspace.
    workspace_id: ID,
    /// The display name.
    name: Option<String>,
    /// The lifetime of invitation links in days, from 1 to 90; `null` for the server's default.
    invitation_lifetime_days: MaybeUndefined<i32>,
    /// Domains whose email addresses may be invited, such as `example.com`; an empty list allows
    /// all.
    allowed_email_domains: Option<Vec<String>>,
}

/// The workspace to leave.
#[derive(InputObject)]
pub struct LeaveWorkspaceInput {
    /// The ID of a workspace that you belong to.
    workspace_id: ID,
}

/// The result of `createWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct CreateWorkspacePayload {
    /// The new workspace. You are its first Workspace Admin.
    workspace: Option<Workspace>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `updateWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct UpdateWorkspacePayload {
    /// The workspace.
    workspace: Option<Workspace>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `leaveWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct LeaveWorkspacePayload {
    /// The viewer.
    viewer: Option<Viewer>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
    #[graphql(flatten)]
    reassigned: Reassigned,
}

impl From<UpdateWorkspaceInput> for Changes {
    fn from(input: UpdateWorkspaceInput) -> Changes {
        Changes {
            name: input.name,
            invitation_lifetime_days: match input.invitation_lifetime_days {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(days) => Some(Some(days)),
            },
            allowed_email_domains: input.allowed_email_domains,
        }
    }
}

#[Object]
impl WorkspaceMutation {
    /// Creates a workspace with you as its first Workspace Admin. A server setting defines who may
    /// do this: by default, Workspace Admins of any workspace. The number of workspaces per person
    /// is limited. Errors: `UNAUTHENTICATED`, `FORBIDDEN`. User errors: `NAME_INVALID`,
    /// `WORKSPACE_CAP_REACHED`.
    async fn create_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The workspace to create.")] input: CreateWorkspaceInput,
    ) -> Result<Option<CreateWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let actor = context.signed_in()?.actor(&context.origin);
        let created = create::create(&context.app, &actor, &input.name).await;
        let (created, user_errors) = split_user_errors(created)?;
        context.renew().await?;
        let workspace = created.map(|row| Workspace::find(ctx, row.id));
        Ok(Some(CreateWorkspacePayload {
            workspace: workspace.transpose()?,
            user_errors,
        }))
    }

    /// Renames a workspace or changes its settings. Requires `WORKSPACE_MANAGE`. Errors:
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `NAME_INVALID`,
    /// `VALUE_INVALID`, `TOO_MANY`.
    #[graphql(directive = requires::apply(WorkspaceManage.into()))]
    async fn update_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateWorkspaceInput,
    ) -> Result<Option<UpdateWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let id = id::workspace_id("workspaceId", &input.workspace_id)?;
        let actor = context.authorize(&[id], update::RIGHT).await?;
        let updated = update::update(&context.app, &actor, id, &input.into()).await;
        let (updated, user_errors) = split_user_errors(updated)?;
        context.renew().await?;
        let workspace = updated.map(|_| Workspace::find(ctx, id));
        Ok(Some(UpdateWorkspacePayload {
            workspace: workspace.transpose()?,
            user_errors,
        }))
    }

    /// Leaves a workspace. Your open invitations are transferred to the longest-serving admin.
    /// Errors: `UNAUTHENTICATED`, `NOT_FOUND`, `BAD_INPUT`. User errors: `LAST_ADMIN`.
    #[graphql(directive = cost::apply(BULK))]
    async fn leave_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The workspace to leave.")] input: LeaveWorkspaceInput,
    ) -> Result<Option<LeaveWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let id = id::workspace_id("workspaceId", &input.workspace_id)?;
        let membership = viewer.membership(id).ok_or(Error::NotFound("workspace"))?;
        let actor = viewer.actor(&context.origin);
        let left = leave::leave(&context.app, &actor, membership.workspace_id).await;
        let (transfer, user_errors) = split_user_errors(left)?;
        context.renew().await?;
        Ok(Some(LeaveWorkspacePayload {
            viewer: context.viewer().map(Viewer),
            reassigned: Reassigned(transfer.unwrap_or_default().reassigned),
            user_errors,
        }))
    }
}
