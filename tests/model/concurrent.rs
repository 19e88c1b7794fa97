//! Concurrent operations on one workspace: some order must explain each history, and the audit log
//! must be such an order.

use crate::api::{Answer, Api};
use crate::ids::Ids;
use crate::on_both_engines;
use crate::seed::Seed;
use crate::support::Server;
use crate::support::server::Replica;
use crate::team::Team;
use chrono::Duration;
use model::history::{Call, Unexplained, explain, explain_log};
use model::{Actor, Entry, Invitee, Key, Operation, Person, Role, State};
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Barrier;

on_both_engines!(one_order_explains_each_history);

const ANA: Person = Person(0);
const BEA: Person = Person(1);
const CYD: Person = Person(2);
const DOV: Person = Person(3);
/// Only reads the audit log.
const GUS: Person = Person(4);

const ROUNDS: u32 = 12;
/// The number of operations of each of the five people in a round. The check of longer histories
/// would take too long.
const OPERATIONS: usize = 3;

/// Two servers on one database, with the model's state.
struct Scene {
    api: Arc<Api>,
    servers: [Replica; 2],
    state: State,
    keys: u32,
}

/// The workspace of a round and the people who are new in it.
#[derive(Clone, Copy)]
struct Round {
    workspace: Key,
    /// Invited, has a link.
    eli: Person,
    /// Not yet invited.
    fay: Person,
}

fn actor(person: Person) -> Actor {
    let session = Key(u32::from(person.0) + 1);
    Actor { person, session }
}

impl Scene {
    async fn set(server: &Server) -> Scene {
        let flags = ["--mails-per-address", "100000"];
        let servers = [server.replica(&flags).await, server.replica(&flags).await];
        let api = Api::new(Ids::connect(&server.database_url()).await);
        let mut scene = Scene {
            api: Arc::new(api),
            servers,
            state: crate::setup::first(&server.app).await,
            keys: 100,
        };
        scene
            .run(Operation::SignIn {
                key: actor(ANA).session,
                person: ANA,
                password: Key(0),
            })
            .await;
        for (person, role) in [
            (BEA, Role::Admin),
            (CYD, Role::Admin),
            (DOV, Role::Operator),
            (GUS, Role::Auditor),
        ] {
            scene.invite(Key(0), &[Invitee { person, role }]).await;
            scene.api.read_mails(scene.url(0), person).await;
            let key = actor(person).session;
            let (mail, session) = (0, None);
            scene
                .run(Operation::Accept {
                    key,
                    person,
                    mail,
                    session,
                })
                .await;
        }
        scene
    }

    fn url(&self, server: usize) -> &str {
        &self.servers[server].server.url
    }

    fn key(&mut self) -> Key {
        self.keys += 1;
        Key(self.keys)
    }

    /// Runs an operation on its own.
    async fn run(&mut self, operation: Operation) {
        let answer = self.api.run(self.url(0), &operation).await;
        let expected = self.state.apply(&operation).outcome;
        assert_eq!(answer, Answer::Known(expected), "{operation:?}");
    }

    async fn invite(&mut self, workspace: Key, invitees: &[Invitee]) {
        let operation = Operation::Invite {
            key: self.key(),
            actor: actor(ANA),
            invitees: invitees.to_vec(),
            workspaces: vec![workspace],
        };
        self.run(operation).await;
    }

    /// Creates a workspace with the admins Ana, Bea, and Cyd.
    async fn begin(&mut self, server: &Server, round: u32) -> Round {
        let number = 10 + 2 * u8::try_from(round).unwrap();
        let round = Round {
            workspace: self.key(),
            eli: Person(number),
            fay: Person(number + 1),
        };
        let (key, actor) = (round.workspace, actor(ANA));
        self.run(Operation::Create { key, actor }).await;
        let member = |person, role| Invitee { person, role };
        let team = [
            member(BEA, Role::Admin),
            member(CYD, Role::Admin),
            member(DOV, Role::Operator),
            member(GUS, Role::Auditor),
        ];
        self.invite(key, &team).await;
        self.invite(key, &[member(round.eli, Role::Operator)]).await;
        self.api.read_mails(self.url(0), round.eli).await;
        // Long enough for Eli's invitation to be resent.
        server.advance(Duration::minutes(2));
        self.state.apply(&Operation::Advance { minutes: 2 });
        round
    }

    /// Runs the plans concurrently and returns their calls.
    async fn concurrently(&self, plans: Vec<Vec<Operation>>, rng: &mut StdRng) -> Vec<Call> {
        let clock = Arc::new(AtomicU64::new(0));
        let start = Arc::new(Barrier::new(plans.len()));
        let tasks: Vec<_> = plans
            .into_iter()
            .map(|plan| {
                let (api, clock, start) = (self.api.clone(), clock.clone(), start.clone());
                let url = self.url(rng.random_range(0..2)).to_owned();
                tokio::spawn(async move {
                    start.wait().await;
                    let mut calls = Vec::new();
                    for operation in plan {
                        calls.extend(record(&api, &url, &clock, operation).await);
                    }
                    calls
                })
            })
            .collect();
        let mut calls = Vec::new();
        for task in tasks {
            calls.extend(task.await.unwrap());
        }
        calls.sort_by_key(|call| call.start);
        calls
    }
}

