//! Signing in and out, and getting back in.

use crate::account::setup::{self, FirstAdmin};
use crate::account::{reset, reset_request, session, sign_in};
use crate::graphql::cost::{PASSWORD, cost};
use crate::graphql::enums::SessionTransport;
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::id;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::request_context::RequestContext;
use crate::token::Token;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct AccessMutation;

/// Email and password.
#[derive(InputObject)]
pub struct SignInInput {
    /// The account's address.
    email: String,
    /// The account's password.
    #[graphql(secret)]
    password: String,
    /// How the session's token travels; a cookie where left out.
    transport: Option<SessionTransport>,
}

/// The first workspace and its admin.
#[derive(InputObject)]
pub struct SetUpInput {
    /// What stands behind `#token=` in the link that the server printed.
    #[graphql(secret)]
    token: String,
    /// The admin's address.
    email: String,
    /// The admin's first name.
    first_name: String,
    /// The admin's last name.
    last_name: Option<String>,
    /// The admin's password.
    #[graphql(secret)]
    password: String,
    /// What the workspace is called.
    workspace_name: String,
    /// How the session's token travels; a cookie where left out.
    transport: Option<SessionTransport>,
}

/// A new session.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct SignInPayload {
    /// Whoever is signed in now.
    viewer: Option<Viewer>,
    /// The session's token, for `Authorization: Bearer`; with the transport `BEARER` only.
    session_token: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The first session.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct SetUpPayload {
    /// The first admin.
    viewer: Option<Viewer>,
    /// The session's token, for `Authorization: Bearer`; with the transport `BEARER` only.
    session_token: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// Nothing to say.
#[derive(InputObject)]
pub struct SignOutInput {
    /// Echoed in nothing; an empty input must have a field.
    client_mutation_id: Option<String>,
}

/// A session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// The id of one of your Sessions.
    session_id: ID,
}

/// Whose password was forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The account's address.
    email: String,
}

/// A new password.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// What stands behind `#token=` in the link.
    #[graphql(secret)]
    token: String,
    /// The password to have from now on: 12 characters or more, hard to guess.
    #[graphql(secret)]
    new_password: String,
}

/// Whether the session has ended.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignOutPayload {
    /// Whether it was done.
    accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// Whether the session has ended.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeSessionPayload {
    /// Whether it was done.
    accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// The same for every address, known or not.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true: whoever has an account with the address gets a mail.
    accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// Whether the password was set.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResetPasswordPayload {
    /// Whether it was done: sign in with the new password.
    accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<UserError>,
}

/// Begins a session for the rest of the request; the token where the client wants it in the answer.
pub async fn begin(
    context: &RequestContext,
    token: Option<Token>,
    transport: SessionTransport,
) -> Result<(Option<Viewer>, Option<String>)> {
    let Some(token) = token else {
        return Ok((None, None));
    };
    let in_cookie = transport == SessionTransport::Cookie;
    let session_token = context.begin_session(token, in_cookie).await?;
    Ok((context.viewer().map(Viewer), session_token))
}

/// Checks that the client can get the token in the way it asks for.
pub fn transport(
    context: &RequestContext,
    asked: Option<SessionTransport>,
) -> Result<SessionTransport> {
    let transport = asked.unwrap_or_default();
    if transport == SessionTransport::Cookie {
        context.can_set_cookie()?;
    }
    Ok(transport)
}

