//! Mutations on members.

use super::listed::{Reassigned, Revoked};
use crate::error::Error;
use crate::graphql::cost::{BULK, cost};
use crate::graphql::enums::Role;
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::membership::Membership;
use crate::graphql::objects::workspace::Workspace;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::TeamManage;
use crate::team::member::change_role::{self, RoleChange};
use crate::team::member::remove;
use crate::team::member::send_password_reset;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct MemberMutation;

/// The member and the new role.
#[derive(InputObject)]
pub struct ChangeRoleInput {
    /// The ID of the membership.
    membership_id: ID,
    /// The new role.
    role: Role,
    /// Whether to revoke the member's open invitations if the member loses `TEAM_MANAGE`. By
    /// default, they are transferred to you.
    revoke_their_invitations: Option<bool>,
}

/// The member to remove.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The ID of the membership.
    membership_id: ID,
    /// Whether to revoke the member's open invitations. By default, they are transferred to you.
    revoke_their_invitations: Option<bool>,
}

/// The member who receives a password reset link.
#[derive(InputObject)]
pub struct SendPasswordResetInput {
    /// The ID of an `ACTIVE` membership.
    membership_id: ID,
}

/// The result of `changeRole`.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChangeRolePayload {
    /// The updated membership.
    membership: Option<Membership>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
    #[graphql(flatten)]
    reassigned: Reassigned,
    #[graphql(flatten)]
    revoked: Revoked,
}

/// The result of `removeMember`.
#[derive(Clone, Debug, SimpleObject)]
pub struct RemoveMemberPayload {
    /// The ID of the removed membership.
    removed_membership_id: Option<ID>,
    /// The workspace; `null` if you removed yourself.
    workspace: Option<Workspace>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
    #[graphql(flatten)]
    reassigned: Reassigned,
    #[graphql(flatten)]
    revoked: Revoked,
}

/// The result of `sendPasswordReset`.
#[derive(Clone, Debug, SimpleObject)]
pub struct SendPasswordResetPayload {
    /// The membership.
    membership: Option<Membership>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

impl TryFrom<ChangeRoleInput> for RoleChange {
    type Error = Error;

    fn try_from(input: ChangeRoleInput) -> Result<RoleChange, Error> {
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        Ok(RoleChange {
            workspace_id,
            user_id,
            role: input.role.into(),
            revoke_invitations: input.revoke_their_invitations.unwrap_or(false),
        })
    }
}

#[Object]
impl MemberMutation {
    /// Changes the role of a member. It takes effect from the member's next request. Requires
    /// `TEAM_MANAGE`. Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User
    /// errors: `LAST_ADMIN`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member and the new role.")] input: ChangeRoleInput,
    ) -> Result<Option<ChangeRolePayload>> {
        let context = RequestContext::of(ctx)?;
        let change = RoleChange::try_from(input)?;
        let (workspace_id, user_id) = (change.workspace_id, change.user_id);
        let right = change_role::RIGHT;
        let actor = context.authorize(&[workspace_id], right).await?;
        let changed = change_role::change_role(&context.app, &actor, change).await;
        let (changed, user_errors) = split_user_errors(changed)?;
        context.renew().await?;
        let key = changed.as_ref().map(|_| (workspace_id, user_id));
        let transfer = changed.map(|(_, transfer)| transfer).unwrap_or_default();
        Ok(Some(ChangeRolePayload {
            membership: Membership::find(context, key).await?,
            reassigned: Reassigned(transfer.reassigned),
            revoked: Revoked(transfer.revoked),
            user_errors,
        }))
    }

    /// Removes a member from the workspace. It takes effect from the member's next request. The
    /// invitation of an invited member is revoked. Requires `TEAM_MANAGE`. Errors:
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `LAST_ADMIN`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member to remove.")] input: RemoveMemberInput,
    ) -> Result<Option<RemoveMemberPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = context.authorize(&[workspace_id], remove::RIGHT).await?;
        let revoke = input.revoke_their_invitations.unwrap_or(false);
        let removed = remove::remove(&context.app, &actor, workspace_id, user_id, revoke).await;
        let (transfer, user_errors) = split_user_errors(removed)?;
        context.renew().await?;
        let removed_membership_id = transfer.is_some().then_some(input.membership_id);
        let transfer = transfer.unwrap_or_default();
        Ok(Some(RemoveMemberPayload {
            removed_membership_id,
            workspace: Workspace::find(ctx, workspace_id).ok(),
            reassigned: Reassigned(transfer.reassigned),
            revoked: Revoked(transfer.revoked),
            user_errors,
        }))
    }

    /// Emails a member a password reset link. The current password and sessions stay valid until it
    /// is used. Requires `TEAM_MANAGE`. Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`,
    /// `BAD_INPUT`. User errors: `NOT_ACTIVE`, `MAIL_CAP_REACHED`.
    #[graphql(directive = requires::apply(TeamManage.into()))]
    async fn send_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member who receives the link.")] input: SendPasswordResetInput,
    ) -> Result<Option<SendPasswordResetPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let right = send_password_reset::RIGHT;
        let actor = context.authorize(&[workspace_id], right).await?;
        let sent = send_password_reset::send(&context.app, &actor, workspace_id, user_id).await;
        let (sent, user_errors) = split_user_errors(sent)?;
        let key = sent.map(|_| (workspace_id, user_id));
        Ok(Some(SendPasswordResetPayload {
            membership: Membership::find(context, key).await?,
            user_errors,
        }))
    }
}
