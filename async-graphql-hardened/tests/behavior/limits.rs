//! Nothing that a stranger sends may stop the process or hold a core.

use std::fmt::Write;

use async_graphql::{Request, Variables};
use serde_json::{Value, json};

use super::toy;

/// The stack of the runtime's worker threads.
const STACK: usize = 2 * 1024 * 1024;

/// Runs a query on a thread like those of the runtime; an overflow would abort the whole test run.
fn run(query: String, variables: Value) -> Value {
    let api = toy::api();
    let run = move || {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let reply = runtime.block_on(api.execute(request, ""));
        serde_json::to_value(&reply).unwrap()
    };
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread.spawn(run).unwrap().join().unwrap()
}

fn code(query: String) -> Value {
    run(query, json!({}))["errors"][0]["extensions"]["code"].clone()
}

#[test]
fn the_deepest_nesting_that_passes_the_scan_fits_the_stack() {
    for (open, close) in [("[", "]"), ("{inner:", "}"), ("{list:[", "]}")] {
        let levels = if open.len() == 7 && open.ends_with('[') {
            31
        } else {
            62
        };
        let query = format!(
            "{{ filter(filter: {}{}) }}",
            open.repeat(levels),
            close.repeat(levels)
        );
        run(query, json!({}));
    }
    let fields = format!(
        "{{ leaf {{ {} n {} }} }}",
        "child { ".repeat(62),
        "}".repeat(62)
    );
    assert_eq!(code(fields), "QUERY_TOO_COMPLEX");
    let fields = format!(
        "{{ leaf {{ {} n {} }} }}",
        "child { ".repeat(30),
        "}".repeat(30)
    );
    assert_eq!(code(fields), Value::Null);
    let inline = format!("{{ {} hello {} }}", "... { ".repeat(63), "}".repeat(63));
    assert_eq!(code(inline), "QUERY_TOO_COMPLEX");
    let ty = format!(
        "query($a: {}Int{}) {{ hello }}",
        "[".repeat(63),
        "]".repeat(63)
    );
    assert_eq!(code(ty), "BAD_INPUT");
}

#[test]
fn deep_fragments_fit_the_stack() {
    let mut query = "{ leaf { ...F0 } }".to_owned();
    for fragment in 0..19 {
        let (open, close) = ("child { ".repeat(14), "}".repeat(14));
        write!(
            query,
            " fragment F{fragment} on Leaf {{ {open} ...F{} {close} }}",
            fragment + 1
        )
        .unwrap();
    }
    assert_eq!(code(query), "QUERY_TOO_COMPLEX");
    // As many levels as the text has room for.
    for (fragments, levels) in [(500, 1), (40, 32), (20, 60)] {
        assert_eq!(code(chain(fragments, levels)), "QUERY_TOO_COMPLEX");
    }
    assert_eq!(code(chain(30, 0)), Value::Null);
    // An operation that leaves the chain out does not hide it.
    let unused = chain(500, 1).replacen("...F0", "n", 1);
    assert_eq!(code(unused), "BAD_INPUT");
}

/// Fragments that each spread the next one, that many levels of fields further down.
fn chain(fragments: usize, levels: usize) -> String {
    let mut query = "{ leaf { ...F0 } }".to_owned();
    let (open, close) = ("child { ".repeat(levels), "}".repeat(levels));
    for n in 0..fragments {
        let next = n + 1;
        write!(
            query,
            " fragment F{n} on Leaf {{ {open} ...F{next} {close} }}"
        )
        .unwrap();
    }
    write!(query, " fragment F{fragments} on Leaf {{ n }}").unwrap();
    query
}

/// A fragment for each component, spread by the component that it is in.
fn co_located(components: usize) -> String {
    let mut query = "{ leaf { ...C0 } }".to_owned();
    for n in 0..components {
        let children = (6 * n + 1..=6 * n + 6).filter(|child| *child < components);
        let children: String = children.map(|child| format!("...C{child} ")).collect();
        let below = match children.as_str() {
            "" => String::new(),
            children => format!("child {{ {children} }}"),
        };
        write!(query, " fragment C{n} on Leaf {{ id n {below} }}").unwrap();
    }
    query
}

#[test]
fn fragments_of_components_pass() {
    let reply = run(co_located(300), json!({}));
    assert_eq!(reply["errors"], Value::Null);
    let leaf = |below: usize| {
        let path = format!("/data/leaf{}/n", "/child".repeat(below));
        reply.pointer(&path).cloned()
    };
    assert_eq!((leaf(0), leaf(4)), (Some(json!(0)), Some(json!(4))));
    // One that is spread in three hundred places.
    let many = format!(
        "{{ {} }} fragment F on Leaf {{ n ...G }} fragment G on Leaf {{ id }}",
        "leaf { ...F ...F ...G }".repeat(100)
    );
    assert_eq!(code(many), Value::Null);
}

