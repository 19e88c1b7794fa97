//! A closed loop of requests over keep-alive connections.

use crate::cpu::{self, Children};
use crate::target::{Dialect, Server, Team};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// One server and the team whose page it is asked for.
pub(crate) struct Case<'c> {
    pub(crate) server: &'c Server,
    pub(crate) dialect: Dialect,
    pub(crate) team: &'c Team,
}

/// The load of one measurement.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) requests_each: usize,
    /// The process ID of PostgreSQL's postmaster.
    pub(crate) postmaster: i32,
}

/// The cost of one round, all requests together.
#[derive(Default)]
pub(crate) struct Sample {
    pub(crate) requests: u32,
    pub(crate) server: Duration,
    pub(crate) database: Duration,
    pub(crate) latencies: Vec<Duration>,
}

impl Case<'_> {
    fn request(&self) -> Outcome<Request<Full<Bytes>>> {
        Ok(self.dialect.request(self.server, self.team)?)
    }

    async fn connect(&self) -> Outcome<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.server.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Ends with the sender, which also reports its errors.
        tokio::spawn(connection);
        Ok(sender)
    }

    /// Sends one request and returns the response body.
    pub(crate) async fn answer(&self) -> Outcome<Bytes> {
        ask(&mut self.connect().await?, self.request()?).await
    }

    /// Sends the requests of `load`. Each response must have the given length.
    pub(crate) async fn measure(&self, load: Load, length: usize) -> Outcome<Sample> {
        let mut senders = Vec::new();
        for _ in 0..load.connections {
            senders.push(self.connect().await?);
        }
        let request = self.request()?;
        let (server, database) = self.clocks(load)?;
        let mut clients = JoinSet::new();
        for sender in senders {
            clients.spawn(repeat(sender, request.clone(), load.requests_each, length));
        }
        let mut latencies = Vec::new();
        while let Some(client) = clients.join_next().await {
            latencies.extend(client??);
        }
        let (server_after, database_after) = self.clocks(load)?;
        Ok(Sample {
            requests: u32::try_from(latencies.len())?,
            server: server_after.saturating_sub(server),
            database: database_after.since(&database),
            latencies,
        })
    }

    fn clocks(&self, load: Load) -> Outcome<(Duration, Children)> {
        Ok((
            cpu::of_process(self.server.pid)?,
            Children::of(load.postmaster)?,
        ))
    }
}

async fn ask(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Outcome<Bytes> {
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status == StatusCode::OK {
        return Ok(body);
    }
    let text = String::from_utf8_lossy(&body);
    Err(format!("answered {status}: {text:.500}").into())
}

async fn repeat(
    mut sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    times: usize,
    length: usize,
) -> Outcome<Vec<Duration>> {
    let mut latencies = Vec::with_capacity(times);
    for _ in 0..times {
        let start = Instant::now();
        let body = ask(&mut sender, request.clone()).await?;
        latencies.push(start.elapsed());
        if body.len() != length {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("the response has changed: {text:.500}").into());
        }
    }
    Ok(latencies)
}
