//! GraphQL over WebSocket.

use crate::on_sqlite;
use crate::support::people::PASSWORD;
use crate::support::socket::{Socket, upgrade};
use crate::support::wire::COOKIE;
use crate::support::{Server, Team};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Error, Message};

const VIEWER: &str = "{ viewer { user { firstName } } }";
/// A mutation that waits while another writer is active.
const RENAME: &str = r#"mutation {
    updateProfile(input: { firstName: "Eve", lastName: "Evil" }) { userErrors { code } } }"#;

on_sqlite!(
    operations_run_as_over_http,
    limits_apply_over_websockets,
    a_role_change_applies_from_the_next_operation,
    an_ended_session_counts_as_signed_out,
    sign_in_over_websockets_cannot_set_a_cookie,
    the_upgrade_accepts_the_cookie_of_own_pages,
    a_completed_operation_releases_its_id,
    concurrent_operations_per_connection_are_limited,
    slow_operations_time_out,
    a_panic_affects_one_operation_only,
    protocol_violations_close_the_connection,
    invalid_messages_close_the_connection,
    other_protocols_are_rejected,
    silent_connections_are_closed,
);

async fn operations_run_as_over_http(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let mut socket = Socket::signed_in(&server, bo.client.token()).await;
    let reply = socket
        .run("{ workspace { accessHistory(first: 1) { totalCount } name } }")
        .await;
    let workspace = json!({ "accessHistory": null, "name": "Acme" });
    assert_eq!(reply["data"]["workspace"], workspace);
    let path = json!(["workspace", "accessHistory"]);
    assert_eq!(reply["errors"][0]["path"], path);
    assert_eq!(reply["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let reply = socket.run(RENAME).await;
    assert_eq!(reply["data"]["updateProfile"]["userErrors"], json!([]));
    let reply = socket.run(VIEWER).await;
    assert_eq!(reply["data"]["viewer"]["user"]["firstName"], "Eve");
}

async fn limits_apply_over_websockets(server: Server) {
    let mut socket = Socket::ready(&server).await;
    let nested = format!("{{ a(b: {}", "[".repeat(3000));
    let page = "members(first: 100) { nodes { user { ";
    let expensive = format!(
        "{{ viewer {{ activeWorkspace {{ {page} memberships(first: 100) {{ nodes {{ \
            workspace {{ {page} name }} }} }} }} }} }} }} }} }} }} }} }}"
    );
    for (query, code) in [
        ("{", "BAD_INPUT"),
        ("{ nothing }", "BAD_INPUT"),
        ("{ ...A } fragment A on Query { ...A }", "BAD_INPUT"),
        ("subscription { teamChanged }", "BAD_INPUT"),
        (nested.as_str(), "QUERY_TOO_COMPLEX"),
        (expensive.as_str(), "QUERY_TOO_COMPLEX"),
    ] {
        assert_eq!(socket.refusal(query).await, code, "{query}");
    }
    let reply = socket.run(VIEWER).await;
    assert_eq!(reply["data"], json!({ "viewer": null }));
}

async fn a_role_change_applies_from_the_next_operation(server: Server) {
    let team = Team::first(&server).await;
    let bo = team.member("Bo", "GATEWAY_OPERATOR").await;
    let mut socket = Socket::signed_in(&server, bo.client.token()).await;
    let query = "{ viewer { can(permission: TEAM_MANAGE) { allowed } } }";
    for (role, allowed) in [
        ("GATEWAY_OPERATOR", false),
        ("WORKSPACE_ADMIN", true),
        ("SECURITY_AUDITOR", false),
    ] {
        let input = json!({ "membershipId": bo.membership_id, "role": role });
        team.admin.client.mutate("changeRole", input, "").await;
        let reply = socket.run(query).await;
        assert_eq!(reply["data"]["viewer"]["can"]["allowed"], allowed, "{role}");
    }
    let input = json!({ "membershipId": bo.membership_id });
    team.admin.client.mutate("removeMember", input, "").await;
    let reply = socket.run("{ viewer { activeWorkspace { id } } }").await;
    let nowhere = json!({ "activeWorkspace": null });
    assert_eq!(reply["data"]["viewer"], nowhere);
}

async fn an_ended_session_counts_as_signed_out(server: Server) {
    let team = Team::first(&server).await;
    let mut socket = Socket::signed_in(&server, team.admin.client.token()).await;
    assert!(socket.run(VIEWER).await["data"]["viewer"].is_object());
    let sign_out = "mutation { signOut(input: {}) { accepted } }";
    team.admin.client.get(sign_out).await;
    let reply = socket.run(VIEWER).await;
    assert_eq!(reply["data"], json!({ "viewer": null }));
}

async fn sign_in_over_websockets_cannot_set_a_cookie(server: Server) {
    let team = Team::first(&server).await;
    let mut socket = Socket::ready(&server).await;
    let sign_in = |transport: &str| {
        let email = &team.admin.email;
        format!(
            r#"mutation {{ signIn(input: {{ email: "{email}", password: "{PASSWORD}" {transport} }})
                {{ sessionToken viewer {{ user {{ firstName }} }} }} }}"#
        )
    };
    for transport in ["", "transport: COOKIE"] {
        let reply = socket.run(&sign_in(transport)).await;
        assert_eq!(reply["data"], json!({ "signIn": null }));
        assert_eq!(reply["errors"][0]["extensions"]["code"], "BAD_INPUT");
    }
    let reply = socket.run(&sign_in("transport: BEARER")).await;
    let payload = &reply["data"]["signIn"];
    assert_eq!(payload["viewer"]["user"]["firstName"], "Ana");
    // The connection keeps its identity: its next operation is signed out.
    let reply = socket.run(VIEWER).await;
    assert_eq!(reply["data"], json!({ "viewer": null }));
    let token = payload["sessionToken"].as_str().unwrap();
    let mut socket = Socket::signed_in(&server, token).await;
    assert!(socket.run(VIEWER).await["data"]["viewer"].is_object());
}