async fn record(api: &Api, url: &str, clock: &AtomicU64, operation: Operation) -> Option<Call> {
    let start = clock.fetch_add(1, Ordering::SeqCst);
    let answer = api.run(url, &operation).await;
    let end = clock.fetch_add(1, Ordering::SeqCst);
    let outcome = match answer {
        Answer::Known(outcome) => Some(outcome),
        // The server hashes few passwords at once and may reject the request.
        Answer::Shed => return None,
        Answer::Lost | Answer::Unchanged | Answer::Unsent => panic!("{answer:?}: {operation:?}"),
    };
    Some(Call {
        operation,
        start,
        end,
        outcome,
    })
}

/// Chooses an operation of a current or former admin.
fn choose(rng: &mut StdRng, by: Person, round: Round, key: Key) -> Operation {
    let (actor, workspace) = (actor(by), round.workspace);
    let person = *[ANA, BEA, CYD, DOV].choose(rng).unwrap();
    let role = *[Role::Admin, Role::Operator, Role::Auditor]
        .choose(rng)
        .unwrap();
    let revoke = rng.random_bool(0.3);
    match rng.random_range(0..20) {
        0..7 => Operation::Invite {
            key,
            actor,
            invitees: vec![Invitee {
                person: *[round.fay, person].choose(rng).unwrap(),
                role,
            }],
            workspaces: vec![workspace],
        },
        7..12 => Operation::ChangeRole {
            actor,
            workspace,
            person,
            role,
            revoke,
        },
        12..15 => Operation::Remove {
            actor,
            workspace,
            person,
            revoke,
        },
        15 => Operation::Leave { actor, workspace },
        16..18 => Operation::Resend {
            actor,
            workspace,
            person: round.eli,
        },
        18 => Operation::Revoke {
            actor,
            workspace,
            person: *[round.eli, round.fay].choose(rng).unwrap(),
        },
        _ => Operation::Update {
            key,
            actor,
            workspace,
            lifetime_days: Some(rng.random_range(1..4)),
        },
    }
}

async fn one_order_explains_each_history(server: Server) {
    let seed = Seed::choose();
    let mut rng = seed.rng();
    let mut scene = Scene::set(&server).await;
    for n in 0..ROUNDS {
        let round = scene.begin(&server, n).await;
        let before = scene.state.clone();
        let logged = scene.log(round).await.len();
        let mut plans = Vec::new();
        for person in [ANA, BEA, CYD, DOV] {
            let plan = (0..OPERATIONS).map(|_| choose(&mut rng, person, round, scene.key()));
            plans.push(plan.collect());
        }
        let key = scene.key();
        let (person, mail, session) = (round.eli, 0, None);
        plans.push(vec![Operation::Accept {
            key,
            person,
            mail,
            session,
        }]);
        let calls = scene.concurrently(plans, &mut rng).await;
        let log = scene.log(round).await.split_off(logged);
        if let Err(unexplained) = explain(&before, &calls) {
            let what = "no order explains this history";
            panic!("{}", report(what, &seed, &calls, &log, &unexplained));
        }
        let order = explain_log(&before, &calls, &log).unwrap_or_else(|unexplained| {
            let what = "the audit log is not an order that explains this history";
            panic!("{}", report(what, &seed, &calls, &log, &unexplained))
        });
        for n in order {
            scene.state.apply(&calls[n].operation);
        }
        let team = scene.api.team(scene.url(0), actor(GUS), round.workspace);
        assert_eq!(team.await, Team::expected(&scene.state, round.workspace));
    }
    for replica in scene.servers {
        replica.stop().await;
    }
}

impl Scene {
    async fn log(&self, round: Round) -> Vec<Vec<Entry>> {
        let log = self
            .api
            .audit_log(self.url(0), actor(GUS), round.workspace)
            .await;
        log.done
    }
}

/// Formats a history for display.
fn report(
    what: &str,
    seed: &Seed,
    calls: &[Call],
    log: &[Vec<Entry>],
    unexplained: &Unexplained,
) -> String {
    let mut text = format!("{what} ({seed})\n");
    for (n, call) in calls.iter().enumerate() {
        let (start, end) = (call.start, call.end);
        let _ = writeln!(
            text,
            "{n:3}: {start:3}..{end:3} {:?}: {:?}",
            call.operation, call.outcome
        );
    }
    let _ = writeln!(
        text,
        "longest order that explains a part: {:?}",
        unexplained.longest
    );
    for entries in log {
        let _ = writeln!(text, "audit log: {entries:?}");
    }
    text
}
