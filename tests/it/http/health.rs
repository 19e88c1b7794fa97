//! Health and readiness endpoints.

use crate::on_sqlite;
use crate::support::Server;
use crate::support::socket::Socket;

on_sqlite!(
    readiness_does_not_wait_for_writers,
    a_leaving_server_announces_it_and_keeps_serving,
);

async fn readiness_does_not_wait_for_writers(server: Server) {
    let _stalled = server.stall().await;
    let answer = reqwest::get(format!("{}/readyz", server.url))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "ready\n");
}

async fn a_leaving_server_announces_it_and_keeps_serving(server: Server) {
    let replica = server.replica(&[]).await;
    let client = reqwest::Client::new();
    let url = &replica.server.url;
    let get = async |path: &str| client.get(format!("{url}{path}")).send().await.unwrap();
    let mut socket = Socket::ready(&replica.server).await;
    let answer = get("/readyz").await;
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("connection"));

    replica.server.app.leaving.cancel();
    let answer = get("/readyz").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.text().await.unwrap(), "the server is stopping\n");
    for path in ["/healthz", "/", "/graphql?query={__typename}"] {
        let answer = get(path).await;
        assert_eq!(answer.headers()["connection"], "close", "{path}");
    }
    let mut late = Socket::ready(&replica.server).await;
    for socket in [&mut socket, &mut late] {
        socket.run("{ __typename }").await;
    }
    replica.begin_stop();
    for socket in [&mut socket, &mut late] {
        assert_eq!(socket.closed().await, 1001);
    }
    drop((socket, late));
    replica.stop().await;
}
