//! Messages and close codes of `graphql-transport-ws`.
//! <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md>

use async_graphql::ServerError;
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::graphql::body::Parameters;
use async_graphql_hardened::Reply;

/// The name of the protocol in `Sec-WebSocket-Protocol`.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// A message from the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Map<String, Value>> },
    Pong {},
    Subscribe { id: String, payload: Parameters },
    Complete { id: String },
}

/// A message from the server.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    Next {
        id: String,
        payload: Box<Reply>,
    },
    Error {
        id: String,
        payload: Vec<ServerError>,
    },
    Complete {
        id: String,
    },
}

impl ServerMessage {
    /// Serializes the message into a frame.
    pub(super) fn into_frame(self) -> Result<Message, Close> {
        let text = serde_json::to_string(&self).map_err(|_| Close::INTERNAL)?;
        Ok(Message::Text(text.into()))
    }
}

/// The reason why the server closes a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    code: u16,
    reason: String,
}

impl Close {
    pub(super) const GONE: Self = Self::new(1000);
    /// The server stops; the client may reconnect (RFC 6455, section 7.4.1).
    pub(super) const GOING_AWAY: Self = Self::new(1001);
    pub(super) const INTERNAL: Self = Self::new(4500);
    pub(super) const INIT_TIMEOUT: Self = Self::new(4408);
    pub(super) const PROTOCOL: Self = Self::new(4406);
    pub(super) const TOO_LARGE: Self = Self::new(1009);
    pub(super) const TOO_MANY_INITS: Self = Self::new(4429);
    pub(super) const UNAUTHORIZED: Self = Self::new(4401);

    const fn new(code: u16) -> Self {
        Self {
            code,
            reason: String::new(),
        }
    }

    /// An invalid message (4400).
    pub(super) fn invalid_message(problem: &str) -> Self {
        // A close frame holds 125 bytes including two for the code (RFC 6455, section 5.5).
        let mut reason = format!("Invalid message: {problem}");
        reason.truncate(reason.floor_char_boundary(120));
        Self { code: 4400, reason }
    }

    /// A second operation with an ID in use (4409).
    pub(super) fn duplicate(id: &str) -> Self {
        let mut reason = format!("Subscriber for {id} already exists");
        reason.truncate(reason.floor_char_boundary(120));
        Self { code: 4409, reason }
    }

    /// Returns the close frame, with the reason that the protocol defines for the code.
    pub(super) fn into_frame(self) -> Message {
        let reason = match self.code {
            4401 => "Unauthorized",
            4406 => "Subprotocol not acceptable",
            4408 => "Connection initialisation timeout",
            4429 => "Too many initialisation requests",
            4500 => "Internal server error",
            1009 => "Message too large",
            _ => &self.reason,
        };
        Message::Close(Some(CloseFrame {
            code: self.code,
            reason: reason.into(),
        }))
    }
}
