//! The rows that each field and mutation reads with ten and with a thousand rows in the database.
//! The work may only grow as far as the declared cost of the operation.
//!
//! Work is measured by PostgreSQL's `pg_stat_statements`: rows that statements return or change,
//! and blocks that they access. SQLite runs the same statements.

mod large_team;
mod operations;
mod work;
mod workspace;

use crate::support::engine::Engine;
use crate::support::{Server, golden, server};
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use operations::{By, OPERATIONS};
use serde_json::Value;
use std::fmt::Write as _;
use work::Work;
use workspace::Scene;

/// The number of rows of each kind, per round. A thousand rows reveal unpaged reads. Writing them
/// takes most of a minute; ten thousand take several minutes.
const ROUNDS: [usize; 2] = [10, 1_000];

/// Returns the numbers of rows. `TOKENVUE_TEST_GROWTH=100000` adds a round for the operations that
/// only read; it takes some minutes.
fn rounds() -> Vec<usize> {
    let wanted = std::env::var("TOKENVUE_TEST_GROWTH").ok();
    let further = wanted.map(|wanted| wanted.parse().unwrap());
    ROUNDS.into_iter().chain(further).collect()
}

/// The number of rows and blocks that one point of cost covers. A point is a few microseconds, as
/// is a row or a block.
const ROWS_PER_POINT: u64 = 1;
const BLOCKS_PER_POINT: u64 = 4;

/// The work that every request may take. Loading the viewer reads up to a thousand memberships.
/// PostgreSQL may choose to read a thousand members instead of a page of them, in two blocks each.
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

/// An operation that may take more work than its cost covers, for each of a limited number of rows.
/// A row is about ten rows and a hundred blocks of several tables and indexes.
struct Growth {
    name: &'static str,
    /// The work per row.
    each: Work,
    /// What limits the rows.
    limit: Limit,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    /// `TOKENVUE_OPEN_INVITATIONS`: 5,000 in a workspace. They are transferred or revoked in the
    /// transaction, because no invitation may be left without a responsible admin. Each was paid
    /// for when it was written: 50 points, as much as 200 blocks.
    OpenInvitations,
    /// `memberships::MAX_OF_USER`: 1,000 workspaces of a user, whose access histories get an event.
    Workspaces,
    /// 500 pending invitations, and those of the mail.
    PendingInvitations,
    /// A hundred memberships per transaction. All after the first hundred are changed after the
    /// response, one transaction at a time.
    Background,
}

impl Growth {
    const fn new(name: &'static str, limit: Limit, rows: u64, blocks: u64) -> Growth {
        let each = Work { rows, blocks };
        Growth { name, each, limit }
    }

    /// Returns how many of the rows of a round count.
    fn rows(&self, round: usize) -> u64 {
        let most = match self.limit {
            Limit::OpenInvitations => 5_000,
            Limit::Workspaces | Limit::Background => 1_000,
            Limit::PendingInvitations => 501,
        };
        most.min(round as u64)
    }
}

const KNOWN_GROWTH: [Growth; 6] = [
    Growth::new("changeRole", Limit::OpenInvitations, 4, 70),
    Growth::new("removeMember", Limit::OpenInvitations, 6, 130),
    Growth::new("leaveWorkspace", Limit::OpenInvitations, 4, 70),
    Growth::new("updateProfile", Limit::Background, 5, 130),
    Growth::new("acceptInvitation", Limit::PendingInvitations, 10, 190),
    Growth::new("signIn", Limit::Workspaces, 4, 35),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_grows_within_the_declared_cost() {
    server::run(Engine::Postgres, measure).await;
}

/// An operation with its work in each round.
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
    for rows in rounds() {
        scene.grow(rows).await;
        for (index, operation) in OPERATIONS.iter().enumerate() {
            if !ROUNDS.contains(&rows) && !operation.only_reads() {
                continue;
            }
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
    golden::check("api/growth.golden", &table(&lines, false));
}

/// Returns the response of an operation that failed, or succeeded unexpectedly.
fn problem(name: &str, reply: &Value) -> Option<String> {
    let fields = reply["data"].as_object().into_iter();
    let payloads = fields.flat_map(|fields| fields.values());
    let errors = payloads.filter_map(|payload| payload["userErrors"].as_array());
    let refused = errors.flatten().next().is_some();
    let as_expected = reply["errors"].is_null() && refused == name.starts_with("setUp");
    (!as_expected).then(|| reply.to_string().chars().take(300).collect())
}

fn too_much(line: &Line) -> Option<String> {
    let known = KNOWN_GROWTH.iter().find(|known| known.name == line.name);
    let base = base(line.by);
    let exceeds = |(round, work): (usize, &Work)| {
        let rows = known.map_or(0, |known| known.rows(round));
        let each = known.map_or(Work::default(), |known| known.each);
        work.rows > base.rows + line.cost * ROWS_PER_POINT + rows * each.rows
            || work.blocks > base.blocks + line.cost * BLOCKS_PER_POINT + rows * each.blocks
    };
    let Line {
        name, cost, work, ..
    } = line;
    let limit = known.map(|known| known.limit);
    rounds()
        .into_iter()
        .zip(work)
        .any(exceeds)
        .then(|| format!("{name}: costs {cost}, takes {work:?}, {limit:?}"))
}

/// Rounds a number of rows, because background work adds a few.
fn about(rows: u64) -> String {
    match rows {
        0..30 => "few".to_owned(),
        30..500 => "a page".to_owned(),
        _ => format!("{}000", (rows + 500) / 1000),
    }
}

fn table(lines: &[Line], blocks: bool) -> String {
    let mut text = format!("{:<40} {:>6}", "", "cost");
    let rounds = if blocks { rounds() } else { ROUNDS.to_vec() };
    for rows in &rounds {
        write!(text, " {rows:>8}").unwrap();
    }
    text.push('\n');
    for line in lines {
        write!(text, "{:<40} {:>6}", line.name, line.cost).unwrap();
        for work in line.work.iter().take(rounds.len()) {
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

/// Measured are all root fields, and all fields and arguments with a declared cost.
#[test]
fn every_field_with_a_cost_is_measured() {
    let schema = parse_schema(include_str!("../../../schema.graphql")).unwrap();
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
