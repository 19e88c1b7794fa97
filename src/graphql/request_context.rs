//! The context of a GraphQL request: the app, the viewer and the loaders.

use super::error::{ApiError, Result};
use super::idle::Idle;
use super::loaders::Loaders;
use crate::App;
use crate::account::device::DeviceProof;
use crate::account::session;
use crate::account::viewer::Viewer;
use crate::actor::{Actor, ClientInfo};
use crate::error::Error;
use crate::team::lock::{self, Right};
use crate::token::Token;
use async_graphql::Context;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use uuid::Uuid;

/// A change to the session cookie in the response.
#[derive(Clone, Debug)]
pub enum CookieChange {
    Set(Token),
    Clear,
}

/// Whether the client would keep a cookie set by the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieTransport {
    Available,
    /// The request came over a WebSocket, which has no response headers.
    NoHeaders,
    /// The page was opened without HTTPS, and the cookie is `Secure`.
    Insecure,
    /// The page is on another site, and the cookie is `SameSite`.
    OtherSite,
    /// The page was opened at an address that is not configured.
    OtherAddress,
}

/// The context of one request. A mutation that changes the viewer or their permissions reloads the
/// viewer for the fields that follow.
pub struct RequestContext {
    pub app: App,
    pub origin: ClientInfo,
    idle: Arc<Idle>,
    loaders: OnceLock<Loaders>,
    state: Mutex<State>,
    cookies: CookieTransport,
    had_password: AtomicBool,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    viewer: Option<Arc<Viewer>>,
    cookie: Option<CookieChange>,
    device: Option<DeviceProof>,
}

impl RequestContext {
    /// Creates the context and loads the viewer of a session token in one statement.
    pub async fn open(
        app: App,
        origin: ClientInfo,
        token: Option<Token>,
        cookies: CookieTransport,
    ) -> crate::error::Result<RequestContext> {
        let viewer = match &token {
            Some(token) => Viewer::load(&app, token).await?.map(Arc::new),
            None => None,
        };
        if let Some(viewer) = &viewer {
            let active = viewer
                .active_membership()
                .map(|membership| membership.workspace_id);
            app.activity.note(&app, viewer, active);
        }
        let state = State {
            token,
            viewer,
            cookie: None,
            device: None,
        };
        Ok(RequestContext {
            idle: Arc::default(),
            loaders: OnceLock::new(),
            app,
            origin,
            state: Mutex::new(state),
            cookies,
            had_password: AtomicBool::new(false),
        })
    }

