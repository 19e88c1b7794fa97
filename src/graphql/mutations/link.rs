//! Mutations for the holder of an invitation link.

use super::access::{begin, prepare};
use crate::graphql::cost::{PASSWORD, cost};
use crate::graphql::cursor::First;
use crate::graphql::enums::SessionTransport;
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::objects::invitation::Invitation;
use crate::graphql::objects::membership::Membership;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::request_context::RequestContext;
use crate::team::invitation::accept::{self, Acceptance, Accepted};
use crate::team::invitation::decline;
use crate::team::invitation::request_new;
use crate::team::member;
use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use paging_macros::paged;

#[derive(Default)]
pub struct LinkMutation;

/// The invitation to accept. People without an account sign up with a name and a password.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The token: the part of the link after `#token=`.
    #[graphql(secret)]
    token: String,
    /// Your first name; by default, as entered by the inviter.
    first_name: Option<String>,
    /// Your last name; by default, as entered by the inviter.
    last_name: Option<String>,
    /// The password of the new account. Omit it if you already have an account.
    #[graphql(secret)]
    password: Option<String>,
    /// How to receive the session token; by default, as a cookie.
    transport: Option<SessionTransport>,
}

/// The invitation to decline.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// The token: the part of the link after `#token=`.
    #[graphql(secret)]
    token: String,
}

/// The expired invitation link.
#[derive(InputObject)]
pub struct RequestNewInvitationInput {
    /// The token: the part of the link after `#token=`.
    #[graphql(secret)]
    token: String,
}

/// The result of `acceptInvitation`.
#[derive(Clone, Debug, Default, SimpleObject)]
#[graphql(complex)]
pub struct AcceptInvitationPayload {
    /// The signed-in user.
    viewer: Option<Viewer>,
    /// The session token for `Authorization: Bearer`; only with the transport `BEARER`.
    session_token: Option<String>,
    #[graphql(skip)]
    memberships: Vec<Membership>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `declineInvitation`.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeclineInvitationPayload {
    /// The declined invitation; the first one if the link named several workspaces.
    invitation: Option<Invitation>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `requestNewInvitation`, the same for every link that was ever issued.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestNewInvitationPayload {
    /// Whether the link was ever issued. If so, the inviter is notified, at most once a day.
    accepted: bool,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<AcceptInvitationInput> for Acceptance {
    fn from(input: AcceptInvitationInput) -> Acceptance {
        Acceptance {
            token: input.token,
            first_name: input.first_name,
            last_name: input.last_name,
            password: input.password.map(Into::into),
        }
    }
}

impl AcceptInvitationPayload {
    /// Begins the session of a person who has signed up, and loads the memberships.
    async fn of(
        context: &RequestContext,
        accepted: Accepted,
        transport: SessionTransport,
    ) -> Result<AcceptInvitationPayload> {
        if accepted.session.is_none() {
            context.renew().await?;
        }
        let (_, session_token) = begin(context, accepted.session, transport).await?;
        let (workspaces, user) = (&accepted.workspace_ids, &[accepted.user_id]);
        let members = member::of_users(&context.app.db, workspaces, user).await?;
        Ok(AcceptInvitationPayload {
            viewer: context.viewer().map(Viewer),
            session_token,
            memberships: members.into_iter().map(Membership).collect(),
            user_errors: Vec::new(),
        })
    }
}

#[paged]
#[ComplexObject]
impl AcceptInvitationPayload {
    /// The memberships that became active.
    async fn memberships(&self, first: First) -> Vec<Membership> {
        first.of(&self.memberships).to_vec()
    }
}

#[Object]
impl LinkMutation {
    /// Accepts an invitation to all workspaces that its email named, together with the other
    /// pending invitations of the email address, up to 500 at once. If you have an account, sign in
    /// first and omit the password. User errors: `TOKEN_UNKNOWN`, `TOKEN_EXPIRED`,
    /// `TOKEN_REPLACED`, `TOKEN_USED`, `TOKEN_DECLINED`, `TOKEN_REVOKED`, `ACCOUNT_EXISTS`,
    /// `NAME_INVALID`, `PASSWORD_REQUIRED` and the password errors.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the link and your details.")] input: AcceptInvitationInput,
    ) -> Result<Option<AcceptInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (app, origin) = (&context.app, &context.origin);
        let transport = prepare(context, input.transport)?;
        let actor = context.viewer().map(|viewer| viewer.actor(origin));
        let accepted = accept::accept(app, actor.as_ref(), &input.into(), origin).await;
        let (accepted, user_errors) = split_user_errors(accepted)?;
        Ok(Some(match accepted {
            Some(accepted) => AcceptInvitationPayload::of(context, accepted, transport).await?,
            None => AcceptInvitationPayload {
                user_errors,
                ..AcceptInvitationPayload::default()
            },
        }))
    }

    /// Declines an invitation to all workspaces that its email named. User errors: the `TOKEN_`
    /// errors of `acceptInvitation`.
    async fn decline_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the link.")] input: DeclineInvitationInput,
    ) -> Result<Option<DeclineInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let declined = decline::decline(&context.app, &input.token, &context.origin).await;
        let (declined, user_errors) = split_user_errors(declined)?;
        let first = declined.and_then(|declined| declined.into_iter().next());
        Ok(Some(DeclineInvitationPayload {
            invitation: first.map(Invitation::by_link),
            user_errors,
        }))
    }

    /// Requests a new invitation link to replace an expired one. The inviter is notified by email,
    /// at most once a day. User errors: `TOKEN_UNKNOWN`.
    async fn request_new_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the expired link.")] input: RequestNewInvitationInput,
    ) -> Result<Option<RequestNewInvitationPayload>> {
        let context = RequestContext::of(ctx)?;
        let (requested, user_errors) = split_user_errors(
            request_new::request(&context.app, &input.token, &context.origin).await,
        )?;
        Ok(Some(RequestNewInvitationPayload {
            accepted: requested.is_some(),
            user_errors,
        }))
    }
}
