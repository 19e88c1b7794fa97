//! A workspace with a given number of rows.

use super::operations::{By, Operation};
use super::work::{Counter, Work};
use crate::support::people::sign_in;
use crate::support::{Client, Reply, Server, Team};
use sea_orm::{ConnectionTrait as _, Statement};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::future::Future;
use tokenvue::graphql::id::GlobalId;
use tokenvue::token::Token;
use uuid::Uuid;

const ROWS: &str = include_str!("rows.sql");
const ACTORS: &str = include_str!("actors.sql");

/// The number of open invitations that the settings allow in a workspace.
const OPEN: usize = 5_000;
/// The most workspaces of one user: no operation reads more.
const WORKSPACES: usize = 1_000;

/// The workspace Acme with its admin Ana, and the other data of the test.
pub struct Scene {
    server: Server,
    team: Team,
    counter: Counter,
    rows: usize,
    admin: Client,
    ana: Client,
    leaver: Client,
    /// The values of the operations' variables by name.
    values: Vec<(String, String)>,
}

impl Scene {
    pub async fn new(server: &Server) -> Scene {
        let team = Team::first(server).await;
        Scene {
            counter: Counter::new(&server.database_url()).await,
            rows: 0,
            admin: team.admin.client.clone(),
            ana: team.admin.client.clone(),
            leaver: team.admin.client.clone(),
            values: Vec::new(),
            server: server.clone(),
            team,
        }
    }

    /// Adds rows until there are `rows` of each kind, and the data that the operations of a round
    /// need.
    pub async fn grow(&mut self, rows: usize) {
        let workspace = self.workspace();
        let Some(GlobalId::User(ana)) = GlobalId::decode(&self.team.admin.user_id) else {
            panic!("Ana's id")
        };
        let dan = format!("dan.of.{rows}@acme.example");
        let eve = format!("eve.of.{rows}@acme.example");
        self.ana = sign_in(&self.server, &self.team.admin.email).await;
        let team = Team {
            admin: crate::support::Person {
                client: self.ana.clone(),
                ..self.team.admin.clone()
            },
            ..self.team.clone()
        };
        for email in [&dan, &eve] {
            team.invite(email, "Dan", "SECURITY_AUDITOR").await;
        }
        let text = |sql: &str| {
            sql.replace("FROM_W", &self.rows.min(WORKSPACES).to_string())
                .replace("TO_W", &rows.min(WORKSPACES).to_string())
                .replace("LO", &self.rows.to_string())
                .replace("HI", &rows.to_string())
                .replace("OPEN", &rows.min(OPEN / 3).to_string())
                .replace("WORKSPACE", &workspace.to_string())
                .replace("ANA", &ana.to_string())
                .replace("NOW", "(now() - interval '1 hour')")
        };
        for statement in [text(ROWS), text(ACTORS)] {
            self.counter.run(&statement).await;
        }
        self.counter.run("VACUUM ANALYZE").await;
        self.rows = rows;
        self.leaver = self.session_of(3, rows).await;
        self.admin = self.session_of(4, rows).await;
        self.name_values(workspace, rows).await;
        for (name, email) in [("danToken", &dan), ("eveToken", &eve)] {
            let token = self.server.mail_to(email).await.token();
            self.values.push((name.to_owned(), token));
        }
        // Activity is recorded once a minute. This must not happen during the measurement.
        self.ana.get("{ workspace { id } }").await;
        self.leaver.get("{ workspace { id } }").await;
        self.admin.get("{ workspace { id } }").await;
        self.server.quiet().await;
    }

    fn workspace(&self) -> Uuid {
        match GlobalId::decode(&self.team.workspace_id) {
            Some(GlobalId::Workspace(id)) => id,
            _ => panic!("Acme's id"),
        }
    }

