//! What one GraphQL request carries: the program, the viewer, the loaders.

use super::error::{ApiError, Result};
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

/// What becomes of the session cookie with the answer.
#[derive(Clone, Debug)]
pub enum CookieChange {
    Set(Token),
    Clear,
}

/// Whether the client would get a cookie that the answer sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieTransport {
    Available,
    /// Over WebSocket: there are no headers to set it in.
    NoHeaders,
    /// The page was opened without HTTPS, and the cookie is `Secure`.
    Insecure,
    /// The page is on another site, and the cookie is `SameSite`.
    OtherSite,
    /// The page was opened under an address that the settings do not know.
    OtherAddress,
}

/// The context of one request. A mutation that changes who the viewer is, or what they may do,
/// renews it for the fields that follow.
pub struct RequestContext {
    pub app: App,
    pub origin: ClientInfo,
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
    /// Loads the viewer that a session token stands for, in one statement.
    ///
    /// # Errors
    /// Those of the database.
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
            loaders: OnceLock::new(),
            app,
            origin,
            state: Mutex::new(state),
            cookies,
            had_password: AtomicBool::new(false),
        })
    }

    /// The context of the request that a resolver runs in.
    pub fn of<'c>(ctx: &Context<'c>) -> crate::error::Result<&'c RequestContext> {
        ctx.data_opt::<Arc<RequestContext>>()
            .map(AsRef::as_ref)
            .ok_or_else(|| Error::internal("a request without its context"))
    }

    /// The loaders of this request, made when first asked for: most requests need none.
    pub fn loaders(&self) -> &Loaders {
        self.loaders.get_or_init(|| Loaders::new(self.app.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever is signed in.
    pub fn viewer(&self) -> Option<Arc<Viewer>> {
        self.state().viewer.clone()
    }

    /// Whoever is signed in.
    ///
    /// # Errors
    /// `Unauthenticated` where nobody is.
    pub fn signed_in(&self) -> Result<Arc<Viewer>> {
        Ok(self.viewer().ok_or(Error::Unauthenticated)?)
    }

    /// The workspace that an argument names; the active one where it is left out.
    ///
    /// # Errors
    /// `Unauthenticated`; `NotFound` where the viewer belongs to no workspace.
    pub fn workspace_or_active(&self, id: Option<Uuid>) -> Result<Uuid> {
        let viewer = self.signed_in()?;
        match id {
            Some(id) => Ok(id),
            None => {
                let active = viewer
                    .active_membership()
                    .ok_or(Error::NotFound("workspace"))?;
                Ok(active.workspace_id)
            }
        }
    }

    /// Authorizes a mutation by the viewer that the request has loaded, and returns the actor. A
    /// member's denied attempt is recorded in the audit log. This keeps those who may not from
    /// waiting for locks; what counts is the check that the operation makes once it holds them
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

    /// Loads the viewer anew, after something that may have changed them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn renew(&self) -> Result<()> {
        let token = self.state().token.clone();
        let viewer = match token {
            Some(token) => Viewer::load(&self.app, &token).await?.map(Arc::new),
            None => None,
        };
        self.state().viewer = viewer;
        Ok(())
    }

    /// Signs the rest of the request in with a new session. The token travels in a cookie, or is
    /// given back for the answer. A cookie takes the place of the one that the browser sent, so the
    /// session of that one ends (OWASP ASVS 5.0, 7.2.4).
    ///
    /// # Errors
    /// Those of the database.
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

    /// Ends a session whose cookie is overwritten. The new session has begun, so a failure is only
    /// logged: the old one then ends when it expires.
    async fn end_replaced(&self, viewer: &Viewer) {
        let actor = viewer.actor(&self.origin);
        match session::end(&self.app, &actor, viewer.session_id).await {
            Ok(()) | Err(Error::Unauthenticated | Error::NotFound(_)) => {}
            Err(error) => {
                tracing::warn!(%error, "the session that a new one replaces could not be ended");
            }
        }
    }

    /// Signs the rest of the request out.
    pub fn end_session(&self) {
        let mut state = self.state();
        state.token = None;
        state.viewer = None;
        state.cookie = Some(CookieChange::Clear);
    }

    /// Passes where the answer can carry a cookie that the client keeps.
    ///
    /// # Errors
    /// `BadInput` where it cannot, with the transport or the address to use instead.
    pub fn can_set_cookie(&self) -> Result<()> {
        let message = match self.cookies {
            CookieTransport::Available => return Ok(()),
            CookieTransport::NoHeaders => {
                "A WebSocket cannot set cookies. Pass `transport: BEARER`, or sign in by POST."
                    .to_owned()
            }
            CookieTransport::Insecure => format!(
                "This page was opened without HTTPS, where browsers do not keep the session cookie. \
                 Open {} instead (the server's TOKENVUE_PUBLIC_URL).",
                self.app.config.public_url()
            ),
            CookieTransport::OtherAddress => format!(
                "The session cookie does not work at this address. Open {} instead (the server's \
                 TOKENVUE_PUBLIC_URL).",
                self.app.config.public_url()
            ),
            CookieTransport::OtherSite => {
                "Browsers keep no session cookie for pages of another site. Pass `transport: BEARER`."
                    .to_owned()
            }
        };
        Err(Error::bad_input("transport", message).into())
    }

    /// Passes once. Checking a password is dear on purpose, so an operation can't ask for it under
    /// any number of aliases.
    ///
    /// # Errors
    /// `BadInput` where the operation has had a password checked already.
    pub fn take_password(&self) -> Result<()> {
        if !self.had_password.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let message = "One operation takes one password. Send the mutations one by one.";
        Err(Error::bad_input("input", message).into())
    }

    /// Makes the client a known device of the user, if it keeps cookies.
    pub fn remember_device(&self, proof: DeviceProof) {
        self.state().device = Some(proof);
    }

    /// What makes the client a known device, for its cookie.
    pub fn known_device(&self) -> Option<DeviceProof> {
        self.state().device.clone()
    }

    /// What becomes of the session cookie with the answer.
    pub fn cookie_change(&self) -> Option<CookieChange> {
        self.state().cookie.clone()
    }
}
