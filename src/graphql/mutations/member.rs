//! What admins do with a member.

use super::listed::{Reassigned, Revoked};
use crate::access::Permission::TeamManage;
use crate::graphql::cost::{CROWD, cost};
use crate::graphql::enums::Role;
use crate::graphql::error::{Result, UserError, settle};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::membership::Membership;
use crate::graphql::objects::workspace::Workspace;
use crate::graphql::scope::Scope;
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

async fn reload(scope: &Scope, key: Option<(Uuid, Uuid)>) -> Result<Option<Membership>> {
    match key {
        Some(key) => Ok(scope.loaders().member(key).await?.map(Membership)),
        None => Ok(None),
    }
}

#[Object]
impl MemberMutation {
    /// Gives a member another role; it holds from their next request on. Needs `TEAM_MANAGE`.
    /// Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `LAST_ADMIN`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(CROWD))]
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A member and their new role.")] input: ChangeRoleInput,
    ) -> Result<Option<ChangeRolePayload>> {
        let scope = Scope::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = scope.authorize(&[workspace_id], role::RIGHT).await?;
        let change = RoleChange {
            workspace_id,
            user_id,
            role: input.role.into(),
            revoke_invitations: input.revoke_their_invitations.unwrap_or(false),
        };
        let (changed, user_errors) = settle(role::change(&scope.app, &actor, change).await)?;
        scope.renew().await?;
        let membership =
            reload(scope, changed.is_some().then_some((workspace_id, user_id))).await?;
        let handover = changed.map(|(_, handover)| handover).unwrap_or_default();
        Ok(Some(ChangeRolePayload {
            membership,
            reassigned: Reassigned(handover.reassigned),
            revoked: Revoked(handover.revoked),
            user_errors,
        }))
    }

    /// Takes a member out of their workspace; it holds from their next request on. An invited
    /// member's invitation is revoked. Needs `TEAM_MANAGE`. Errors: `UNAUTHENTICATED`, `FORBIDDEN`,
    /// `NOT_FOUND`, `BAD_INPUT`. User errors: `LAST_ADMIN`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(CROWD))]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member to take out.")] input: RemoveMemberInput,
    ) -> Result<Option<RemoveMemberPayload>> {
        let scope = Scope::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = scope.authorize(&[workspace_id], leave::RIGHT).await?;
        let revoke = input.revoke_their_invitations.unwrap_or(false);
        let removed = leave::remove(&scope.app, &actor, workspace_id, user_id, revoke).await;
        let (handover, user_errors) = settle(removed)?;
        scope.renew().await?;
        let removed_membership_id = handover.is_some().then_some(input.membership_id);
        let handover = handover.unwrap_or_default();
        Ok(Some(RemoveMemberPayload {
            removed_membership_id,
            workspace: Workspace::find(ctx, workspace_id).ok(),
            reassigned: Reassigned(handover.reassigned),
            revoked: Revoked(handover.revoked),
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
        let scope = Scope::of(ctx)?;
        let (workspace_id, user_id) = id::membership_id("membershipId", &input.membership_id)?;
        let actor = scope.authorize(&[workspace_id], reset::RIGHT).await?;
        let (sent, user_errors) =
            settle(reset::send(&scope.app, &actor, workspace_id, user_id).await)?;
        let membership = reload(scope, sent.map(|_| (workspace_id, user_id))).await?;
        Ok(Some(SendPasswordResetPayload {
            membership,
            user_errors,
        }))
    }
}
