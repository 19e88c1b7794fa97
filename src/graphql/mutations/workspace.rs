//! Creating, changing and leaving workspaces.

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
use crate::team::leave;
use crate::team::workspace::{self, Changes};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

#[derive(Default)]
pub struct WorkspaceMutation;

/// A new workspace.
#[derive(InputObject)]
pub struct CreateWorkspaceInput {
    /// What people call it.
    name: String,
}

/// What to change about a workspace; what is left out stays.
#[derive(InputObject)]
pub struct UpdateWorkspaceInput {
    /// The id of a Workspace.
    workspace_id: ID,
    /// What people call it.
    name: Option<String>,
    /// Days that an invitation link stays valid, from 1 to 90; `null` for the server's default.
    invitation_lifetime_days: MaybeUndefined<i32>,
    /// Domains whose addresses may be invited, such as `example.com`; empty allows all.
    allowed_email_domains: Option<Vec<String>>,
}

/// The workspace to leave.
#[derive(InputObject)]
pub struct LeaveWorkspaceInput {
    /// The id of a Workspace that you belong to.
    workspace_id: ID,
}

/// The new workspace.
#[derive(Clone, Debug, SimpleObject)]
pub struct CreateWorkspacePayload {
    /// The workspace, of which you are the first Workspace Admin.
    workspace: Option<Workspace>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The workspace as it is now.
#[derive(Clone, Debug, SimpleObject)]
pub struct UpdateWorkspacePayload {
    /// The workspace.
    workspace: Option<Workspace>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The viewer, without the workspace that they have left.
#[derive(Clone, Debug, SimpleObject)]
pub struct LeaveWorkspacePayload {
    /// You.
    viewer: Option<Viewer>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
    #[graphql(flatten)]
    reassigned: Reassigned,
}

#[Object]
impl WorkspaceMutation {
    /// Creates a workspace, with you as its first Workspace Admin. Who may is a setting of the
    /// server: by default, whoever is a Workspace Admin somewhere. The number of workspaces that one
    /// person may create is limited. Errors: `UNAUTHENTICATED`, `FORBIDDEN`. User errors:
    /// `NAME_INVALID`, `WORKSPACE_CAP_REACHED`.
    async fn create_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new workspace.")] input: CreateWorkspaceInput,
    ) -> Result<Option<CreateWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let actor = context.signed_in()?.actor(&context.origin);
        let (created, user_errors) =
            split_user_errors(workspace::create(&context.app, &actor, &input.name).await)?;
        context.renew().await?;
        let workspace = created
            .map(|row| Workspace::find(ctx, row.id))
            .transpose()?;
        Ok(Some(CreateWorkspacePayload {
            workspace,
            user_errors,
        }))
    }

    /// Renames a workspace or changes its settings. Needs `WORKSPACE_MANAGE`. Errors:
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `NAME_INVALID`,
    /// `VALUE_INVALID`, `TOO_MANY`.
    #[graphql(directive = requires::apply(WorkspaceManage.into()))]
    async fn update_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateWorkspaceInput,
    ) -> Result<Option<UpdateWorkspacePayload>> {
        let context = RequestContext::of(ctx)?;
        let id = id::workspace_id("workspaceId", &input.workspace_id)?;
        let actor = context.authorize(&[id], workspace::UPDATE).await?;
        let changes = Changes {
            name: input.name,
            invitation_lifetime_days: match input.invitation_lifetime_days {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(days) => Some(Some(days)),
            },
            allowed_email_domains: input.allowed_email_domains,
        };
        let (_, user_errors) =
            split_user_errors(workspace::update(&context.app, &actor, id, &changes).await)?;
        context.renew().await?;
        let workspace = if user_errors.is_empty() {
            Some(Workspace::find(ctx, id)?)
        } else {
            None
        };
        Ok(Some(UpdateWorkspacePayload {
            workspace,
            user_errors,
        }))
    }

    /// Leaves a workspace. Open invitations that you answer for pass to the longest-serving admin.
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
