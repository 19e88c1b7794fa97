//! What `/graphql` is made of.

use super::{
    admission::Admission,
    caller::{Caller, CookieNames},
    origin::Origins,
    refusal::Refusal,
};
use crate::App;
use crate::config::Config;
use crate::error::Result;
use crate::graphql;
use crate::graphql::request_context::{CookieTransport, RequestContext};
use crate::http::client::Proxies;
use crate::http::cookie;
use async_graphql_hardened::CostLimits;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// The GraphQL endpoint. Made once, cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    /// The program.
    pub app: App,
    /// The schema behind its limits.
    pub api: graphql::Api,
    /// Who may use the cookie.
    pub origins: Origins,
    /// Whose word on a client's address counts.
    pub proxies: Proxies,
    /// The names of the cookies.
    pub cookies: CookieNames,
    /// How many operations may be under way.
    pub admission: Admission,
    /// How long an operation may take, from its request to its answer.
    pub request_timeout: Duration,
    /// How long and how much a WebSocket may take.
    pub socket: SocketLimits,
    /// Cancelled when the server is about to stop.
    pub stop: CancellationToken,
}

impl Endpoint {
    /// The endpoint with the settings of the program.
    ///
    /// # Errors
    /// Where the schema cannot be read back.
    pub fn new(app: &App, stop: &CancellationToken) -> Result<Endpoint> {
        let limits = CostLimits {
            cost: app.config.query_complexity,
            depth: app.config.query_depth,
        };
        Ok(Endpoint {
            api: graphql::api(limits)?,
            origins: Origins::new(&app.config),
            proxies: Proxies::of(&app.config),
            cookies: CookieNames {
                session: cookie::name(app),
                device: cookie::device_name(app),
            },
            admission: Admission::new(&app.config),
            request_timeout: app.config.request_timeout.to_std().unwrap_or_default(),
            socket: SocketLimits::new(&app.config),
            stop: stop.clone(),
            app: app.clone(),
        })
    }

    /// What the resolvers of one operation need to know of the caller. Made for each operation,
    /// over WebSocket too, so that a permission taken away is gone with the next one.
    ///
    /// # Errors
    /// 503 where the database does not answer.
    pub async fn context(
        &self,
        caller: Caller,
        cookies: CookieTransport,
    ) -> Result<Arc<RequestContext>, Refusal> {
        let token = caller.credentials.token();
        let request_id = caller.origin.request_id.clone();
        let context = RequestContext::open(self.app.clone(), caller.origin, token, cookies).await;
        context.map(Arc::new).map_err(|error| {
            tracing::error!(%error, request_id, "the viewer could not be loaded");
            let (code, message) = graphql::error::of_the_server(&error);
            Refusal::failed(code, message, &request_id)
        })
    }
}

/// Limits on one WebSocket.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// From the upgrade to `connection_init`.
    pub init_timeout: Duration,
    /// Between two signs of life: the server pings after this time, and hangs up after twice of it.
    pub keep_alive: Duration,
    /// Operations running at once.
    pub operations: usize,
}

impl SocketLimits {
    fn new(config: &Config) -> Self {
        Self {
            init_timeout: config.socket_init_timeout.to_std().unwrap_or_default(),
            keep_alive: config.socket_keep_alive.to_std().unwrap_or_default(),
            operations: config.socket_operations.into(),
        }
    }
}

/// The largest request, in bytes, as an HTTP body or a WebSocket message.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
