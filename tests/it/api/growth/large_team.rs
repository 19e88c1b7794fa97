//! The pages of a large team among many small ones.

use super::work::Counter;
use crate::support::engine::Engine;
use crate::support::{Server, Team, server};
use serde_json::json;
use tokenvue::graphql::id::GlobalId;

/// Inserts 5,000 workspaces of two members, and 3,000 active and 2,000 invited members of the same
/// role in one workspace. The invited ones are first by name.
const ROWS: &str = include_str!("large_team.sql");

/// The number of executions on two connections after which PostgreSQL may use a plan for all
/// workspaces: it plans the first five on each connection.
const WARM_UP: usize = 20;

/// The pages take at most 340. Skipping the invited members takes 600.
const MAX_BLOCKS: u64 = 450;

const LISTS: &[&str] = &[
    "first: 50",
    "last: 50",
    "orderBy: { field: EMAIL }",
    "orderBy: { field: ROLE }",
    "orderBy: { field: JOINED }",
    "orderBy: { field: LAST_ACTIVE }",
    "role: SECURITY_AUDITOR, status: ACTIVE",
    "role: SECURITY_AUDITOR, status: INVITED",
    "status: ACTIVE, orderBy: { field: LAST_ACTIVE }",
    "invitationState: PENDING",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_a_large_team_are_read_from_indexes() {
    server::run(Engine::Postgres, pages).await;
}

async fn pages(server: Server) {
    let team = Team::first(&server).await;
    let Some(GlobalId::Workspace(workspace)) = GlobalId::decode(&team.workspace_id) else {
        panic!("the workspace's id")
    };
    let counter = Counter::new(&server.database_url()).await;
    let rows = ROWS.replace("WORKSPACE", &workspace.to_string());
    counter.run(&rows).await;
    counter.run("VACUUM ANALYZE").await;
    let replica = server.replica(&["--database-connections", "2"]).await;
    let client = team.admin.client.at(&replica.server.url);
    let id = json!({ "id": team.workspace_id });
    let mut expensive = Vec::new();
    for list in LISTS {
        let query = format!(
            "query($id: ID!) {{ workspace(id: $id) {{ members({list}) {{ nodes {{ name }} }} }} }}"
        );
        for _ in 0..WARM_UP {
            client.run(&query, id.clone()).await.data();
        }
        replica.server.quiet().await;
        counter.reset().await;
        let data = client.run(&query, id.clone()).await.data();
        let nodes = &data["workspace"]["members"]["nodes"];
        assert_eq!(nodes.as_array().unwrap().len(), 50, "{list}");
        let blocks = counter.read().await.blocks;
        if blocks > MAX_BLOCKS {
            expensive.push(format!("{list}: {blocks} blocks"));
        }
    }
    replica.stop().await;
    // Checking thousands of workspaces after the test takes long.
    counter.run("TRUNCATE users, workspaces CASCADE").await;
    assert_eq!(expensive, [] as [String; 0]);
}
