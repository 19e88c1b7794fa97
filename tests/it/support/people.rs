//! Workspaces with people in them, made through the front door.

use super::client::Client;
use super::server::Server;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokenvue::account::setup::{self, FirstAdmin};

/// Everybody's password.
pub const PASSWORD: &str = "plum kettle orbit sundial";

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub email: String,
    pub client: Client,
    /// Their membership in the workspace that they were made in.
    pub membership_id: String,
    pub user_id: String,
}

/// A workspace and its first admin.
#[derive(Clone)]
pub struct Team {
    pub server: Server,
    pub workspace_id: String,
    pub admin: Person,
}

impl Team {
    /// The first workspace of an installation, with Ana Admin as its admin.
    pub async fn first(server: &Server) -> Team {
        let admin = FirstAdmin {
            email: "ana@acme.example".to_owned(),
            first_name: "Ana".to_owned(),
            last_name: "Admin".to_owned(),
            password: SecretString::from(PASSWORD),
            workspace: "Acme".to_owned(),
        };
        setup::bootstrap(&server.app, &admin).await.unwrap();
        let client = sign_in(server, &admin.email).await;
        Team::of(server, Person::signed_in(&admin.email, client).await).await
    }

    async fn of(server: &Server, admin: Person) -> Team {
        let data = admin
            .client
            .get("{ viewer { activeWorkspace { id } } }")
            .await;
        let workspace_id = data["viewer"]["activeWorkspace"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        Team {
            server: server.clone(),
            workspace_id,
            admin,
        }
    }

    /// Another workspace with the same admin.
    pub async fn another(&self, name: &str) -> Team {
        let payload = self
            .admin
            .client
            .mutate(
                "createWorkspace",
                json!({ "name": name }),
                "workspace { id }",
            )
            .await;
        let workspace_id = payload["workspace"]["id"].as_str().unwrap().to_owned();
        Team {
            workspace_id,
            ..self.clone()
        }
    }

    /// Somebody new who was invited and has accepted: `role` like `SECURITY_AUDITOR`.
    pub async fn member(&self, name: &str, role: &str) -> Person {
        let email = format!("{}@acme.example", name.to_lowercase());
        self.invite(&email, name, role).await;
        let token = self.server.mail_to(&email).await.token();
        self.accept(&email, &token).await
    }

    /// Invites somebody; gives the outcome.
    pub async fn invite(&self, email: &str, first_name: &str, role: &str) -> Value {
        let invitee = json!({ "email": email, "firstName": first_name, "role": role });
        let input = json!({ "invitees": [invitee], "workspaceIds": [self.workspace_id] });
        let selection = "outcomes { result error { code } membership { id status invitation { id state } user { id } } }";
        let payload = self
            .admin
            .client
            .mutate("inviteUsers", input, selection)
            .await;
        payload["outcomes"][0].clone()
    }

    /// Accepts an invitation as somebody without an account.
    pub async fn accept(&self, email: &str, token: &str) -> Person {
        let input = json!({ "token": token, "password": PASSWORD, "transport": "BEARER" });
        let anonymous = self.server.anonymous();
        let payload = anonymous
            .mutate("acceptInvitation", input, "sessionToken")
            .await;
        assert_eq!(payload["userErrors"], json!([]));
        let token = payload["sessionToken"].as_str().unwrap().to_owned();
        Person::signed_in(email, Client::new(&self.server.url, Some(token))).await
    }

    /// The counts: total, active, pending, expired.
    pub async fn summary(&self) -> [i64; 4] {
        let query = "query Q($id: ID) { workspace(id: $id) {
            teamSummary { totalUsers activeNow pendingInvites expiredInvites } } }";
        let reply = self
            .admin
            .client
            .run(query, json!({ "id": self.workspace_id }))
            .await;
        let summary = &reply.data()["workspace"]["teamSummary"];
        [
            "totalUsers",
            "activeNow",
            "pendingInvites",
            "expiredInvites",
        ]
        .map(|key| summary[key].as_i64().unwrap())
    }
}

impl Person {
    async fn signed_in(email: &str, client: Client) -> Person {
        let data = client
            .get("{ viewer { user { id } activeWorkspace { viewerMembership { id } } } }")
            .await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person {
            email: email.to_owned(),
            membership_id: text(&data["viewer"]["activeWorkspace"]["viewerMembership"]["id"]),
            user_id: text(&data["viewer"]["user"]["id"]),
            client,
        }
    }
}

/// Signs in with everybody's password.
pub async fn sign_in(server: &Server, email: &str) -> Client {
    let input = json!({ "email": email, "password": PASSWORD, "transport": "BEARER" });
    let payload = server
        .anonymous()
        .mutate("signIn", input, "sessionToken")
        .await;
    assert_eq!(payload["userErrors"], json!([]));
    Client::new(
        &server.url,
        Some(payload["sessionToken"].as_str().unwrap().to_owned()),
    )
}
