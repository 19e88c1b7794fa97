//! Responses follow the specification where async-graphql's own don't.

use async_graphql::{Request, Variables};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::toy;

async fn run_with(query: &str, variables: Value) -> String {
    let request = Request::new(query).variables(Variables::from_json(variables));
    let reply = toy::api().execute(request, "r1").await;
    serde_json::to_string(&reply).unwrap()
}

async fn run(query: &str) -> String {
    run_with(query, json!({})).await
}

/// The data as text, so that the order of keys counts, and the paths of the errors.
async fn data(query: &str) -> (String, Vec<String>) {
    data_with(query, json!({})).await
}

async fn data_with(query: &str, variables: Value) -> (String, Vec<String>) {
    let text = run_with(query, variables).await;
    let json: Value = serde_json::from_str(&text).unwrap();
    let paths = json["errors"].as_array().into_iter().flatten();
    let paths = paths.map(|error| error["path"].to_string()).collect();
    let start = text
        .find("\"data\":")
        .unwrap_or_else(|| panic!("no data in {text}"))
        + 7;
    (text[start..text.len() - 1].to_owned(), paths)
}

fn plain(expected: &str) -> (String, Vec<String>) {
    (expected.to_owned(), Vec::new())
}

fn with(expected: &str, paths: &[&str]) -> (String, Vec<String>) {
    (
        expected.to_owned(),
        paths.iter().map(|path| (*path).to_owned()).collect(),
    )
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_query() {
    assert_eq!(
        data("{ slow hello }").await,
        plain(r#"{"slow":"slow","hello":"hi"}"#)
    );
    assert_eq!(
        data("{ leaves(n: 2) { slow n x: n __typename } hello }").await,
        plain(
            r#"{"leaves":[{"slow":0,"n":0,"x":0,"__typename":"Leaf"},{"slow":1,"n":1,"x":1,"__typename":"Leaf"}],"hello":"hi"}"#
        )
    );
    assert_eq!(
        data("{ ...A hello leaf { n } } fragment A on Query { slow ... { leaf { slow } } }").await,
        plain(r#"{"slow":"slow","leaf":{"slow":0,"n":0},"hello":"hi"}"#)
    );
}

#[tokio::test]
async fn a_failed_nullable_field_is_null() {
    assert_eq!(
        data("{ leaf(n: 1) { nullable n } hello }").await,
        with(
            r#"{"leaf":{"nullable":null,"n":1},"hello":"hi"}"#,
            &[r#"["leaf","nullable"]"#]
        )
    );
    // All fields of an object failed: the object is still there.
    assert_eq!(
        data("{ maybeLeaf(n: 1) { nullable secret } }").await,
        with(
            r#"{"maybeLeaf":{"nullable":null,"secret":null}}"#,
            &[r#"["maybeLeaf","nullable"]"#, r#"["maybeLeaf","secret"]"#]
        )
    );
    assert_eq!(
        data("{ leaf(n: 1) { maybeChild { child { nullable } } } }").await,
        with(
            r#"{"leaf":{"maybeChild":{"child":{"nullable":null}}}}"#,
            &[r#"["leaf","maybeChild","child","nullable"]"#]
        )
    );
}

#[tokio::test]
async fn a_failed_non_null_field_takes_its_parents_with_it() {
    assert_eq!(
        data("{ maybeLeaf(n: 1) { n strict } hello }").await,
        with(
            r#"{"maybeLeaf":null,"hello":"hi"}"#,
            &[r#"["maybeLeaf","strict"]"#]
        )
    );
    assert_eq!(
        data("{ hello leaf(n: 1) { n strict } }").await,
        with("null", &[r#"["leaf","strict"]"#])
    );
    assert_eq!(data("{ broken }").await, with("null", &[r#"["broken"]"#]));
    assert_eq!(
        data("{ maybeLeaf(n: 0) { n child { strict } } }").await,
        with(
            r#"{"maybeLeaf":null}"#,
            &[r#"["maybeLeaf","child","strict"]"#]
        )
    );
}

#[tokio::test]
async fn lists_lose_items_or_themselves() {
    assert_eq!(
        data("{ maybeLeaves(n: 3) { strict } }").await,
        with(
            r#"{"maybeLeaves":[{"strict":0},null,{"strict":2}]}"#,
            &[r#"["maybeLeaves",1,"strict"]"#]
        )
    );
    assert_eq!(
        data("{ leaves(n: 3) { strict } }").await,
        with(r#"{"leaves":null}"#, &[r#"["leaves",1,"strict"]"#])
    );
    assert_eq!(
        data("{ leaves(n: 3) { nullable n } }").await,
        with(
            r#"{"leaves":[{"nullable":0,"n":0},{"nullable":null,"n":1},{"nullable":2,"n":2}]}"#,
            &[r#"["leaves",1,"nullable"]"#]
        )
    );
    assert_eq!(
        data("{ items }").await,
        with(r#"{"items":[0,null,2]}"#, &[r#"["items",1]"#])
    );
    assert_eq!(
        data("{ strictItems hello }").await,
        with(
            r#"{"strictItems":null,"hello":"hi"}"#,
            &[r#"["strictItems",1]"#]
        )
    );
    assert_eq!(
        data("{ maybeLeaf { maybeChildren { strict } } }").await,
        with(
            r#"{"maybeLeaf":{"maybeChildren":[{"strict":0},null,{"strict":2}]}}"#,
            &[r#"["maybeLeaf","maybeChildren",1,"strict"]"#]
        )
    );
}

#[tokio::test]
async fn errors_come_in_the_order_of_the_document() {
    let (_, paths) =
        data("{ b: leaves(n: 4) { secret slow nullable } a: maybeLeaf(n: 1) { nullable secret } }")
            .await;
    let fields = [
        r#"["b",0,"secret"]"#,
        r#"["b",1,"secret"]"#,
        r#"["b",1,"nullable"]"#,
        r#"["b",2,"secret"]"#,
        r#"["b",3,"secret"]"#,
        r#"["b",3,"nullable"]"#,
        r#"["a","nullable"]"#,
        r#"["a","secret"]"#,
    ];
    assert_eq!(paths, fields);
}

#[tokio::test]
async fn skipped_fields_leave_no_trace() {
    assert_eq!(
        data("{ hello @skip(if: true) slow @include(if: false) leaf { n } }").await,
        plain(r#"{"leaf":{"n":0}}"#)
    );
    assert_eq!(data("{ hello @skip(if: true) }").await, plain("{}"));
    // An object of which everything is skipped is not null.
    assert_eq!(
        data("{ maybeLeaf { n @skip(if: true) } }").await,
        plain(r#"{"maybeLeaf":{}}"#)
    );
    assert_eq!(
        data("{ leaf { noChild { n @skip(if: true) } } }").await,
        plain(r#"{"leaf":{"noChild":null}}"#)
    );
    let query = "query($s: Boolean!, $d: Boolean = true) { hello @skip(if: $s) slow @include(if: $s) leaf @skip(if: $d) { n } }";
    assert_eq!(
        data_with(query, json!({"s": true})).await,
        plain(r#"{"slow":"slow"}"#)
    );
    assert_eq!(
        data_with(query, json!({"s": false, "d": false})).await,
        plain(r#"{"hello":"hi","leaf":{"n":0}}"#)
    );
}

#[tokio::test]
async fn objects_behind_abstract_types_are_completed_by_their_own_type() {
    let query = r#"{ nodes(ids: ["1", "o", "x", "2"]) { ... on Leaf { slow nullable } id ... on Other { title } ...N } }
        fragment N on Node { __typename ... on Leaf { strict } }"#;
    assert_eq!(
        data(query).await,
        with(
            r#"{"nodes":[null,{"id":"o","title":"t","__typename":"Other"},null,{"slow":2,"nullable":2,"id":"2","__typename":"Leaf","strict":2}]}"#,
            &[r#"["nodes",0,"nullable"]"#, r#"["nodes",0,"strict"]"#]
        )
    );
    assert_eq!(
        data(r#"{ thing(id: "1") { ... on Leaf { nullable } ... on Other { title } } }"#).await,
        with(
            r#"{"thing":{"nullable":null}}"#,
            &[r#"["thing","nullable"]"#]
        )
    );
    assert_eq!(
        data(r#"{ thing(id: "1") { ... on Other { title } } }"#).await,
        plain(r#"{"thing":{}}"#)
    );
    assert_eq!(
        data(r#"{ thing(id: "x") { ... on Other { title } } }"#).await,
        plain(r#"{"thing":null}"#)
    );
    assert_eq!(
        data(r#"{ node(id: "1") { __concrete: __typename id } }"#).await,
        plain(r#"{"node":{"__concrete":"Leaf","id":"1"}}"#)
    );
}

#[tokio::test]
async fn equal_fields_run_once() {
    assert_eq!(
        data("{ a: maybeLeaf(n: 1) { nullable } a: maybeLeaf(n: 1) { n } }").await,
        with(r#"{"a":{"nullable":null,"n":1}}"#, &[r#"["a","nullable"]"#])
    );
    let (first, _) = data("mutation { count }").await;
    let (second, _) = data("mutation { count count count }").await;
    let number = |text: &str| {
        text.trim_matches(|c: char| !c.is_ascii_digit())
            .parse::<u32>()
            .unwrap()
    };
    assert_eq!(number(&second), number(&first) + 1);
}

#[tokio::test]
async fn introspection_is_left_as_it_is() {
    let query = "{ __schema { types { name fields { name type { kind name ofType { name } } } } queryType { name } } __type(name: \"Leaf\") { name } hello }";
    let (text, errors) = data(query).await;
    assert!(errors.is_empty());
    assert!(
        text.starts_with(r#"{"__schema":{"types":[{"name":"#),
        "{text}"
    );
    assert!(
        text.ends_with(r#""queryType":{"name":"Query"}},"__type":{"name":"Leaf"},"hello":"hi"}"#),
        "{text}"
    );
}

#[tokio::test]
async fn every_error_has_a_code() {
    for (query, code) in [
        ("{", "BAD_INPUT"),
        ("{ nothing }", "BAD_INPUT"),
        ("{ leaf(n: \"a\") { n } }", "BAD_INPUT"),
        ("{ positive(n: 0) }", "BAD_INPUT"),
        ("{ at(at: \"never\") }", "BAD_INPUT"),
        ("query($n: Int!) { leaf(n: $n) { n } }", "BAD_INPUT"),
        ("query A { hello } query B { hello }", "BAD_INPUT"),
        ("subscription { leaves(to: 1) { n } }", "BAD_INPUT"),
        ("{ ...A } fragment A on Query { ...A ...A }", "BAD_INPUT"),
        ("{ hello \"\"\" }", "BAD_INPUT"),
        ("{ leaf(n: 1) { nullable } }", "NOT_FOUND"),
        ("{ leaf { secret } }", "INTERNAL"),
    ] {
        let json: Value = serde_json::from_str(&run(query).await).unwrap();
        assert_eq!(
            json["errors"][0]["extensions"]["code"], code,
            "{query}: {json}"
        );
    }
    let text = run("{ leaf { secret } }").await;
    assert!(
        !text.contains("table") && text.contains("\"requestId\":\"r1\""),
        "{text}"
    );
    let text = run("query($n: Int!) { leaf(n: $n) { n } }").await;
    assert!(!text.contains("\"data\""), "{text}");
}

#[tokio::test]
async fn mutations_run_one_after_the_other() {
    let log = toy::Log::default();
    let request =
        Request::new(r#"mutation { a: log(text: "a") b: log(text: "b") }"#).data(log.clone());
    let reply = toy::api().execute(request, "").await;
    assert_eq!(
        serde_json::to_string(&reply).unwrap(),
        r#"{"data":{"a":true,"b":true}}"#
    );
    assert_eq!(*log.0.lock().unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn results_of_subscriptions_are_completed_too() {
    let results = async |query: &str| {
        let api = toy::api();
        let operation = api.prepare(Request::new(query)).unwrap();
        let replies = api.subscribe(operation, "r1").collect::<Vec<_>>().await;
        let texts = replies
            .iter()
            .map(|reply| serde_json::to_value(reply).unwrap());
        texts.collect::<Vec<_>>()
    };
    let leaves =
        results("subscription { leaves(to: 2) { slow nullable n @skip(if: true) } }").await;
    assert_eq!(
        leaves[0]["data"]["leaves"],
        json!({ "slow": 0, "nullable": 0 })
    );
    assert_eq!(
        leaves[1]["data"]["leaves"],
        json!({ "slow": 1, "nullable": null })
    );
    assert_eq!(leaves[1]["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let refused = results("subscription { refused }").await;
    assert_eq!(refused[0]["data"], json!(null));
    assert_eq!(refused[0]["errors"][0]["extensions"]["code"], "INTERNAL");
}
