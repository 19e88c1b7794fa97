//! GraphQL over WebSocket, using the protocol `graphql-transport-ws`.

mod message;
mod operations;

use std::time::Duration;

use axum::{
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    response::Response,
};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use self::{
    message::{ClientMessage, Close, PROTOCOL, ServerMessage},
    operations::Operations,
};
use super::{
    caller::{Caller, bearer},
    endpoint::{Endpoint, MAX_REQUEST_BYTES, SocketLimits},
};
use crate::http::connections::ConnectionPermit;

/// Upgrades an HTTP connection to a WebSocket, which keeps its permit. The caller's origin has been
/// checked.
pub fn upgrade(
    upgrade: WebSocketUpgrade,
    endpoint: Endpoint,
    caller: Caller,
    permit: Option<ConnectionPermit>,
) -> Response {
    // An upgraded connection is no longer a request, so shutdown waits for it as background work.
    let waited_for = endpoint.app.background.token();
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_REQUEST_BYTES)
        .max_frame_size(MAX_REQUEST_BYTES)
        .on_upgrade(move |socket| async move {
            let _held = (waited_for, permit);
            let limits = endpoint.socket;
            let mut connection = Connection {
                socket,
                caller,
                limits,
                stop: endpoint.stop.clone(),
                operations: Operations::new(endpoint),
                opened: Instant::now(),
                heard: Instant::now(),
                pinged: false,
                initialized: false,
            };
            if let Err(close) = connection.serve().await {
                connection.close(close).await;
            }
        })
}

/// A WebSocket connection.
struct Connection {
    socket: WebSocket,
    caller: Caller,
    limits: SocketLimits,
    stop: CancellationToken,
    operations: Operations,
    opened: Instant,
    /// When the client last sent a frame.
    heard: Instant,
    /// Whether a ping has been sent since then.
    pinged: bool,
    initialized: bool,
}

impl Connection {
    /// Serves the client until either side closes the connection.
    ///
    /// # Errors
    /// The reason why the server closes it.
    async fn serve(&mut self) -> Result<(), Close> {
        if self
            .socket
            .protocol()
            .is_none_or(|protocol| protocol != PROTOCOL)
        {
            return Err(Close::PROTOCOL);
        }
        loop {
            let (deadline, initialized) = (self.deadline(), self.initialized);
            tokio::select! {
                received = self.socket.recv() => match received {
                    Some(Ok(frame)) => {
                        self.heard = Instant::now();
                        self.pinged = false;
                        if !self.receive(frame).await? {
                            return Ok(());
                        }
                    }
                    Some(Err(error)) => return Err(failed(&error)),
                    None => return Ok(()),
                },
                Some(event) = self.operations.next() => {
                    if let Some(message) = self.operations.message(event) {
                        self.send(message.into_frame()?).await?;
                    }
                }
                () = self.stop.cancelled() => return Err(self.finish().await?),
                () = sleep_until(deadline) => {
                    if !initialized {
                        return Err(Close::INIT_TIMEOUT);
                    }
                    self.keep_alive().await?;
                }
            }
        }
    }

    /// Finishes running operations before the server stops. Accepts no new ones.
    async fn finish(&mut self) -> Result<Close, Close> {
        while self.operations.are_running()
            && let Some(event) = self.operations.next().await
        {
            if let Some(message) = self.operations.message(event) {
                self.send(message.into_frame()?).await?;
            }
        }
        Ok(Close::GOING_AWAY)
    }

    /// Returns when the next timeout is due.
    fn deadline(&self) -> Instant {
        if !self.initialized {
            return self.opened + self.limits.init_timeout;
        }
        let quiet = if self.pinged { 2 } else { 1 };
        self.heard + self.limits.keep_alive * quiet
    }

    async fn keep_alive(&mut self) -> Result<(), Close> {
        if self.pinged {
            return Err(Close::GONE);
        }
        self.pinged = true;
        self.send(Message::Ping(axum::body::Bytes::new())).await
    }

    /// Handles a frame. Returns `false` if the client has closed the connection.
    async fn receive(&mut self, frame: Message) -> Result<bool, Close> {
        match frame {
            Message::Text(text) => {
                let message = serde_json::from_str(&text)
                    .map_err(|error| Close::invalid_message(&error.to_string()))?;
                self.handle(message).await?;
                Ok(true)
            }
            Message::Binary(_) => Err(Close::invalid_message("binary")),
            Message::Ping(_) | Message::Pong(_) => Ok(true),
            Message::Close(_) => Ok(false),
        }
    }

    async fn handle(&mut self, message: ClientMessage) -> Result<(), Close> {
        match message {
            ClientMessage::ConnectionInit { .. } if self.initialized => Err(Close::TOO_MANY_INITS),
            ClientMessage::ConnectionInit { payload } => {
                self.initialized = true;
                self.take_credentials(payload.as_ref())?;
                self.send(ServerMessage::ConnectionAck.into_frame()?).await
            }
            ClientMessage::Ping { payload } => {
                self.send(ServerMessage::Pong { payload }.into_frame()?)
                    .await
            }
            ClientMessage::Pong { .. } => Ok(()),
            ClientMessage::Subscribe { .. } if !self.initialized => Err(Close::UNAUTHORIZED),
            ClientMessage::Subscribe { id, payload } => {
                let caller = self.caller.clone();
                match self.operations.start(id, payload, caller)? {
                    Some(refusal) => self.send(refusal.into_frame()?).await,
                    None => Ok(()),
                }
            }
            ClientMessage::Complete { id } => {
                self.operations.stop(&id);
                Ok(())
            }
        }
    }

    /// Reads the token in `connection_init`. It takes precedence over the credentials of the
    /// upgrade request, because browsers can't set headers there.
    fn take_credentials(&mut self, payload: Option<&Map<String, Value>>) -> Result<(), Close> {
        let Some(authorization) = payload.and_then(|payload| payload.get("authorization")) else {
            return Ok(());
        };
        let token = authorization.as_str().and_then(bearer);
        self.caller.credentials.bearer = Some(token.ok_or(Close::UNAUTHORIZED)?);
        Ok(())
    }

    /// Sends a frame. Disconnects a client that does not read within the keep-alive interval.
    async fn send(&mut self, frame: Message) -> Result<(), Close> {
        match timeout(self.limits.keep_alive, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Close::GONE),
        }
    }

    async fn close(&mut self, close: Close) {
        /// Enough for a round trip.
        const PATIENCE: Duration = Duration::from_secs(5);
        let farewell = async {
            if self.socket.send(close.into_frame()).await.is_ok() {
                // Reads until the client closes the connection: closing with unread bytes would
                // reset it, and the close frame could be lost.
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // A client that has disconnected cannot be notified.
        let _ = timeout(PATIENCE, farewell).await;
    }
}

/// Converts a read error into a close reason.
fn failed(error: &axum::Error) -> Close {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    if cause.is_some_and(|cause| cause.contains("too long")) {
        Close::TOO_LARGE
    } else {
        Close::GONE
    }
}