async fn the_upgrade_accepts_the_cookie_of_own_pages(server: Server) {
    let team = Team::first(&server).await;
    let connect = async |origin: &str| {
        let mut request = upgrade(&server);
        let cookie = format!("{COOKIE}={}", team.admin.client.token());
        let headers = request.headers_mut();
        headers.insert("cookie", cookie.parse().unwrap());
        headers.insert("origin", origin.parse().unwrap());
        Socket::open(request).await
    };
    let mut socket = connect(&server.url).await.unwrap();
    socket.init(json!({})).await;
    let reply = socket.run(VIEWER).await;
    assert_eq!(reply["data"]["viewer"]["user"]["firstName"], "Ana");
    match connect("https://evil.example").await.map(|_| ()) {
        Err(Error::Http(response)) => assert_eq!(response.status(), 403),
        other => panic!("{other:?}"),
    }
}

async fn a_completed_operation_releases_its_id(server: Server) {
    let team = Team::first(&server).await;
    let mut socket = Socket::signed_in(&server, team.admin.client.token()).await;
    let stalled = server.stall().await;
    socket.subscribe("1", RENAME).await;
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    socket.subscribe("1", VIEWER).await;
    let next = socket.receive().await;
    assert_eq!(
        next["payload"]["data"]["viewer"]["user"]["firstName"],
        "Ana"
    );
    assert_eq!(socket.receive().await["type"], "complete");
    drop(stalled);
    socket
        .send(json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    let pong = json!({ "type": "pong", "payload": { "a": 1 } });
    assert_eq!(socket.receive().await, pong);
    socket.send(json!({ "type": "pong" })).await;
    let unknown = json!({ "type": "complete", "id": "unknown" });
    socket.send(unknown).await;
    assert!(socket.run(VIEWER).await["data"]["viewer"].is_object());
}

async fn concurrent_operations_per_connection_are_limited(server: Server) {
    let team = Team::first(&server).await;
    let mut socket = Socket::signed_in(&server, team.admin.client.token()).await;
    let stalled = server.stall().await;
    for id in 0..30 {
        socket.subscribe(&id.to_string(), RENAME).await;
    }
    assert_eq!(socket.refusal(VIEWER).await, "RATE_LIMITED");
    socket.send(json!({ "type": "complete", "id": "7" })).await;
    assert!(socket.run(VIEWER).await["data"]["viewer"].is_object());
    drop(stalled);
}

async fn slow_operations_time_out(server: Server) {
    let team = Team::first(&server).await;
    let replica = server.replica(&["--request-timeout", "200ms"]).await;
    let mut socket = Socket::signed_in(&replica.server, team.admin.client.token()).await;
    let stalled = replica.server.stall().await;
    assert_eq!(socket.refusal(RENAME).await, "INTERNAL");
    drop(stalled);
    // The ID can be reused, and nothing was changed.
    let reply = socket.run(VIEWER).await;
    assert_eq!(reply["data"]["viewer"]["user"]["firstName"], "Ana");
    drop(socket);
    replica.stop().await;
}

async fn a_panic_affects_one_operation_only(server: Server) {
    let team = Team::first(&server).await;
    let mut socket = Socket::signed_in(&server, team.admin.client.token()).await;
    server.statements.panic_at(Some("UPDATE \"users\""));
    for _ in 0..2 {
        socket.subscribe("boom", RENAME).await;
        let error = socket.receive().await;
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("boom"))
        );
        let extensions = &error["payload"][0]["extensions"];
        assert_eq!(extensions["code"], "INTERNAL");
        assert!(!extensions["requestId"].as_str().unwrap().is_empty());
    }
    server.statements.panic_at(None);
    assert_eq!(
        socket.run(RENAME).await["data"]["updateProfile"]["userErrors"],
        json!([])
    );
}

