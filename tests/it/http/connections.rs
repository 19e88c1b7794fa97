//! Slow connections and too many connections.

use crate::on_sqlite;
use crate::support::server::DEADLINE;
use crate::support::socket::Socket;
use crate::support::{Server, eventually};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_sqlite!(
    missing_headers_end_the_connection,
    a_slow_body_ends_the_request,
    an_unread_response_ends_the_connection,
    a_rejection_reaches_a_client_that_is_still_sending,
    idle_connections_are_closed_for_new_ones,
    connections_without_a_request_are_closed_for_new_ones,
    connections_in_use_are_kept,
);

const ALIVE: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn connect(server: &Server, request: &str) -> TcpStream {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Sends single bytes until the other side no longer reads them.
async fn trickle(to: &mut (impl AsyncWrite + Unpin)) {
    while to.write_all(b"a").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads until the connection ends.
async fn rest(from: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let read = from.read_to_end(&mut bytes);
    // A connection that ends with unread bytes is reset.
    let _ = tokio::time::timeout(DEADLINE, read)
        .await
        .expect("the connection to end");
    String::from_utf8(bytes).unwrap()
}

/// Waits for a response and keeps the connection open.
async fn answered(stream: &mut TcpStream) {
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        let read = tokio::time::timeout(DEADLINE, stream.read_buf(&mut answer));
        assert_ne!(read.await.expect("an answer").unwrap(), 0);
    }
}

/// Waits until a server of this process has no permits left.
async fn full(server: &Server) {
    eventually("a server without a permit", || async {
        let metrics = reqwest::get(format!("{}/metrics", server.url)).await;
        let text = metrics.unwrap().text().await.unwrap();
        text.contains("\ntokenvue_http_connections_full_total ")
            .then_some(())
    })
    .await;
}

async fn missing_headers_end_the_connection(server: Server) {
    let limits = ["--header-timeout", "100ms", "--idle-timeout", "100ms"];
    let replica = server.replica(&limits).await;
    for begun in ["", "GET /healthz HTTP/1.1\r\nHost: x\r\nSlow: ", ALIVE] {
        let mut silent = connect(&replica.server, begun).await;
        rest(&mut silent).await;
    }
    let (mut from, mut to) = connect(&replica.server, "GET /").await.into_split();
    tokio::select! {
        answer = rest(&mut from) => assert_eq!(answer, ""),
        () = trickle(&mut to) => {}
    }
    replica.stop().await;
}

async fn a_slow_body_ends_the_request(server: Server) {
    let replica = server.replica(&["--request-timeout", "200ms"]).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Content-Length: 100000\r\n\r\n";
    let (mut from, mut to) = connect(&replica.server, head).await.into_split();
    let answer = async {
        let mut answer = [0; 12];
        let read = from.read_exact(&mut answer);
        tokio::time::timeout(DEADLINE, read).await.unwrap().unwrap();
        assert_eq!(&answer, b"HTTP/1.1 408");
        rest(&mut from).await;
    };
    tokio::join!(answer, trickle(&mut to));
    replica.stop().await;
}

async fn an_unread_response_ends_the_connection(server: Server) {
    let replica = server.replica(&["--request-timeout", "200ms"]).await;
    let page = reqwest::get(format!("{}/graphiql", server.url)).await;
    let page = page.unwrap().text().await.unwrap();
    let mut paths = page.split('"');
    let script = paths.find(|path| path.ends_with("/graphiql.js")).unwrap();
    // A hundred responses of a megabyte exceed the buffers between client and server.
    let request = format!("GET {script} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut stream = connect(&replica.server, &request.repeat(100)).await;
    let gone = tokio::time::timeout(DEADLINE, trickle(&mut stream));
    gone.await.expect("the server closes the connection");
    replica.stop().await;
}

async fn a_rejection_reaches_a_client_that_is_still_sending(server: Server) {
    let post = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let much = "x".repeat(8_000_000);
    let sized = format!("{post}Content-Length: {}\r\n\r\n{much}", much.len());
    let chunked = format!("{post}Transfer-Encoding: chunked\r\n\r\n7a1200\r\n{much}\r\n0\r\n\r\n");
    let header = format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {much}\r\n\r\n");
    for (request, status) in [(sized, 413), (chunked, 413), (header, 431)] {
        // The whole request is sent before the response is read.
        let mut stream = connect(&server, &request).await;
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        let read = tokio::time::timeout(DEADLINE, read).await;
        read.expect("the connection to end").expect("no reset");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        // Otherwise the client would send its next request over a connection that is being closed.
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
    // A request that was read completely keeps the connection open, whatever the response.
    let wrong = format!("{post}Content-Length: 1\r\n\r\n{{{ALIVE}");
    let mut stream = connect(&server, &wrong).await;
    answered(&mut stream).await;
}

async fn idle_connections_are_closed_for_new_ones(server: Server) {
    let replica = server.replica(&["--max-connections", "2"]).await;
    let mut first = connect(&replica.server, ALIVE).await;
    answered(&mut first).await;
    let mut second = connect(&replica.server, ALIVE).await;
    answered(&mut second).await;
    let mut third = connect(&replica.server, ALIVE).await;
    answered(&mut third).await;
    assert_eq!(rest(&mut first).await, "", "the one that was idle longest");
    second.write_all(ALIVE.as_bytes()).await.unwrap();
    answered(&mut second).await;
    replica.stop().await;
}

async fn connections_without_a_request_are_closed_for_new_ones(server: Server) {
    let replica = server.replica(&["--max-connections", "20"]).await;
    let mut silent = Vec::new();
    for number in 0..60 {
        // Some connections send nothing, others a part of a request.
        let begun = if number % 2 == 0 {
            ""
        } else {
            "GET / HTTP/1.1\r\nHo"
        };
        silent.push(connect(&replica.server, begun).await);
    }
    let mut other = connect(&replica.server, ALIVE).await;
    answered(&mut other).await;
    for early in &mut silent[..40] {
        rest(early).await;
    }
    replica.stop().await;
}

async fn connections_in_use_are_kept(server: Server) {
    let replica = server.replica(&["--max-connections", "1"]).await;
    let mut socket = Socket::ready(&replica.server).await;
    let mut waiting = connect(&replica.server, ALIVE).await;
    full(&server).await;
    for _ in 0..10 {
        socket.run("{ viewer { user { id } } }").await;
    }
    assert!(waiting.try_read(&mut [0]).is_err(), "answered at once");
    drop(socket);
    answered(&mut waiting).await;
    // The server still shuts down without a permit left.
    let _other = connect(&replica.server, "").await;
    replica.stop().await;
}
