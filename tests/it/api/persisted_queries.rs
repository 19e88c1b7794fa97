//! Automatic persisted queries (APQ), as the clients of Apollo and urql use them.

use crate::on_sqlite;
use crate::support::socket::Socket;
use crate::support::wire::{self, Answer, get, post};
use crate::support::{Server, Team};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
const MISMATCH: &str = "PERSISTED_QUERY_HASH_MISMATCH";

on_sqlite!(
    a_query_is_found_by_its_hash,
    persisted_mutations_need_post,
    a_socket_uses_the_same_store,
    a_wrong_hash_stores_nothing,
    other_versions_and_forms_are_rejected,
    only_documents_within_the_limits_are_stored,
    documents_with_secrets_are_not_stored,
    the_store_is_limited,
);

fn hash(query: &str) -> String {
    format!("{:x}", Sha256::digest(query))
}

fn extensions(query: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(query) } })
}

/// Sends the request that a client sends first.
async fn by_hash(server: &Server, query: &str) -> Answer {
    let body = json!({ "extensions": extensions(query), "variables": {} });
    wire::send(post(server).json(&body)).await
}

/// Sends the request that follows if the hash is unknown.
async fn with_text(server: &Server, query: &str) -> Answer {
    let body = json!({ "query": query, "extensions": extensions(query) });
    wire::send(post(server).json(&body)).await
}

async fn a_query_is_found_by_its_hash(server: Server) {
    let team = Team::first(&server).await;
    let query = "query Me($skip: Boolean!) { viewer { user { firstName name @skip(if: $skip) } } }";
    let send = async |text: Option<&str>, accept: &str| {
        let mut body = json!({ "variables": { "skip": true }, "extensions": extensions(query),
            "operationName": "Me" });
        if let Some(text) = text {
            body["query"] = text.into();
        }
        let request = post(&server).header("accept", accept).json(&body);
        wire::send(request.bearer_auth(team.admin.client.token())).await
    };
    let answer = send(None, "*/*").await;
    assert_eq!(answer.outcome(), (200, NOT_FOUND));
    // Older clients compare the message.
    let expected = json!({ "errors": [{
        "message": "PersistedQueryNotFound", "extensions": { "code": NOT_FOUND } }] });
    assert_eq!(answer.json, expected);
    let graphql = "application/graphql-response+json";
    assert_eq!(send(None, graphql).await.outcome(), (400, NOT_FOUND));
    let found = json!({ "data": { "viewer": { "user": { "firstName": "Ana" } } } });
    assert_eq!(send(Some(query), "*/*").await.json, found);
    assert_eq!(send(None, "*/*").await.json, found);
    assert_eq!(send(Some(""), graphql).await.json, found);
    // A stored query runs with the permissions of the client that sends the hash.
    let body = json!({ "variables": { "skip": true }, "extensions": extensions(query) });
    let answer = wire::send(post(&server).json(&body)).await;
    assert_eq!(answer.json, json!({ "data": { "viewer": null } }));
}

