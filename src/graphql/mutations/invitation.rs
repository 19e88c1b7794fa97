//! Mutations on open invitations.

use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::invitation::Invitation;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::TeamManage;
use crate::team::invitation::{resend, revoke};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct InvitationMutation;

/// The invitation to resend.
#[derive(InputObject)]
pub struct ResendInvitationInput {
    /// The ID of the invitation.
    invitation_id: ID,
}

/// The invitation to revoke.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The ID of the invitation.
    invitation_id: ID,
}

/// The result of `resendInvitation`.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResendInvitationPayload {
    /// The updated invitation.
    invitation: Option<Invitation>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `revokeInvitation`.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeInvitationPayload {
    /// The updated invitation.
    invitation: Option<Invitation>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

#[Object]
impl InvitationMutation {
    /// Resends an invitation with a new link; the old link stops working. Requires `TEAM_MANAGE`.
    /// Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `COOLDOWN`,
    /// `INVITATION_ENDED`, `MAIL_CAP_REACHED`.
    #[graphql(directive = requires::apply(TeamManage.into()))]
    async fn resend_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to resend.")] input: ResendInvitationInput,
    ) -> Result<Option<ResendInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, id) = id::invitation_id("invitationId", &input.invitation_id)?;
        let actor = context.authorize(&[workspace_id], resend::RIGHT).await?;
        let (row, user_errors) =
            split_user_errors(resend::resend(&context.app, &actor, workspace_id, id).await)?;
        Ok(Some(ResendInvitationPayload {
            invitation: row.map(Invitation::new),
            user_errors,
        }))
    }

    /// Revokes an invitation and deletes the invited membership. Requires `TEAM_MANAGE`. Errors:
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `INVITATION_ENDED`.
    #[graphql(directive = requires::apply(TeamManage.into()))]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to revoke.")] input: RevokeInvitationInput,
    ) -> Result<Option<RevokeInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, id) = id::invitation_id("invitationId", &input.invitation_id)?;
        let actor = context.authorize(&[workspace_id], revoke::RIGHT).await?;
        let (row, user_errors) =
            split_user_errors(revoke::revoke(&context.app, &actor, workspace_id, id).await)?;
        Ok(Some(RevokeInvitationPayload {
            invitation: row.map(Invitation::new),
            user_errors,
        }))
    }
}