#[test]
fn deep_variables_fit_the_stack() {
    let mut filter = json!({});
    for _ in 0..120 {
        filter = json!({ "inner": filter });
    }
    let query = "query($f: Filter!) { filter(filter: $f) }".to_owned();
    assert_eq!(run(query, json!({ "f": filter }))["data"]["filter"], true);
}

/// Each fragment spreads the next twice, the last one has fields.
fn doubling(levels: usize, width: usize) -> String {
    let mut query = "{ ...F0 }".to_owned();
    for level in 0..levels {
        write!(
            query,
            " fragment F{level} on Query {{ ...F{n} ...F{n} }}",
            n = level + 1
        )
        .unwrap();
    }
    write!(
        query,
        " fragment F{levels} on Query {{ {} }}",
        "hello ".repeat(width)
    )
    .unwrap();
    query
}

#[test]
fn fragments_cannot_multiply() {
    assert_eq!(code(doubling(22, 1)), "QUERY_TOO_COMPLEX");
    assert_eq!(code(doubling(10, 3)), "QUERY_TOO_COMPLEX");
    assert_eq!(code(doubling(30, 1)), "QUERY_TOO_COMPLEX");
    assert_eq!(code(doubling(300, 1)), "QUERY_TOO_COMPLEX");
    let wide = (0..20).fold("{ ...F0 }".to_owned(), |query, n| {
        let next = format!("...F{} ", n + 1).repeat(90);
        format!("{query} fragment F{n} on Query {{ {next} }}")
    });
    assert_eq!(
        code(format!("{wide} fragment F20 on Query {{ hello }}")),
        "QUERY_TOO_COMPLEX"
    );
    assert_eq!(code(doubling(9, 1)), Value::Null);
    for cycle in [
        "{ ...A } fragment A on Query { ...A ...A }",
        "{ hello } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }",
    ] {
        assert_eq!(code(cycle.to_owned()), "BAD_INPUT");
    }
}

#[test]
fn introspection_cannot_multiply() {
    let nested = |n: usize| {
        let (open, close) = ("fields { type { ".repeat(n), "} } ".repeat(n));
        format!("{{ __schema {{ types {{ {open} name {close} }} }} }}")
    };
    assert_eq!(code(nested(2)), Value::Null);
    assert_eq!(code(nested(8)), "QUERY_TOO_COMPLEX");
    let aliased = |n: usize| {
        (0..n)
            .map(|i| format!("a{i}: fields {{ name }} "))
            .collect::<String>()
    };
    let wide = (0..10)
        .map(|i| format!("b{i}: types {{ {} }}", aliased(2)))
        .collect::<String>();
    assert_eq!(code(format!("{{ __schema {{ {wide} }} }}")), Value::Null);
    let fragments = "{ __schema { ...S } } fragment S on __Schema { types { ...T } }
        fragment T on __Type { fields { type { ...U ...U } } } fragment U on __Type { fields { type { ...V ...V } } }
        fragment V on __Type { fields { args { type { fields { name } } } } }";
    assert_eq!(code(fragments.to_owned()), "QUERY_TOO_COMPLEX");
}

#[test]
fn the_introspection_of_explorers_passes() {
    let query = include_str!("introspection.graphql").to_owned();
    let reply = run(query, json!({}));
    assert_eq!(reply["errors"], Value::Null);
    assert!(reply["data"]["__schema"]["types"].as_array().unwrap().len() > 10);
}

#[test]
fn variables_cannot_multiply() {
    let ids: Vec<Value> = (0..20_000).map(Value::from).collect();
    let query = |n: usize| format!("query($l: [Int!]!) {{ {} }}", "ints(list: $l) ".repeat(n));
    let reply = run(query(10), json!({ "l": ids }));
    assert_eq!(
        reply["errors"][0]["extensions"]["code"],
        "QUERY_TOO_COMPLEX"
    );
    assert_eq!(run(query(1), json!({ "l": ids }))["data"]["ints"], 20_000);
}

#[test]
fn a_query_wrong_everywhere_gets_few_errors() {
    let repeat = |item: fn(usize) -> String| (0..100).map(item).collect::<String>();
    let conflicts = repeat(|i| format!("leaf(n: {i}) "));
    let (open, close) = ("... { ".repeat(20), "}".repeat(20));
    let unknown = repeat(|i| format!("unknown{i} "));
    for query in [
        format!("{{ {open} {conflicts} {close} }}"),
        format!("{{ {unknown} }}"),
    ] {
        let reply = run(query, json!({}));
        assert_eq!(reply["errors"].as_array().unwrap().len(), 20);
        assert_eq!(reply["errors"][0]["extensions"]["code"], "BAD_INPUT");
    }
}
