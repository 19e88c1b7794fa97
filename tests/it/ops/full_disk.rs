//! SQLite on a disk that is temporarily full.

use crate::support::program::{self, PROGRAM, Program};
use crate::support::volume::Volume;
use crate::support::{Client, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;

/// The number of concurrent clients.
const WRITERS: usize = 4;

/// The error code of requests that cannot be saved.
const CANNOT_SAVE: &str = "CANNOT_SAVE";

/// The responses that the clients received.
#[derive(Default)]
struct Record {
    acknowledged: BTreeSet<String>,
    refused: usize,
}

/// Clients that each invite one person after another.
struct Writers {
    record: Arc<Mutex<Record>>,
    over: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Writers {
    fn start(client: &Client) -> Writers {
        let mut writers = Writers {
            record: Arc::default(),
            over: Arc::default(),
            tasks: JoinSet::new(),
        };
        for writer in 0..WRITERS {
            let (record, over) = (writers.record.clone(), writers.over.clone());
            let client = client.clone();
            writers.tasks.spawn(async move {
                for n in 0.. {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    invite(&client, &format!("w{writer}-{n}@acme.example"), &record).await;
                }
            });
        }
        writers
    }

    fn acknowledged(&self) -> usize {
        self.record.lock().unwrap().acknowledged.len()
    }

    fn refused(&self) -> usize {
        self.record.lock().unwrap().refused
    }

    /// Waits for `count` more acknowledged invitations.
    async fn more(&self, count: usize) {
        let goal = self.acknowledged() + count;
        eventually("more acknowledged invitations", || async {
            (self.acknowledged() >= goal).then_some(())
        })
        .await;
    }

    async fn end(self) -> BTreeSet<String> {
        self.over.store(true, Ordering::SeqCst);
        self.tasks.join_all().await;
        std::mem::take(&mut self.record.lock().unwrap().acknowledged)
    }
}

async fn invite(client: &Client, email: &str, record: &Mutex<Record>) {
    let input = json!({ "invitees": [{ "email": email, "role": "SECURITY_AUDITOR" }] });
    let reply = client
        .try_mutate("inviteUsers", input, "outcomes { result }")
        .await;
    if reply.codes().is_empty() {
        let result = &reply.0["data"]["inviteUsers"]["outcomes"][0]["result"];
        assert_eq!(result, "INVITED", "{:#}", reply.0);
        record.lock().unwrap().acknowledged.insert(email.to_owned());
        return;
    }
    assert_eq!(reply.codes(), [CANNOT_SAVE], "{:#}", reply.0);
    record.lock().unwrap().refused += 1;
    // A refused client does not retry immediately.
    tokio::time::sleep(Duration::from_millis(5)).await;
}

/// Returns the addresses of all invited people.
async fn invited(client: &Client) -> BTreeSet<String> {
    let query = "query Q($after: String) { workspace { members(first: 100, after: $after,
        status: INVITED) { nodes { email } pageInfo { endCursor hasNextPage } } } }";
    let (mut found, mut after) = (BTreeSet::new(), Value::Null);
    loop {
        let data = client.run(query, json!({ "after": after })).await.data();
        let page = &data["workspace"]["members"];
        let nodes = page["nodes"].as_array().unwrap();
        found.extend(
            nodes
                .iter()
                .map(|node| node["email"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] != true {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn serve(volume: &Volume) -> Command {
    let mut command = volume.command(PROGRAM);
    command.arg("--data-dir").arg(volume.folder());
    command
}

/// Waits until `/readyz` returns the expected status.
async fn ready(program: &Program, expected: u16) {
    eventually("the expected readiness", || async {
        let (status, text) = program.readiness().await;
        if status == 503 {
            assert_eq!(text, "the database cannot save: the disk is full\n");
        }
        (status == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_a_full_disk() {
    let Some(volume) = Volume::new("8m") else {
        return;
    };
    program::bootstrap(volume.command(PROGRAM), volume.folder());
    let server = Program::start(serve(&volume)).await.unwrap();
    let admin = server.admin().await;
    let writers = Writers::start(&admin);
    writers.more(20).await;
    for _ in 0..3 {
        volume.fill();
        ready(&server, 503).await;
        let refused = writers.refused();
        eventually("refusals", || async {
            (writers.refused() >= refused + 5 * WRITERS).then_some(())
        })
        .await;
        // Operations that write nothing still work.
        assert!(admin.is_signed_in().await);
        volume.free();
        ready(&server, 200).await;
        writers.more(20).await;
    }
    let acknowledged = writers.end().await;
    server.kill();

    let server = Program::start(serve(&volume)).await.unwrap();
    let kept = invited(&server.admin().await).await;
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
    assert!(server.stop().await.success());
    let mut doctor = serve(&volume);
    assert!(doctor.arg("doctor").status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_a_full_disk_shuts_down() {
    let Some(volume) = Volume::new("8m") else {
        return;
    };
    program::bootstrap(volume.command(PROGRAM), volume.folder());
    let server = Program::start(serve(&volume)).await.unwrap();
    let writers = Writers::start(&server.admin().await);
    volume.fill();
    ready(&server, 503).await;
    writers.end().await;
    assert!(server.stop().await.success());
}
