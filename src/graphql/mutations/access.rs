//! Sign-in, sign-out, sessions and password resets.

use crate::account::{reset, reset_request, session, sign_in};
use crate::graphql::cost::{PASSWORD, cost};
use crate::graphql::enums::SessionTransport;
use crate::graphql::error::{Result, UserError, split_user_errors};
use crate::graphql::id;
use crate::graphql::objects::viewer::Viewer;
use crate::graphql::request_context::RequestContext;
use crate::setup::{self, FirstAdmin};
use crate::token::Token;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct AccessMutation;

/// The credentials.
#[derive(InputObject)]
pub struct SignInInput {
    /// The email address of the account.
    email: String,
    /// The password of the account.
    #[graphql(secret)]
    password: String,
    /// How to receive the session token; by default, as a cookie.
    transport: Option<SessionTransport>,
}

/// The first workspace and its admin.
#[derive(InputObject)]
pub struct SetUpInput {
    /// The token: the part after `#token=` of the link that the server printed.
    #[graphql(secret)]
    token: String,
    /// The email address of the admin.
    email: String,
    /// The first name of the admin.
    first_name: String,
    /// The last name of the admin.
    last_name: Option<String>,
    /// The password of the admin.
    #[graphql(secret)]
    password: String,
    /// The name of the workspace.
    workspace_name: String,
    /// How to receive the session token; by default, as a cookie.
    transport: Option<SessionTransport>,
}

/// The result of `signIn`.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct SignInPayload {
    /// The signed-in user.
    viewer: Option<Viewer>,
    /// The session token for `Authorization: Bearer`; only with the transport `BEARER`.
    session_token: Option<String>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `setUp`.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct SetUpPayload {
    /// The first admin, signed in.
    viewer: Option<Viewer>,
    /// The session token for `Authorization: Bearer`; only with the transport `BEARER`.
    session_token: Option<String>,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// No arguments.
#[derive(InputObject)]
pub struct SignOutInput {
    /// Ignored. Present because an input type needs at least one field.
    client_mutation_id: Option<String>,
}

/// The session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// The ID of one of your sessions.
    session_id: ID,
}

/// The account whose password was forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The email address of the account.
    email: String,
}

/// The new password.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// The token: the part of the link after `#token=`.
    #[graphql(secret)]
    token: String,
    /// The new password: at least 12 characters, not easy to guess.
    #[graphql(secret)]
    new_password: String,
}

/// The result of ending a session.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignOutPayload {
    /// Whether the session has ended.
    accepted: bool,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of ending a session.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeSessionPayload {
    /// Whether the session has ended.
    accepted: bool,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `requestPasswordReset`, the same for every email address.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always `true`. If the address has an account, an email is sent.
    accepted: bool,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `resetPassword`.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResetPasswordPayload {
    /// Whether the password was set. Sign in with the new password.
    accepted: bool,
    /// Errors that a form can show. Empty on success.
    user_errors: Vec<UserError>,
}

/// Begins a session for the rest of the request. Returns the token if the client wants it in the
/// response.
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

/// Checks that the operation may use a password, and that the client can receive the token by the
/// requested transport.
pub fn prepare(
    context: &RequestContext,
    requested: Option<SessionTransport>,
) -> Result<SessionTransport> {
    let transport = requested.unwrap_or_default();
    if transport == SessionTransport::Cookie {
        context.can_set_cookie()?;
    }
    context.take_password()?;
    Ok(transport)
}

impl From<SetUpInput> for FirstAdmin {
    fn from(input: SetUpInput) -> FirstAdmin {
        FirstAdmin {
            email: input.email,
            first_name: input.first_name,
            last_name: input.last_name.unwrap_or_default(),
            password: input.password.into(),
            workspace: input.workspace_name,
        }
    }
}

#[Object]
impl AccessMutation {
    /// Signs in and begins a session. Repeated failures are throttled (`RATE_LIMITED`). User
    /// errors: `CREDENTIALS_INVALID`.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The credentials.")] input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        let context = RequestContext::of(ctx)?;
        let transport = prepare(context, input.transport)?;
        let (app, password) = (&context.app, input.password.into());
        let signed_in = sign_in::sign_in(app, &input.email, &password, &context.origin).await;
        let (signed_in, user_errors) = split_user_errors(signed_in)?;
        let (token, device) = signed_in.map(|new| (new.session, new.device)).unzip();
        let (viewer, session_token) = begin(context, token, transport).await?;
        if let Some(device) = device.filter(|_| transport == SessionTransport::Cookie) {
            context.remember_device(device);
        }
        Ok(Some(SignInPayload {
            viewer,
            session_token,
            user_errors,
        }))
    }

    /// Creates the first workspace and its admin, using the one-time link that the server printed
    /// on an empty database. User errors: `TOKEN_UNKNOWN`, `TOKEN_EXPIRED`, `TOKEN_USED`,
    /// `EMAIL_INVALID`, `NAME_INVALID` and the password errors.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn set_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first workspace and its admin.")] input: SetUpInput,
    ) -> Result<Option<SetUpPayload>> {
        let context = RequestContext::of(ctx)?;
        let transport = prepare(context, input.transport)?;
        let (link, admin) = (input.token.clone(), input.into());
        let completed = setup::complete(&context.app, &link, &admin, &context.origin).await;
        let (token, user_errors) = split_user_errors(completed)?;
        let (viewer, session_token) = begin(context, token, transport).await?;
        Ok(Some(SetUpPayload {
            viewer,
            session_token,
            user_errors,
        }))
    }

    /// Ends the session of this request. Errors: `UNAUTHENTICATED`.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Optional.")] input: Option<SignOutInput>,
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

    /// Ends one of your sessions, on any device. Errors: `UNAUTHENTICATED`, `NOT_FOUND`,
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

    /// Emails a password reset link if the address has an account. The response and its timing are
    /// the same for every address.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account whose password was forgotten.")]
        input: RequestPasswordResetInput,
    ) -> Result<Option<RequestPasswordResetPayload>> {
        let context = RequestContext::of(ctx)?;
        reset_request::request(&context.app, &input.email, &context.origin);
        Ok(Some(RequestPasswordResetPayload {
            accepted: true,
            user_errors: Vec::new(),
        }))
    }

    /// Sets a new password with a reset link. All sessions of the user end, and the user is
    /// notified by email. User errors: `TOKEN_UNKNOWN`, `TOKEN_EXPIRED`, `TOKEN_REPLACED`,
    /// `TOKEN_USED` and the password errors.
    #[graphql(directive = cost::apply(PASSWORD))]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the link and the new password.")] input: ResetPasswordInput,
    ) -> Result<Option<ResetPasswordPayload>> {
        let context = RequestContext::of(ctx)?;
        context.take_password()?;
        let password = input.new_password.into();
        let done = reset::reset(&context.app, &input.token, &password, &context.origin).await;
        let (device, user_errors) = split_user_errors(done)?;
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
