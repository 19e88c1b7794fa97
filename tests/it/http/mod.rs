//! HTTP: requests, connections, origins, WebSocket, the console, and the mailbox.

mod anonymous_load;
mod connections;
mod console;
mod health;
mod mailbox;
mod origin;
mod overload;
mod requests;
mod websocket;