async fn protocol_violations_close_the_connection(server: Server) {
    let team = Team::first(&server).await;
    let mut socket = Socket::connect(&server).await;
    socket.subscribe("1", VIEWER).await;
    assert_eq!(socket.closed().await, 4401);

    let mut socket = Socket::ready(&server).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await, 4429);

    let mut socket = Socket::signed_in(&server, team.admin.client.token()).await;
    let stalled = server.stall().await;
    socket.subscribe("1", RENAME).await;
    socket.subscribe("1", VIEWER).await;
    assert_eq!(socket.closed().await, 4409);
    drop(stalled);

    let mut socket = Socket::ready(&server).await;
    socket.0.send(Message::Binary("{}".into())).await.unwrap();
    assert_eq!(socket.closed().await, 4400);

    let mut socket = Socket::connect(&server).await;
    let payload = json!({ "authorization": "Basic x" });
    let init = json!({ "type": "connection_init", "payload": payload });
    socket.send(init).await;
    assert_eq!(socket.closed().await, 4401);
}

async fn invalid_messages_close_the_connection(server: Server) {
    for text in [
        "",
        "{",
        "[]",
        "{}",
        "{\"type\":\"start\"}",
        "{\"type\":\"subscribe\",\"id\":\"1\"}",
        "{\"type\":\"subscribe\",\"payload\":{\"query\":\"{ __typename }\"}}",
        "{\"type\":\"subscribe\",\"id\":1,\"payload\":{\"query\":\"{ __typename }\"}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}}",
        "{\"type\":\"complete\"}",
        "{\"type\":\"ping\",\"payload\":\"\"}",
        &"ü".repeat(300),
    ] {
        let mut socket = Socket::ready(&server).await;
        socket.text(text).await;
        assert_eq!(socket.closed().await, 4400, "{text}");
    }
    let mut socket = Socket::ready(&server).await;
    socket.text(&" ".repeat(256 * 1024 + 1)).await;
    assert_eq!(socket.closed().await, 1009);
}

async fn other_protocols_are_rejected(server: Server) {
    let mut request = upgrade(&server);
    request.headers_mut().remove("sec-websocket-protocol");
    let mut socket = Socket::open(request).await.unwrap();
    assert_eq!(socket.closed().await, 4406);
}

async fn silent_connections_are_closed(server: Server) {
    let hurried = server.replica(&["--socket-init-timeout", "50ms"]).await;
    let mut socket = Socket::connect(&hurried.server).await;
    assert_eq!(socket.closed().await, 4408);
    hurried.stop().await;

    // A client that answers pings stays connected. One that does not is disconnected.
    let replica = server.replica(&["--socket-keep-alive", "50ms"]).await;
    let mut socket = Socket::ready(&replica.server).await;
    for _ in 0..3 {
        let frame = socket.0.next().await;
        assert!(matches!(frame, Some(Ok(Message::Ping(_)))), "{frame:?}");
    }
    assert_eq!(socket.run(VIEWER).await["data"]["viewer"], Value::Null);
    let socket = Socket::ready(&replica.server).await;
    let MaybeTlsStream::Plain(mut stream) = socket.0.into_inner() else {
        panic!("not plain")
    };
    let mut rest = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest)
        .await
        .unwrap();
    // A close frame with the code 1000 (RFC 6455, section 5.5.1).
    assert!(rest.ends_with(&[0x88, 2, 0x03, 0xE8]), "{rest:?}");
    replica.stop().await;
}
