//! The README's table: the same requests with and without the crate.

use async_graphql::Request;
use serde_json::Value;

use super::toy;

/// Set to write the table into the README instead of comparing.
const UPDATE: &str = "UPDATE_README";

const START: &str = "<!-- comparison -->\n";
const END: &str = "<!-- /comparison -->";

/// Cells have room for a short response; the rest of a long one is left out.
const CELL: usize = 150;

fn cases() -> Vec<(&'static str, &'static str, String)> {
    let nested = format!(
        "{{ filter(filter: {}{}) }}",
        "{list:[".repeat(40),
        "]}".repeat(40)
    );
    let bomb = (0..12).fold("{ ...F0 }".to_owned(), |query, n| {
        format!(
            "{query} fragment F{n} on Query {{ ...F{m} ...F{m} }}",
            m = n + 1
        )
    }) + " fragment F12 on Query { calls }";
    let introspection = format!(
        "{{ __schema {{ types {{ {} name {} }} }} }}",
        "fields { type { ".repeat(6),
        "} } ".repeat(6)
    );
    vec![
        (
            "A nullable field is refused",
            "",
            "{ leaf(n: 1) { nullable n } }".to_owned(),
        ),
        (
            "Every field of an object is refused",
            "",
            "{ maybeLeaf(n: 1) { nullable } hello }".to_owned(),
        ),
        (
            "A field that must not be `null` fails in a list",
            "",
            "{ maybeLeaves(n: 3) { strict } }".to_owned(),
        ),
        ("A slow field comes first", "", "{ slow hello }".to_owned()),
        (
            "A resolver fails with an internal error",
            "",
            "{ leaf { secret } }".to_owned(),
        ),
        (
            "A variable is missing",
            "",
            "query($n: Int!) { leaf(n: $n) { n } }".to_owned(),
        ),
        (
            "Forty nested input objects",
            "`{ filter(filter: {list:[{list:[…` ",
            nested,
        ),
        (
            "Twelve fragments that spread the next one twice",
            "`{ ...F0 } fragment F0 on Query { ...F1 ...F1 } …`",
            bomb,
        ),
        (
            "The types of the fields of the types …",
            "`{ __schema { types { fields { type { fields …`",
            introspection,
        ),
    ]
}

/// A response as it fits into a cell: without positions, and with codes and counts only where it is
/// long.
fn cell(response: &str) -> String {
    let json: Value = serde_json::from_str(response).unwrap();
    let code = json
        .pointer("/errors/0/extensions/code")
        .and_then(Value::as_str);
    let message = json.pointer("/errors/0/message").and_then(Value::as_str);
    let data = response.find("\"data\":").map(|start| {
        let data = json["data"].to_string();
        // The order of keys is that of the text, which serde_json's map would sort.
        response[start + 7..start + 7 + data.len()].to_owned()
    });
    let data = match data {
        None => "no `data`".to_owned(),
        Some(data) if data.len() > CELL => format!("{} kB of `data`", data.len().div_ceil(1000)),
        Some(data) => format!("`{data}`"),
    };
    match (message, code) {
        (None, _) => data,
        (Some(message), None) => format!("{data}, error “{message}” without a code"),
        (Some(_), Some(code)) => format!("{data}, error `{code}`"),
    }
}

#[tokio::test]
async fn the_table_in_the_readme_is_right() {
    let (schema, api) = (toy::schema(), toy::api());
    let mut table = "| Request | async-graphql | with this crate |\n|---|---|---|\n".to_owned();
    for (what, shown, query) in cases() {
        let calls = toy::Calls::default();
        let request = || Request::new(query.as_str()).data(calls.clone());
        let plain = schema.execute(request()).await;
        let mut plain = cell(&serde_json::to_string(&plain).unwrap());
        match calls.count() {
            0 => {}
            count => plain += &format!(", after {count} calls of the resolver"),
        }
        let reply = api.execute(request(), "r1").await;
        let reply = cell(&serde_json::to_string(&reply).unwrap());
        let shown = match shown {
            "" => format!("`{query}`"),
            text => text.trim().to_owned(),
        };
        table += &format!("| {what}: {shown} | {plain} | {reply} |\n");
    }
    assert!(overflows_without_the_crate());
    let reply = api.execute(overflowing().into(), "r1").await;
    let reply = cell(&serde_json::to_string(&reply).unwrap());
    let what =
        "Five hundred nested input objects, in a debug build: `{ filter(filter: {inner:{inner:…`";
    table += &format!("| {what} | the stack overflows and the process aborts | {reply} |\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(START).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, format!("{before}{START}{table}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(found, table, "set {UPDATE}=1 to write it");
}

fn overflowing() -> String {
    let (open, close) = ("{inner:".repeat(500), "}".repeat(500));
    format!("{{ filter(filter: {open}{{}}{close}) }}")
}

/// Set in a process that may abort.
const ALONE: &str = "EXECUTE_WITHOUT_LIMITS";

/// Whether a process of its own aborts when async-graphql alone executes [`overflowing`].
fn overflows_without_the_crate() -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    let test = "comparison::executes_without_limits_in_a_process_of_its_own";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    output.status.signal().is_some() && stderr.contains("overflowed its stack")
}

#[test]
fn executes_without_limits_in_a_process_of_its_own() {
    if std::env::var_os(ALONE).is_some() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.build().unwrap();
        let response = runtime.block_on(toy::schema().execute(overflowing()));
        panic!("no overflow, but {response:?}");
    }
}
