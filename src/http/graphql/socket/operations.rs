//! The operations that run on one WebSocket.

use std::collections::HashMap;

use async_graphql::{Data, Request, ServerError, parser::types::OperationType};
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::Instant,
};

use async_graphql_hardened::{Operation, Reply, errors};

use super::message::{Close, ServerMessage};
use crate::{
    graphql::{code, request_context::CookieTransport},
    http::graphql::{
        admission::{Admitted, OperationPermit},
        body::Parameters,
        bounds::{bounded, unless_panicked},
        caller::Caller,
        endpoint::Endpoint,
        refusal::Refusal,
    },
};

/// Results that may wait for a slow client before the operations wait too.
const QUEUE: usize = 16;

/// Operations by the id that the client gave them. Dropping it ends them all.
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

/// Something that an operation has to tell. The serial number tells it from an earlier operation
/// with the same id.
pub(super) struct Event {
    id: String,
    serial: u64,
    news: News,
}

enum News {
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

    /// Starts an operation. What it is refused for is one of its events.
    ///
    /// # Errors
    /// Where the id is in use.
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
        let outlet = Outlet {
            sender: self.sender.clone(),
            id: id.clone(),
            serial: self.last_serial,
        };
        let run = run(self.endpoint.clone(), parameters.into(), caller, outlet);
        let task = self.tasks.spawn(run);
        let serial = self.last_serial;
        self.running.insert(id, Running { serial, task });
        Ok(None)
    }

    /// Ends an operation that the client doesn't listen to any more.
    pub(super) fn stop(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.task.abort();
        }
    }

    /// Whether an operation has more to tell.
    pub(super) fn are_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Waits for the next event. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Event> {
        // The set only has to be emptied of what has ended.
        while self.tasks.try_join_next().is_some() {}
        self.receiver.recv().await
    }

    /// What to send for an event: nothing where its operation was stopped.
    pub(super) fn message(&mut self, event: Event) -> Option<ServerMessage> {
        let Event { id, serial, news } = event;
        if self.running.get(&id)?.serial != serial {
            return None;
        }
        Some(match news {
            News::Next(payload) => ServerMessage::Next { id, payload },
            News::Error(payload) => {
                self.running.remove(&id);
                ServerMessage::Error { id, payload }
            }
            News::Complete => {
                self.running.remove(&id);
                ServerMessage::Complete { id }
            }
        })
    }
}

/// Where an operation's events go.
struct Outlet {
    sender: mpsc::Sender<Event>,
    id: String,
    serial: u64,
}

impl Outlet {
    /// Sends an event; `false` once the connection is gone.
    async fn send(&self, news: News) -> bool {
        let (id, serial) = (self.id.clone(), self.serial);
        self.sender.send(Event { id, serial, news }).await.is_ok()
    }

    /// Sends replies until there are no more, or one is a refusal.
    async fn relay(&self, replies: impl Stream<Item = Result<Reply, Refusal>>) {
        let mut replies = std::pin::pin!(replies);
        while let Some(reply) = replies.next().await {
            let news = match reply {
                Ok(reply) if reply.executed => News::Next(Box::new(reply)),
                Ok(reply) => News::Error(reply.response.errors),
                Err(refusal) => News::Error(vec![refusal.into()]),
            };
            let is_last = matches!(news, News::Error(_));
            if !self.send(news).await || is_last {
                return;
            }
        }
        self.send(News::Complete).await;
    }
}

/// Runs one operation from its request to its last event.
async fn run(endpoint: Endpoint, request: Request, caller: Caller, outlet: Outlet) {
    let request_id = caller.origin.request_id.clone();
    let deadline = Instant::now() + endpoint.request_timeout;
    let started = bounded(deadline, &request_id, start(&endpoint, request, caller)).await;
    let (operation, admitted) = match started.unwrap_or_else(|refusal| Err(refusal.into())) {
        Ok(started) => started,
        Err(error) => {
            outlet.send(News::Error(vec![error])).await;
            return;
        }
    };
    if operation.kind() == OperationType::Subscription {
        // It lasts for as long as both sides do, and takes no place meanwhile.
        drop(admitted);
        let replies = endpoint.api.subscribe(operation, &request_id);
        let replies = replies.take_until(endpoint.stop.cancelled());
        outlet.relay(unless_panicked(replies, &request_id)).await;
    } else {
        let reads = operation.kind() == OperationType::Query;
        let reply = endpoint.api.run(operation, &request_id);
        let reply = endpoint.app.db.on_one_connection(reads, reply);
        let reply = bounded(deadline, &request_id, reply);
        outlet.relay(stream::once(reply)).await;
    }
}

/// Prepares an operation, and looks up who asks for it. Gives it with its place.
async fn start(
    endpoint: &Endpoint,
    request: Request,
    caller: Caller,
) -> Result<(Operation, (Admitted, Option<OperationPermit>)), ServerError> {
    let admitted = endpoint.admission.enter()?;
    let operation = endpoint.api.prepare(request)?;
    let place = admitted.go_on(operation.kind())?;
    let mut data = Data::default();
    data.insert(endpoint.context(caller, CookieTransport::NoHeaders).await?);
    Ok((operation.with_data(data), (admitted, place)))
}