    /// Returns the context of the current request.
    pub fn of<'c>(ctx: &Context<'c>) -> crate::error::Result<&'c RequestContext> {
        ctx.data_opt::<Arc<RequestContext>>()
            .map(AsRef::as_ref)
            .ok_or_else(|| Error::internal("the request context is missing"))
    }

    /// Returns the loaders of this request, created on first use: most requests need none.
    pub fn loaders(&self) -> &Loaders {
        self.loaders
            .get_or_init(|| Loaders::new(self.app.clone(), &self.idle))
    }

    /// Runs the operation of this request, so that its loaders know when it is idle.
    pub async fn drive<F: Future>(&self, operation: F) -> F::Output {
        self.idle.drive(operation).await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the signed-in viewer.
    pub fn viewer(&self) -> Option<Arc<Viewer>> {
        self.state().viewer.clone()
    }

    /// Returns the signed-in viewer.
    ///
    /// # Errors
    /// `Unauthenticated` if nobody is signed in.
    pub fn signed_in(&self) -> crate::error::Result<Arc<Viewer>> {
        self.viewer().ok_or(Error::Unauthenticated)
    }

    /// Returns the workspace named by an argument; by default, the active one.
    ///
    /// # Errors
    /// `Unauthenticated`; `NotFound` if the viewer has no workspace.
    pub fn workspace_or_active(&self, id: Option<Uuid>) -> crate::error::Result<Uuid> {
        let viewer = self.signed_in()?;
        let active = || viewer.active_membership().map(|active| active.workspace_id);
        id.or_else(active).ok_or(Error::NotFound("workspace"))
    }

    /// Authorizes a mutation and returns the actor. A member's denied attempt is written to the
    /// audit log. This check uses the viewer loaded with the request, so that unauthorized callers
    /// never wait for locks. The authoritative check runs in the operation after it has its locks
    /// (`team::lock`).
    ///
    /// # Errors
    /// `Unauthenticated`, `NotFound` or `Forbidden`.
    pub async fn authorize(&self, workspace_ids: &[Uuid], right: Right) -> Result<Actor> {
        let viewer = self.signed_in()?;
        let actor = viewer.actor(&self.origin);
        for workspace_id in workspace_ids {
            viewer
                .membership(*workspace_id)
                .ok_or(Error::NotFound("workspace"))?;
        }
        let refused: Vec<Uuid> = workspace_ids
            .iter()
            .copied()
            .filter(|id| !viewer.can(*id, right.permission))
            .collect();
        if refused.is_empty() {
            return Ok(actor);
        }
        let writer = self.app.db.maintenance();
        lock::record_denied(&writer, &self.app, &actor, right, &refused).await?;
        Err(ApiError::from(Error::Forbidden(right.permission)))
    }

    /// Reloads the viewer after a change that may affect them.
    pub async fn renew(&self) -> Result<()> {
        let token = self.state().token.clone();
        let viewer = match token {
            Some(token) => Viewer::load(&self.app, &token).await?.map(Arc::new),
            None => None,
        };
        self.state().viewer = viewer;
        Ok(())
    }

    /// Uses a new session for the rest of the request. The token is set as a cookie, or returned
    /// for the response. A cookie replaces the one that the browser sent, so the session of the old
    /// cookie ends (OWASP ASVS 5.0, 7.2.4).
    pub async fn begin_session(&self, token: Token, in_cookie: bool) -> Result<Option<String>> {
        use secrecy::ExposeSecret as _;
        let replaced = self.viewer().filter(|_| in_cookie);
        self.state().token = Some(token.clone());
        self.renew().await?;
        if let Some(viewer) = replaced {
            self.end_replaced(&viewer).await;
        }
        if in_cookie {
            self.state().cookie = Some(CookieChange::Set(token));
            Ok(None)
        } else {
            Ok(Some(token.secret().expose_secret().to_owned()))
        }
    }

    /// Ends a session whose cookie is replaced. The new session has already begun, so a failure is
    /// only logged: the old session then ends when it expires.
    async fn end_replaced(&self, viewer: &Viewer) {
        let actor = viewer.actor(&self.origin);
        match session::end(&self.app, &actor, viewer.session_id).await {
            Ok(()) | Err(Error::Unauthenticated | Error::NotFound(_)) => {}
            Err(error) => {
                tracing::warn!(%error, "could not end the replaced session");
            }
        }
    }

    /// Signs out the rest of the request and clears the cookie.
    pub fn end_session(&self) {
        let mut state = self.state();
        state.token = None;
        state.viewer = None;
        state.cookie = Some(CookieChange::Clear);
    }

    /// Checks that the client would keep a cookie set by the response.
    ///
    /// # Errors
    /// `BadInput` if it would not; the message names the transport or address to use instead.
    pub fn can_set_cookie(&self) -> Result<()> {
        let message = match self.cookies {
            CookieTransport::Available => return Ok(()),
            CookieTransport::NoHeaders => {
                "A WebSocket cannot set cookies. Pass `transport: BEARER`, or sign in with a POST request."
                    .to_owned()
            }
            CookieTransport::Insecure => format!(
                "Browsers do not keep the session cookie for pages opened without HTTPS. \
                 Open {} instead (the server's TOKENVUE_PUBLIC_URL).",
                self.app.config.public_url()
            ),
            CookieTransport::OtherAddress => format!(
                "The session cookie does not work at this address. Open {} instead (the server's \
                 TOKENVUE_PUBLIC_URL).",
                self.app.config.public_url()
            ),
            CookieTransport::OtherSite => {
                "Browsers do not keep the session cookie for pages of another site. Pass `transport: BEARER`."
                    .to_owned()
            }
        };
        Err(Error::bad_input("transport", message).into())
    }

    /// Allows one password per operation. Password hashing is deliberately expensive, and aliases
    /// must not multiply it.
    ///
    /// # Errors
    /// `BadInput` if the operation has already used a password.
    pub fn take_password(&self) -> Result<()> {
        if !self.had_password.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let message = "An operation may contain only one password. Send the mutations separately.";
        Err(Error::bad_input("input", message).into())
    }

    /// Makes the client a known device of the user, if it keeps cookies.
    pub fn remember_device(&self, proof: DeviceProof) {
        self.state().device = Some(proof);
    }

    /// Returns the proof of a known device, to be set as a cookie.
    pub fn known_device(&self) -> Option<DeviceProof> {
        self.state().device.clone()
    }

    /// A change to the session cookie in the response.
    pub fn cookie_change(&self) -> Option<CookieChange> {
        self.state().cookie.clone()
    }
}
