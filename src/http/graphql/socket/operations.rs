//! The operations that run on one WebSocket.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Data, Request, ServerError, parser::types::OperationType};
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::Instant,
};

use async_graphql_hardened::{Operation, Reply, errors};

use super::message::{Close, ServerMessage};
use crate::graphql::{
    code,
    request_context::{CookieTransport, RequestContext},
};
use crate::http::graphql::{
    admission::{Admitted, OperationPermit},
    body::Parameters,
    bounds::{bounded, unless_panicked},
    caller::Caller,
    endpoint::Endpoint,
    refusal::Refusal,
};

/// The number of results queued for a slow client before operations wait.
const QUEUE: usize = 16;

/// Running operations by client-provided ID. Dropping this ends all of them.
pub(super) struct Operations {
    endpoint: Endpoint,
    running: HashMap<String, Running>,
    tasks: JoinSet<()>,
    sender: mpsc::Sender<Event>,
    receiver: mpsc::Receiver<Event>,
    last_serial: u64,
}

struct Running {
    serial: u64,
    task: AbortHandle,
}

/// An event of an operation. The serial number distinguishes it from an earlier operation with the
/// same ID.
pub(super) struct Event {
    id: String,
    serial: u64,
    kind: EventKind,
}

enum EventKind {
    Next(Box<Reply>),
    Error(Vec<ServerError>),
    Complete,
}

impl Operations {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self {
            endpoint,
            running: HashMap::new(),
            tasks: JoinSet::new(),
            sender,
            receiver,
            last_serial: 0,
        }
    }

    /// Starts an operation. A refusal is sent as one of its events.
    ///
    /// # Errors
    /// Fails if the ID is in use.
    pub(super) fn start(
        &mut self,
        id: String,
        parameters: Parameters,
        caller: Caller,
    ) -> Result<Option<ServerMessage>, Close> {
        if self.running.contains_key(&id) {
            return Err(Close::duplicate(&id));
        }
        let limit = self.endpoint.socket.operations;
        if self.running.len() >= limit {
            let message = format!("Only {limit} operations can run on a connection at once.");
            let error = errors::coded(code::RATE_LIMITED, message, None);
            let payload = vec![error];
            return Ok(Some(ServerMessage::Error { id, payload }));
        }
        self.last_serial += 1;
        let events = EventSender {
            sender: self.sender.clone(),
            id: id.clone(),
            serial: self.last_serial,
        };
        let run = run(self.endpoint.clone(), parameters.into(), caller, events);
        let task = self.tasks.spawn(run);
        let serial = self.last_serial;
        self.running.insert(id, Running { serial, task });
        Ok(None)
    }

    /// Stops an operation that the client has canceled.
    pub(super) fn stop(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.task.abort();
        }
    }

    /// Returns whether any operation is running.
    pub(super) fn are_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Waits for the next event. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Event> {
        // Removes finished tasks from the set.
        while self.tasks.try_join_next().is_some() {}
        self.receiver.recv().await
    }

    /// Returns the message for an event; `None` if its operation was stopped.
    pub(super) fn message(&mut self, event: Event) -> Option<ServerMessage> {
        let Event { id, serial, kind } = event;
        if self.running.get(&id)?.serial != serial {
            return None;
        }
        Some(match kind {
            EventKind::Next(payload) => ServerMessage::Next { id, payload },
            EventKind::Error(payload) => {
                self.running.remove(&id);
                ServerMessage::Error { id, payload }
            }
            EventKind::Complete => {
                self.running.remove(&id);
                ServerMessage::Complete { id }
            }
        })
    }
}

/// The sender of an operation's events.
struct EventSender {
    sender: mpsc::Sender<Event>,
    id: String,
    serial: u64,
}

impl EventSender {
    /// Sends an event. Returns `false` if the connection is closed.
    async fn send(&self, kind: EventKind) -> bool {
        let (id, serial) = (self.id.clone(), self.serial);
        self.sender.send(Event { id, serial, kind }).await.is_ok()
    }

    /// Sends replies until the stream ends or a reply is a refusal.
    async fn relay(&self, replies: impl Stream<Item = Result<Reply, Refusal>>) {
        let mut replies = std::pin::pin!(replies);
        while let Some(reply) = replies.next().await {
            let kind = match reply {
                Ok(reply) if reply.executed => EventKind::Next(Box::new(reply)),
                Ok(reply) => EventKind::Error(reply.response.errors),
                Err(refusal) => EventKind::Error(vec![refusal.into()]),
            };
            let is_last = matches!(kind, EventKind::Error(_));
            if !self.send(kind).await || is_last {
                return;
            }
        }
        self.send(EventKind::Complete).await;
    }
}

/// Runs one operation from its request to its last event.
async fn run(endpoint: Endpoint, request: Request, caller: Caller, events: EventSender) {
    let request_id = caller.origin.request_id.clone();
    let deadline = Instant::now() + endpoint.request_timeout;
    let started = bounded(deadline, &request_id, start(&endpoint, request, caller)).await;
    let (operation, context, admitted) = match started.unwrap_or_else(|refusal| Err(refusal.into()))
    {
        Ok(started) => started,
        Err(error) => {
            events.send(EventKind::Error(vec![error])).await;
            return;
        }
    };
    if operation.kind() == OperationType::Subscription {
        // A subscription is long-lived, so it does not occupy a permit.
        drop(admitted);
        let replies = endpoint.api.subscribe(operation, &request_id);
        let replies = replies.take_until(endpoint.stop.cancelled());
        events.relay(unless_panicked(replies, &request_id)).await;
    } else {
        let reads = operation.kind() == OperationType::Query;
        let reply = context.drive(endpoint.api.run(operation, &request_id));
        let reply = endpoint.app.db.on_one_connection(reads, reply);
        let reply = bounded(deadline, &request_id, reply);
        events.relay(stream::once(reply)).await;
    }
}

/// An operation that can run, its context, and its permits.
type Started = (
    Operation,
    Arc<RequestContext>,
    (Admitted, Option<OperationPermit>),
);

/// Prepares an operation and loads its viewer. Returns it with its permits.
async fn start(
    endpoint: &Endpoint,
    request: Request,
    caller: Caller,
) -> Result<Started, ServerError> {
    let admitted = endpoint.admission.enter()?;
    let operation = endpoint.api.prepare(request)?;
    let permit = admitted.go_on(operation.kind())?;
    let mut data = Data::default();
    let context = endpoint.context(caller, CookieTransport::NoHeaders).await?;
    data.insert(Arc::clone(&context));
    Ok((operation.with_data(data), context, (admitted, permit)))
}
