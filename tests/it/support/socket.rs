//! A client for `graphql-transport-ws`.

use super::server::Server;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A connection to `/graphql`.
pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Returns a request for a connection.
pub fn upgrade(server: &Server) -> Request<()> {
    let url = format!("{}/graphql", server.url.replace("http:", "ws:"));
    let mut request = url.into_client_request().unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    request
}

impl Socket {
    /// Connects without `connection_init`.
    pub async fn connect(server: &Server) -> Socket {
        Socket::open(upgrade(server)).await.unwrap()
    }

    /// Connects with a given request.
    pub async fn open(request: Request<()>) -> Result<Socket, Error> {
        Ok(Socket(connect_async(request).await?.0))
    }

    /// Connects and waits for the acknowledgement.
    pub async fn ready(server: &Server) -> Socket {
        let mut socket = Socket::connect(server).await;
        socket.init(json!({})).await;
        socket
    }

    /// Connects with a session token and waits for the acknowledgement.
    pub async fn signed_in(server: &Server, token: &str) -> Socket {
        let mut socket = Socket::connect(server).await;
        let authorization = format!("Bearer {token}");
        socket.init(json!({ "authorization": authorization })).await;
        socket
    }

    /// Sends `connection_init` and waits for the acknowledgement.
    pub async fn init(&mut self, payload: Value) {
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(self.receive().await, json!({ "type": "connection_ack" }));
    }

    pub async fn send(&mut self, message: Value) {
        self.text(&message.to_string()).await;
    }

    pub async fn text(&mut self, text: &str) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// Receives the next message.
    pub async fn receive(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Runs an operation and checks that it completes. Returns its result.
    pub async fn run(&mut self, query: &str) -> Value {
        self.subscribe("run", query).await;
        let next = self.receive().await;
        assert_eq!(
            (&next["type"], &next["id"]),
            (&json!("next"), &json!("run"))
        );
        let end = self.receive().await;
        assert_eq!(end, json!({ "type": "complete", "id": "run" }));
        next["payload"].clone()
    }

    /// Runs an operation with variables. Returns its result, or the errors with which it was
    /// rejected.
    pub async fn answer(&mut self, query: &str, variables: Value) -> Value {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": "ask", "payload": payload }))
            .await;
        let message = self.receive().await;
        if message["type"] == "error" {
            return json!({ "errors": message["payload"] });
        }
        assert_eq!(self.receive().await["type"], "complete");
        message["payload"].clone()
    }

    /// Runs an operation that is rejected before execution. Returns the error code.
    pub async fn refusal(&mut self, query: &str) -> String {
        self.subscribe("refused", query).await;
        let error = self.receive().await;
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("refused"))
        );
        let code = &error["payload"][0]["extensions"]["code"];
        code.as_str().unwrap().to_owned()
    }

    /// Waits for the end of the connection. Returns its close code.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.0.next().await.expect("a close frame") {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(Message::Ping(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
