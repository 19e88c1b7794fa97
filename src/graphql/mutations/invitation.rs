//! What admins do with an open invitation.

use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::invitation::Invitation;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::TeamManage;
use crate::team::invitation;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct InvitationMutation;

/// An invitation to send again.
#[derive(InputObject)]
pub struct ResendInvitationInput {
    /// The id of an Invitation.
    invitation_id: ID,
}

/// An invitation to take back.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The id of an Invitation.
    invitation_id: ID,
}

/// The invitation, sent again.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResendInvitationPayload {
    /// The invitation as it is now.
    invitation: Option<Invitation>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The invitation, taken back.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeInvitationPayload {
    /// The invitation as it is now.
    invitation: Option<Invitation>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

#[Object]
impl InvitationMutation {
    /// Sends an invitation again, with a new link; the old one ends. Needs `TEAM_MANAGE`. Errors:
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `COOLDOWN`,
    /// `INVITATION_ENDED`, `MAIL_CAP_REACHED`.
    #[graphql(directive = requires::apply(TeamManage.into()))]
    async fn resend_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to send again.")] input: ResendInvitationInput,
    ) -> Result<Option<ResendInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, id) = id::invitation_id("invitationId", &input.invitation_id)?;
        let actor = context
            .authorize(&[workspace_id], invitation::RESEND)
            .await?;
        let (row, user_errors) =
            split_user_errors(invitation::resend(&context.app, &actor, workspace_id, id).await)?;
        Ok(Some(ResendInvitationPayload {
            invitation: row.map(Invitation::new),
            user_errors,
        }))
    }

    /// Takes an invitation back; the membership that waits for it goes away. Needs `TEAM_MANAGE`.
    /// Errors: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors:
    /// `INVITATION_ENDED`.
    #[graphql(directive = requires::apply(TeamManage.into()))]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to take back.")] input: RevokeInvitationInput,
    ) -> Result<Option<RevokeInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (workspace_id, id) = id::invitation_id("invitationId", &input.invitation_id)?;
        let actor = context
            .authorize(&[workspace_id], invitation::REVOKE)
            .await?;
        let (row, user_errors) =
            split_user_errors(invitation::revoke(&context.app, &actor, workspace_id, id).await)?;
        Ok(Some(RevokeInvitationPayload {
            invitation: row.map(Invitation::new),
            user_errors,
        }))
    }
}