#[Object]
impl AccessMutation {
    /// Begins a session. After failures, further attempts are slowed down (`RATE_LIMITED`).
    /// User errors: `CREDENTIALS_INVALID`.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Email and password.")] input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        let context = RequestContext::of(ctx)?;
        let transport = transport(context, input.transport)?;
        context.take_password()?;
        let signed_in = sign_in::sign_in(
            &context.app,
            &input.email,
            &input.password.into(),
            &context.origin,
        )
        .await;
        let (signed_in, user_errors) = split_user_errors(signed_in)?;
        let (token, device) = signed_in
            .map(|signed_in| (signed_in.session, signed_in.device))
            .unzip();
        let (viewer, session_token) = begin(context, token, transport).await?;
        if transport == SessionTransport::Cookie
            && let Some(device) = device
        {
            context.remember_device(device);
        }
        Ok(Some(SignInPayload {
            viewer,
            session_token,
            user_errors,
        }))
    }

    /// Sets up the first workspace and its admin, with the one-time link that the server printed
    /// on an empty database. User errors: `TOKEN_UNKNOWN`, `TOKEN_EXPIRED`, `TOKEN_USED`,
    /// `EMAIL_INVALID`, `NAME_INVALID` and those of passwords.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn set_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first workspace and its admin.")] input: SetUpInput,
    ) -> Result<Option<SetUpPayload>> {
        let context = RequestContext::of(ctx)?;
        let transport = transport(context, input.transport)?;
        context.take_password()?;
        let admin = FirstAdmin {
            email: input.email,
            first_name: input.first_name,
            last_name: input.last_name.unwrap_or_default(),
            password: input.password.into(),
            workspace: input.workspace_name,
        };
        let (token, user_errors) = split_user_errors(
            setup::complete(&context.app, &input.token, &admin, &context.origin).await,
        )?;
        let (viewer, session_token) = begin(context, token, transport).await?;
        Ok(Some(SetUpPayload {
            viewer,
            session_token,
            user_errors,
        }))
    }

    /// Ends the session that this request was made with. Errors: `UNAUTHENTICATED`.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<SignOutInput>,
    ) -> Result<Option<SignOutPayload>> {
        let _ = input;
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let actor = viewer.actor(&context.origin);
        session::end(&context.app, &actor, viewer.session_id).await?;
        context.end_session();
        Ok(Some(SignOutPayload {
            accepted: true,
            user_errors: Vec::new(),
        }))
    }

    /// Ends one of your sessions, wherever it is. Errors: `UNAUTHENTICATED`, `NOT_FOUND`,
    /// `BAD_INPUT`.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to end.")] input: RevokeSessionInput,
    ) -> Result<Option<RevokeSessionPayload>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let session_id = id::session_id("sessionId", &input.session_id)?;
        let actor = viewer.actor(&context.origin);
        session::end(&context.app, &actor, session_id).await?;
        if session_id == viewer.session_id {
            context.end_session();
        }
        Ok(Some(RevokeSessionPayload {
            accepted: true,
            user_errors: Vec::new(),
        }))
    }

    /// Mails a reset link to whoever has an account with the address. The answer is the same, and
    /// as fast, for every address.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password was forgotten.")] input: RequestPasswordResetInput,
    ) -> Result<Option<RequestPasswordResetPayload>> {
        let context = RequestContext::of(ctx)?;
        reset_request::request(&context.app, &input.email, &context.origin);
        Ok(Some(RequestPasswordResetPayload {
            accepted: true,
            user_errors: Vec::new(),
        }))
    }

    /// Sets a new password with a link from a mail. Every session of the user ends, and they get a
    /// notice by mail. User errors: `TOKEN_UNKNOWN`, `TOKEN_EXPIRED`, `TOKEN_REPLACED`,
    /// `TOKEN_USED` and those of passwords.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's token and the new password.")] input: ResetPasswordInput,
    ) -> Result<Option<ResetPasswordPayload>> {
        let context = RequestContext::of(ctx)?;
        context.take_password()?;
        let password = input.new_password.into();
        let (device, user_errors) = split_user_errors(
            reset::reset(&context.app, &input.token, &password, &context.origin).await,
        )?;
        context.renew().await?;
        let accepted = device.is_some();
        if let Some(device) = device {
            context.remember_device(device);
        }
        Ok(Some(ResetPasswordPayload {
            accepted,
            user_errors,
        }))
    }
}
