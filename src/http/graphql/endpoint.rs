//! The state of `/graphql`.

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

/// The GraphQL endpoint. Created once and cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    /// The app.
    pub app: App,
    /// The schema with request limits.
    pub api: graphql::Api,
    /// The origins that may use the session cookie.
    pub origins: Origins,
    /// The proxies trusted to report client addresses.
    pub proxies: Proxies,
    /// The names of the cookies.
    pub cookies: CookieNames,
    /// The limit of concurrent operations.
    pub admission: Admission,
    /// The maximum duration of an operation, from request to response.
    pub request_timeout: Duration,
    /// The limits of a WebSocket.
    pub socket: SocketLimits,
    /// Canceled when the server is about to stop.
    pub stop: CancellationToken,
}

impl Endpoint {
    /// Creates the endpoint from the settings.
    ///
    /// # Errors
    /// Fails if the schema cannot be parsed.
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

    /// Creates the request context of one operation. It is created for each operation, over
    /// WebSocket too, so that a revoked permission takes effect with the next operation.
    ///
    /// # Errors
    /// 503 if the database does not respond.
    pub async fn context(
        &self,
        caller: Caller,
        cookies: CookieTransport,
    ) -> Result<Arc<RequestContext>, Refusal> {
        let token = caller.credentials.token();
        let request_id = caller.origin.request_id.clone();
        let context = RequestContext::open(self.app.clone(), caller.origin, token, cookies).await;
        context.map(Arc::new).map_err(|error| {
            tracing::error!(%error, request_id, "could not load the viewer");
            let (code, message) = graphql::error::of_the_server(&error);
            Refusal::failed(code, message, &request_id)
        })
    }
}

/// The limits of one WebSocket.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// The maximum time from the upgrade to `connection_init`.
    pub init_timeout: Duration,
    /// The keep-alive interval. The server pings after this time of silence and closes the
    /// connection after twice the time.
    pub keep_alive: Duration,
    /// The maximum number of concurrent operations.
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

/// The maximum size of a request in bytes, as an HTTP body or a WebSocket message.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