    /// Creates a session of one of the round's admins. Returns its client.
    async fn session_of(&self, admin: u8, rows: usize) -> Client {
        let token = Token::random().unwrap();
        let token = token.secret().expose_secret().to_owned();
        let sql = format!(
            "INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at,
                 address, user_agent)
             SELECT md5('session of b{admin}of {rows}')::uuid, md5('b{admin}of {rows}')::uuid,
                 sha256('{token}'::bytea), now(), now(), now() + interval '20 days', '', ''"
        );
        self.counter.run(&sql).await;
        Client::new(&self.server.url, Some(token))
    }

    async fn name_values(&mut self, workspace: Uuid, rows: usize) {
        let mut values = Vec::new();
        let mut add = |name: &str, id: GlobalId| values.push((name.to_owned(), id.encode().0));
        add("w", GlobalId::Workspace(workspace));
        for (name, key) in [
            ("p1", "u1".to_owned()),
            ("p3", "u3".to_owned()),
            ("b1", format!("b1of {rows}")),
            ("b2", format!("b2of {rows}")),
        ] {
            let user_id = self.uuid(&key).await;
            add(
                name,
                GlobalId::Membership {
                    workspace_id: workspace,
                    user_id,
                },
            );
        }
        for (name, n) in [("v1", 1), ("v2", 2)] {
            let id = self.uuid(&format!("v1.{n}of {rows}")).await;
            add(
                name,
                GlobalId::Invitation {
                    workspace_id: workspace,
                    id,
                },
            );
        }
        let assigned = if rows == 10 { 2 } else { rows - 1 };
        add(
            "w1",
            GlobalId::Workspace(self.uuid(&format!("w{assigned}")).await),
        );
        values.push(("n".to_owned(), rows.to_string()));
        let id = json!({ "id": self.team.workspace_id });
        let query = "query($id: ID!) { workspace(id: $id) { slug } }";
        let data = self.ana.run(query, id).await.data();
        let slug = data["workspace"]["slug"].as_str().unwrap();
        values.push(("slug".to_owned(), slug.to_owned()));
        let spare = sign_in(&self.server, &self.team.admin.email).await;
        let session = spare.get("{ viewer { session { id } } }").await;
        let session = session["viewer"]["session"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        values.push(("s1".to_owned(), session));
        self.values = values;
    }

    /// Returns the ID of the rows with this key.
    async fn uuid(&self, key: &str) -> Uuid {
        let db = &self.server.app.db;
        let sql = format!("SELECT md5('{key}')::uuid AS id");
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "id").unwrap()
    }

    /// Returns the variables of an operation.
    pub async fn variables(&mut self, operation: &Operation) -> Value {
        let uses_reset =
            operation.query.contains("$resetToken") || operation.input.contains("$resetToken");
        if uses_reset && !self.values.iter().any(|(name, _)| name == "resetToken") {
            let token = self.server.mail_to("p1@acme.example").await.token();
            self.values.push(("resetToken".to_owned(), token));
        }
        let mut input = operation.input.to_owned();
        // Longer names first, since `$w` is a prefix of `$w1`.
        let mut names: Vec<_> = self.values.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, value) in names {
            input = input.replace(&format!("${name}"), value);
        }
        let mut variables = serde_json::Map::new();
        for (name, value) in &self.values {
            if operation.query.contains(&format!("${name}:")) {
                variables.insert(name.clone(), json!(value));
            }
        }
        let input: Value = serde_json::from_str(&input).unwrap();
        if !input.is_null() {
            variables.insert("input".to_owned(), input);
        }
        variables.into()
    }

    /// Returns the client that runs an operation.
    pub fn client(&self, operation: &Operation) -> Client {
        match operation.by {
            By::Admin => self.admin.clone(),
            By::Ana => self.ana.clone(),
            By::Leaver => self.leaver.clone(),
            By::Visitor => self.server.anonymous(),
        }
    }

    /// Runs an operation and measures its work, including background work after the response.
    pub async fn during(&self, operation: impl Future<Output = Reply>) -> (Reply, Work) {
        self.server.quiet().await;
        self.counter.reset().await;
        let reply = operation.await;
        self.server.quiet().await;
        (reply, self.counter.read().await)
    }

    /// Deletes all rows, because checking many workspaces after the test takes long.
    pub async fn empty(&self) {
        let tables = "users, workspaces, throttles, outbox, link_tokens, team_counts";
        self.counter
            .run(&format!("TRUNCATE {tables} CASCADE"))
            .await;
    }
}