async fn persisted_mutations_need_post(server: Server) {
    let query = "{ roles { name } }";
    let of = |query| extensions(query).to_string();
    let found = &[("extensions", of(query))];
    let parameters = |pairs: &[(&'static str, String)]| {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        get(&server, &pairs)
    };
    let missed = parameters(found).send().await.unwrap();
    assert_eq!(missed.status(), 200);
    assert_eq!(missed.headers()["cache-control"], "no-store");
    assert!(missed.text().await.unwrap().contains(NOT_FOUND));
    let whole = [("query", query.to_owned()), ("extensions", of(query))];
    let first = wire::send(parameters(&whole)).await;
    assert_eq!(first.outcome(), (200, ""));
    assert_eq!(wire::send(parameters(found)).await.json, first.json);

    let mutation = "mutation { signOut(input: {}) { accepted } }";
    assert_eq!(
        with_text(&server, mutation).await.outcome(),
        (200, "UNAUTHENTICATED")
    );
    let by_get = parameters(&[("extensions", of(mutation))]);
    assert_eq!(wire::send(by_get).await.outcome(), (405, "BAD_INPUT"));
}

async fn a_socket_uses_the_same_store(server: Server) {
    let query = "{ __typename roles { name } }";
    let mut socket = Socket::ready(&server).await;
    let subscribe = |id: &str, text: Option<&str>| {
        let mut payload = json!({ "extensions": extensions(query) });
        if let Some(text) = text {
            payload["query"] = text.into();
        }
        json!({ "type": "subscribe", "id": id, "payload": payload })
    };
    socket.send(subscribe("1", None)).await;
    let error = socket.receive().await;
    assert_eq!(error["type"], "error");
    assert_eq!(error["payload"][0]["extensions"]["code"], NOT_FOUND);
    socket.send(subscribe("2", Some(query))).await;
    let next = socket.receive().await;
    assert_eq!(next["type"], "next", "{next}");
    assert_eq!(socket.receive().await["type"], "complete");
    socket.send(subscribe("3", None)).await;
    assert_eq!(socket.receive().await["payload"], next["payload"]);
    assert_eq!(by_hash(&server, query).await.json, next["payload"]);
}

async fn a_wrong_hash_stores_nothing(server: Server) {
    let (query, other) = ("{ a: __typename }", "{ b: __typename }");
    let body = json!({ "query": query, "extensions": extensions(other) });
    let answer = wire::send(post(&server).json(&body)).await;
    assert_eq!(answer.outcome(), (200, MISMATCH));
    assert!(answer.json.get("data").is_none());
    for query in [query, other] {
        assert_eq!(by_hash(&server, query).await.outcome(), (200, NOT_FOUND));
    }
}

async fn other_versions_and_forms_are_rejected(server: Server) {
    let query = "{ __typename }";
    let hash = hash(query);
    for (persisted, code) in [
        (
            json!({ "version": 2, "sha256Hash": hash }),
            "PERSISTED_QUERY_NOT_SUPPORTED",
        ),
        (
            json!({ "version": 2, "id": "x" }),
            "PERSISTED_QUERY_NOT_SUPPORTED",
        ),
        (json!({ "version": "1", "sha256Hash": hash }), "BAD_INPUT"),
        (json!({ "sha256Hash": hash }), "BAD_INPUT"),
        (json!({ "version": 1 }), "BAD_INPUT"),
        (json!({ "version": 1, "sha256Hash": 1 }), "BAD_INPUT"),
        (json!({ "version": 1, "sha256Hash": "abc" }), "BAD_INPUT"),
        (
            json!({ "version": 1, "sha256Hash": format!("{hash}0") }),
            "BAD_INPUT",
        ),
        (json!([]), "BAD_INPUT"),
        (json!("x"), "BAD_INPUT"),
    ] {
        for text in [None, Some(query)] {
            let body = json!({ "query": text, "extensions": { "persistedQuery": persisted } });
            let answer = wire::send(post(&server).json(&body)).await;
            assert_eq!(answer.outcome(), (200, code), "{persisted} {text:?}");
        }
    }
    let body = json!({ "query": query, "extensions": { "persistedQuery": { "version": 2 } } });
    let answer = wire::send(post(&server).json(&body)).await;
    let error = &answer.json["errors"][0];
    assert_eq!(error["message"], "PersistedQueryNotSupported");
    assert!(
        error["extensions"]["reason"]
            .as_str()
            .unwrap()
            .contains("version 1")
    );
    // Other extensions are ignored.
    let body = json!({ "query": query, "extensions": { "persistedQuery": null, "x": 1 } });
    assert_eq!(
        wire::send(post(&server).json(&body)).await.outcome(),
        (200, "")
    );
    let body = json!({ "extensions": { "x": 1 } });
    assert_eq!(
        wire::send(post(&server).json(&body)).await.outcome(),
        (400, "BAD_INPUT")
    );
}

async fn only_documents_within_the_limits_are_stored(server: Server) {
    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    for (query, code) in [
        ("{ __typename".to_owned(), "BAD_INPUT"),
        (
            "{ ...A } fragment A on Query { ...A }".to_owned(),
            "BAD_INPUT",
        ),
        (format!("{{ {aliases} }}"), "QUERY_TOO_COMPLEX"),
    ] {
        assert_eq!(with_text(&server, &query).await.outcome(), (200, code));
        assert_eq!(by_hash(&server, &query).await.outcome(), (200, NOT_FOUND));
    }
}

async fn documents_with_secrets_are_not_stored(server: Server) {
    for (query, stored) in [
        (
            r#"mutation { requestPasswordReset(input: { email: "a@b.example" }) { accepted } }"#,
            false,
        ),
        (
            r#"mutation ($t: String!) { updateProfile(input: { firstName: $t, lastName: $t }) {
                viewer { activeWorkspace { members(search: "ana") { totalCount } } } } }"#,
            false,
        ),
        (r#"{ passwordResetPreview(token: "t") { state } }"#, false),
        (
            r#"query ($t: String! = "t") { passwordResetPreview(token: $t) { state } }"#,
            false,
        ),
        (r#"{ node(id: "none") { id } }"#, true),
        (
            r#"query ($t: String!) { passwordResetPreview(token: $t) { state } }"#,
            true,
        ),
    ] {
        let first = with_text(&server, query).await;
        assert!(
            first.json.get("errors").is_none() || query.contains("$t: String!)"),
            "{first:?}"
        );
        let again = by_hash(&server, query).await;
        assert_eq!(again.outcome().1 == NOT_FOUND, !stored, "{query}");
    }
}

async fn the_store_is_limited(server: Server) {
    let query = |n: usize| format!("{{ a{n}: __typename }}");
    let send = async |n: usize| assert_eq!(with_text(&server, &query(n)).await.outcome().1, "");
    send(0).await;
    for n in 1..=1100 {
        send(n).await;
        if n % 200 == 0 {
            // Queries in use are kept.
            assert_eq!(by_hash(&server, &query(0)).await.outcome(), (200, ""));
        }
    }
    for (n, code) in [(0, ""), (1, NOT_FOUND), (1100, "")] {
        assert_eq!(by_hash(&server, &query(n)).await.outcome(), (200, code));
    }
}
