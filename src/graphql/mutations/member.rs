//! What admins do with a member.

use super::listed::{Reassigned, Revoked};
use crate::graphql::cost::{BULK, cost};
use crate::graphql::enums::Role;
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::membership::Membership;
use crate::graphql::objects::workspace::Workspace;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::TeamManage;
use crate::team::leave;
use crate::team::reset;
use crate::team::role::{self, RoleChange};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

#[derive(Default)]
pub struct MemberMutation;

/// A member and their new role.
#[derive(InputObject)]
pub struct ChangeRoleInput {
    /// The id of a Membership.
    membership_id: ID,
    /// The role to have from now on.
    role: Role,
    /// Whether open invitations that the member answers for are revoked, should they no longer
    /// manage the team; where not, they pass to you.
    revoke_their_invitations: Option<bool>,
}

/// A member to take out.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The id of a Membership.
    membership_id: ID,
    /// Whether open invitations that the member answers for are revoked; where not, they pass to
    /// you.
    revoke_their_invitations: Option<bool>,
}

/// A member who is to get a reset link.
#[derive(InputObject)]
pub struct SendPasswordResetInput {
    /// The id of an `ACTIVE` Membership.
    membership_id: ID,
}

/// The member with their new role.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChangeRolePayload {
    /// The member as they are now.
    membership: Option<Membership>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
    #[graphql(flatten)]
    reassigned: Reassigned,
    #[graphql(flatten)]
    revoked: Revoked,
}

/// The workspace without the member.
#[derive(Clone, Debug, SimpleObject)]
pub struct RemoveMemberPayload {
    /// The id of the Membership that is no more.
    removed_membership_id: Option<ID>,
    /// The workspace; `null` where you have removed yourself.
    workspace: Option<Workspace>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
    #[graphql(flatten)]
    reassigned: Reassigned,
    #[graphql(flatten)]
    revoked: Revoked,
}

/// The member who gets a reset link.
#[derive(Clone, Debug, SimpleObject)]
pub struct SendPasswordResetPayload {
    /// The member.
    membership: Option<Membership>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

async fn reload(context: &RequestContext, key: Option<(Uuid, Uuid)>) -> Result<Option<Membership>> {
    match key {
        Some(key) => Ok(context.loaders().member(key).await?.map(Membership)),
        None => Ok(None),
    }
}

#[Object]
impl MemberMutation {
    /// Gives a member another role; it holds from their next request on. Needs `TEAM_MANAGE`.
    /// Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `LAST_ADMIN`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A member and their new role.")] input: ChangeRoleInput,
    ) -> Result<Option<ChangeRolePayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = context.authorize(&[workspace_id], role::RIGHT).await?;
        let change = RoleChange {
            workspace_id,
            user_id,
            role: input.role.into(),
            revoke_invitations: input.revoke_their_invitations.unwrap_or(false),
        };
        let (changed, user_errors) =
            split_user_errors(role::change(&context.app, &actor, change).await)?;
        context.renew().await?;
        let membership = reload(
            context,
            changed.is_some().then_some((workspace_id, user_id)),
        )
        .await?;
        let transfer = changed.map(|(_, transfer)| transfer).unwrap_or_default();
        Ok(Some(ChangeRolePayload {
            membership,
            reassigned: Reassigned(transfer.reassigned),
            revoked: Revoked(transfer.revoked),
            user_errors,
        }))
    }

    /// Takes a member out of their workspace; it holds from their next request on. An invited
    /// member's invitation is revoked. Needs `TEAM_MANAGE`. Errors: `UNAUTHENTICATED`, `FORBIDDEN`,
    /// `NOT_FOUND`, `BAD_INPUT`. User errors: `LAST_ADMIN`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member to take out.")] input: RemoveMemberInput,
    ) -> Result<Option<RemoveMemberPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = context.authorize(&[workspace_id], leave::RIGHT).await?;
        let revoke = input.revoke_their_invitations.unwrap_or(false);
        let removed = leave::remove(&context.app, &actor, workspace_id, user_id, revoke).await;
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

    /// Mails a member a link to set a new password. Their password and sessions stay until they use
    /// it. Needs `TEAM_MANAGE`. Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`.
    /// User errors: `NOT_ACTIVE`, `MAIL_CAP_REACHED`.
    #[graphql(directive = requires::apply(TeamManage.into()))]
    async fn send_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member who is to get the link.")] input: SendPasswordResetInput,
    ) -> Result<Option<SendPasswordResetPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = context.authorize(&[workspace_id], reset::RIGHT).await?;
        let (sent, user_errors) =
            split_user_errors(reset::send(&context.app, &actor, workspace_id, user_id).await)?;
        let membership = reload(context, sent.map(|_| (workspace_id, user_id))).await?;
        Ok(Some(SendPasswordResetPayload {
            membership,
            user_errors,
        }))
    }
}
