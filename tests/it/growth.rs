//! What each field and mutation reads with ten and with a thousand rows behind it: the work in the
//! database may only grow as far as the cost that the operation declares.
//!
//! Work is counted by PostgreSQL's `pg_stat_statements`: rows that statements return or change, and
//! blocks that they touch. SQLite runs the same statements.

mod operations;
mod scene;
mod work;

use crate::support::engine::Engine;
use crate::support::{Server, golden, server};
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use operations::{By, OPERATIONS};
use scene::Scene;
use serde_json::Value;
use std::fmt::Write as _;
use work::Work;

/// Rows of each kind, one round after the other. A thousand shows what is not paged, and writing them
/// takes most of a minute; ten thousand take several minutes.
const ROUNDS: [usize; 2] = [10, 1_000];

/// Rows and blocks that one point may stand for. A point is a few microseconds, and so is each of
/// them.
const ROWS_PER_POINT: u64 = 1;
const BLOCKS_PER_POINT: u64 = 4;

/// What every request may take. Loading the viewer reads up to a thousand memberships; PostgreSQL may
/// choose to read a thousand members rather than a page of them, in two blocks each.
const fn base(by: By) -> Work {
    match by {
        By::Ana => Work {
            rows: 1_010,
            blocks: 9_000,
        },
        By::Admin | By::Leaver | By::Visitor => Work {
            rows: 10,
            blocks: 2_000,
        },
    }
}

/// Known growth: what touches more blocks or rows than its cost says, or nearly, with a thousand rows
/// behind it.
const KNOWN_GROWTH: [&str; 7] = [
    // Pass on or revoke each open invitation of an admin: at most as many as a workspace may have
    // open, by its settings.
    "changeRole",
    "removeMember",
    "leaveWorkspace",
    // Changes the name in each of the user's memberships, most of them behind the answer, a hundred in
    // each transaction.
    "updateProfile",
    // Joins the workspaces that the user is invited to: 500, and those of the mail, at most.
    "acceptInvitation",
    // Record what happened in the history of each of the user's workspaces, 1,000 at most.
    "signIn",
    "resetPassword",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_grows_no_further_than_its_cost() {
    server::run(Engine::Postgres, measure).await;
}

/// One operation, and its work in each round.
struct Line {
    name: &'static str,
    by: By,
    cost: u64,
    work: Vec<Work>,
}

async fn measure(server: Server) {
    let strict = server.replica(&["--query-complexity", "1"]).await;
    let mut scene = Scene::new(&server).await;
    let mut lines: Vec<Line> = Vec::new();
    let mut failed: Vec<String> = Vec::new();
    for rows in ROUNDS {
        scene.grow(rows).await;
        for (index, operation) in OPERATIONS.iter().enumerate() {
            let variables = scene.variables(operation).await;
            let client = scene.client(operation);
            let at_strict = client.at(&strict.server.url);
            let refused = at_strict.run(operation.query, variables.clone()).await;
            let cost = refused.0["errors"][0]["extensions"]["cost"].as_u64();
            let cost = cost.unwrap_or_else(|| panic!("{}: {:#}", operation.name, refused.0));
            let (reply, work) = scene.during(client.run(operation.query, variables)).await;
            if let Some(problem) = problem(operation.name, &reply.0) {
                failed.push(format!("{}, {rows} rows: {problem}", operation.name));
            }
            if lines.len() == index {
                let name = operation.name;
                lines.push(Line {
                    name,
                    by: operation.by,
                    cost,
                    work: Vec::new(),
                });
            }
            lines[index].work.push(work);
        }
    }
    strict.stop().await;
    scene.empty().await;
    let beyond: Vec<String> = lines.iter().filter_map(too_much).collect();
    println!("{}", table(&lines, true));
    assert_eq!(failed, [] as [String; 0]);
    assert!(
        beyond.is_empty(),
        "work beyond the declared cost:\n{}",
        beyond.join("\n")
    );
    golden::check("growth.golden", &table(&lines, false));
}

/// Why an operation failed, or succeeded where it should not.
fn problem(name: &str, reply: &Value) -> Option<String> {
    let fields = reply["data"].as_object().into_iter();
    let payloads = fields.flat_map(|fields| fields.values());
    let errors = payloads.filter_map(|payload| payload["userErrors"].as_array());
    let refused = errors.flatten().next().is_some();
    let as_meant = reply["errors"].is_null() && refused == name.starts_with("setUp");
    (!as_meant).then(|| reply.to_string().chars().take(300).collect())
}

fn too_much(line: &Line) -> Option<String> {
    if KNOWN_GROWTH.contains(&line.name) {
        return None;
    }
    let base = base(line.by);
    let most = Work {
        rows: base.rows + line.cost * ROWS_PER_POINT,
        blocks: base.blocks + line.cost * BLOCKS_PER_POINT,
    };
    let mut all = line.work.iter();
    let exceeds = all.any(|work| work.rows > most.rows || work.blocks > most.blocks);
    let Line {
        name, cost, work, ..
    } = line;
    exceeds.then(|| format!("{name}: costs {cost}, takes {work:?}"))
}

/// About how many rows: a few more or less come from what runs in the background.
fn about(rows: u64) -> String {
    match rows {
        0..30 => "few".to_owned(),
        30..500 => "a page".to_owned(),
        _ => format!("{}000", (rows + 500) / 1000),
    }
}

fn table(lines: &[Line], blocks: bool) -> String {
    let mut text = format!("{:<40} {:>6}", "", "cost");
    for rows in ROUNDS {
        write!(text, " {rows:>8}").unwrap();
    }
    text.push('\n');
    for line in lines {
        write!(text, "{:<40} {:>6}", line.name, line.cost).unwrap();
        for work in &line.work {
            if blocks {
                write!(text, " {:>8}", work.rows).unwrap();
            } else {
                write!(text, " {:>8}", about(work.rows)).unwrap();
            }
        }
        for work in line.work.iter().filter(|_| blocks) {
            write!(text, " {:>8}", work.blocks).unwrap();
        }
        text.push('\n');
    }
    text
}

/// Root fields, and fields and arguments with a cost of their own, all have to be measured.
#[test]
fn nothing_is_left_out() {
    let schema = parse_schema(include_str!("../../schema.graphql")).unwrap();
    let texts: Vec<&str> = OPERATIONS.iter().map(|operation| operation.query).collect();
    let words: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()))
        .collect();
    let mut missing = Vec::new();
    for definition in &schema.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let name = definition.node.name.node.as_str();
        let TypeKind::Object(object) = &definition.node.kind else {
            continue;
        };
        for field in &object.fields {
            let field = &field.node;
            let has_cost = |directives: &[async_graphql::Positioned<
                async_graphql::parser::types::ConstDirective,
            >]| {
                directives
                    .iter()
                    .any(|directive| directive.node.name.node == "cost")
            };
            let is_root = ["Query", "Mutation"].contains(&name);
            if (is_root || has_cost(&field.directives))
                && !words.contains(&field.name.node.as_str())
            {
                missing.push(format!("{name}.{}", field.name.node));
            }
            for argument in &field.arguments {
                let argument = &argument.node;
                if has_cost(&argument.directives) && !words.contains(&argument.name.node.as_str()) {
                    missing.push(format!(
                        "{name}.{}({})",
                        field.name.node, argument.name.node
                    ));
                }
            }
        }
    }
    assert_eq!(missing, [] as [String; 0]);
}
