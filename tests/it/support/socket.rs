//! A client of the protocol `graphql-transport-ws`.

use super::server::DEADLINE;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// An open WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a server sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Message(Value),
    /// It hung up, with this code.
    Closed(u16),
}

impl Socket {
    /// Connects to a server and initialises the connection, signed in with a token.
    pub async fn open(url: &str, token: Option<&str>) -> Socket {
        let url = format!("{}/graphql", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = Socket(stream);
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket
            .send(json!({ "type": "connection_init", "payload": payload.unwrap_or(json!({})) }))
            .await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket
    }

    pub async fn send(&mut self, message: Value) {
        let frame = Message::text(message.to_string());
        self.0.send(frame).await.unwrap();
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// What comes next.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let frame = tokio::time::timeout(DEADLINE, self.0.next()).await;
            match frame.expect("the server is silent") {
                Some(Ok(Message::Text(text))) => {
                    return Heard::Message(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(Some(close)))) => return Heard::Closed(close.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("neither a message nor a farewell: {other:?}"),
            }
        }
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            Heard::Closed(code) => panic!("the server hung up with {code}"),
        }
    }

    /// Runs a query or mutation; gives its result, or the errors that it was refused for.
    pub async fn run(&mut self, query: &str, variables: Value) -> Value {
        self.subscribe("only", query, variables).await;
        let message = self.next().await;
        if message["type"] == "error" {
            return json!({ "errors": message["payload"] });
        }
        assert_eq!(self.next().await["type"], "complete");
        message["payload"].clone()
    }
}
