//! What the holder of an invitation link does.

use super::access::{begin, transport};
use super::listed::first_of;
use crate::graphql::cost::{PASSWORD, cost};
use crate::graphql::enums::SessionTransport;
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::objects::invitation::Invitation;
use crate::graphql::objects::membership::Membership;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::request_context::RequestContext;
use crate::team::accept::{self, Acceptance};
use crate::team::member;
use crate::team::{decline, request_new_invitation};
use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct LinkMutation;

/// An invitation to accept. Who has no account signs up by it, with names and password.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
    /// Your first name; what the inviter typed where left out.
    first_name: Option<String>,
    /// Your last name; what the inviter typed where left out.
    last_name: Option<String>,
    /// The password to sign in with from now on; not for those who have an account.
    #[graphql(secret)]
    password: Option<String>,
    /// How the session's token travels; a cookie where left out.
    transport: Option<SessionTransport>,
}

/// An invitation to decline.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
}

/// An expired link to get a new one for.
#[derive(InputObject)]
pub struct RequestNewInvitationInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
}

/// Who is in now, and where.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AcceptInvitationPayload {
    /// Whoever is signed in now.
    viewer: Option<Viewer>,
    /// The new session's token, for `Authorization: Bearer`; with the transport `BEARER` only.
    session_token: Option<String>,
    #[graphql(skip)]
    memberships: Vec<Membership>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The invitation, declined.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeclineInvitationPayload {
    /// The invitation; the first, where the link named several workspaces.
    invitation: Option<Invitation>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The same for every link that was once sent.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestNewInvitationPayload {
    /// Whether the link was once sent. The inviter is told, once a day at most.
    accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

#[ComplexObject]
impl AcceptInvitationPayload {
    /// The memberships that have become active.
    async fn memberships(
        &self,
        #[graphql(desc = "How many from the start, at most 100; 50 where left out.")] first: Option<
            i32,
        >,
    ) -> Vec<Membership> {
        first_of(&self.memberships, first).to_vec()
    }
}

#[Object]
impl LinkMutation {
    /// Accepts an invitation, in all workspaces that its mail named, and with it the other pending
    /// invitations of the address, up to 500 at once. Who has an account must be signed in, and gives no
    /// password. User errors: `TOKEN_UNKNOWN`, `TOKEN_EXPIRED`, `TOKEN_REPLACED`, `TOKEN_USED`,
    /// `TOKEN_DECLINED`, `TOKEN_REVOKED`, `ACCOUNT_EXISTS`, `NAME_INVALID`, `PASSWORD_REQUIRED`
    /// and those of passwords.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's token, and who you are.")] input: AcceptInvitationInput,
    ) -> Result<Option<AcceptInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let transport = transport(context, input.transport)?;
        context.take_password()?;
        let acceptance = Acceptance {
            token: input.token,
            first_name: input.first_name,
            last_name: input.last_name,
            password: input.password.map(Into::into),
        };
        let signed_in = context.viewer().map(|viewer| viewer.actor(&context.origin));
        let accepted = accept::accept(
            &context.app,
            signed_in.as_ref(),
            &acceptance,
            &context.origin,
        )
        .await;
        let (accepted, user_errors) = split_user_errors(accepted)?;
        let Some(accepted) = accepted else {
            return Ok(Some(AcceptInvitationPayload {
                viewer: None,
                session_token: None,
                memberships: Vec::new(),
                user_errors,
            }));
        };
        if accepted.session.is_none() {
            context.renew().await?;
        }
        let (_, session_token) = begin(context, accepted.session, transport).await?;
        let members = member::of_users(
            &context.app.db,
            &accepted.workspace_ids,
            &[accepted.user_id],
        )
        .await?;
        Ok(Some(AcceptInvitationPayload {
            viewer: context.viewer().map(Viewer),
            session_token,
            memberships: members.into_iter().map(Membership).collect(),
            user_errors,
        }))
    }

    /// Declines an invitation, in all workspaces that its mail named. User errors: as
    /// `acceptInvitation`'s for the token.
    async fn decline_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's token.")] input: DeclineInvitationInput,
    ) -> Result<Option<DeclineInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (declined, user_errors) =
            split_user_errors(decline::decline(&context.app, &input.token, &context.origin).await)?;
        let invitation = declined
            .unwrap_or_default()
            .into_iter()
            .next()
            .map(Invitation::by_link);
        Ok(Some(DeclineInvitationPayload {
            invitation,
            user_errors,
        }))
    }

    /// Asks for a new link in place of an expired one: the inviter is told by mail, once a day at
    /// most. User errors: `TOKEN_UNKNOWN`.
    async fn request_new_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The expired link's token.")] input: RequestNewInvitationInput,
    ) -> Result<Option<RequestNewInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (asked, user_errors) = split_user_errors(
            request_new_invitation::request(&context.app, &input.token, &context.origin).await,
        )?;
        Ok(Some(RequestNewInvitationPayload {
            accepted: asked.is_some(),
            user_errors,
        }))
    }
}
