//! Workspaces with people in them, created through the API.

use super::client::Client;
use super::server::Server;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokenvue::setup::{self, FirstAdmin};

/// The password of all test users.
pub const PASSWORD: &str = "plum kettle orbit sundial";

/// All fields of the outcomes of inviting.
pub const OUTCOMES: &str = "outcomes { email result workspace { id }
    membership { id name role status user { id } invitation { id state sentAt expiresAt } }
    error { code field retryAt } }";

/// A signed-in user.
#[derive(Clone)]
pub struct Person {
    pub email: String,
    pub client: Client,
    /// The membership in the workspace in which the person was created.
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
    /// Creates the first workspace of an installation, with Ana Admin as its admin.
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

    /// Creates another workspace with the same admin.
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

    /// Creates a member who was invited and has accepted, with a role like `SECURITY_AUDITOR`.
    pub async fn member(&self, name: &str, role: &str) -> Person {
        let email = format!("{}@acme.example", name.to_lowercase());
        self.invite(&email, name, role).await;
        let token = self.server.mail_to(&email).await.token();
        self.accept(&email, &token).await
    }

    /// Invites a person. Returns the outcome.
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

    /// Returns the same workspace with another person as the actor.
    pub fn by(&self, person: &Person) -> Team {
        Team {
            admin: person.clone(),
            ..self.clone()
        }
    }

    /// Returns the same team through another server.
    pub fn at(&self, server: &Server) -> Team {
        let admin = Person {
            client: self.admin.client.at(&server.url),
            ..self.admin.clone()
        };
        Team {
            server: server.clone(),
            admin,
            ..self.clone()
        }
    }

    /// Returns the same team after its admin has signed in again, because sessions expire when a
    /// test moves the clock far.
    pub async fn later(&self) -> Team {
        let client = sign_in(&self.server, &self.admin.email).await;
        let admin = Person {
            client,
            ..self.admin.clone()
        };
        self.by(&admin)
    }

    /// Invites people to this workspace. Returns the payload.
    pub async fn invite_all(&self, invitees: Value) -> Value {
        self.invite_to(invitees, &[self]).await
    }

    /// Invites people to several workspaces.
    pub async fn invite_to(&self, invitees: Value, teams: &[&Team]) -> Value {
        let ids: Vec<&str> = teams
            .iter()
            .map(|team| team.workspace_id.as_str())
            .collect();
        let input = json!({ "invitees": invitees, "workspaceIds": ids });
        let client = &self.admin.client;
        client.mutate("inviteUsers", input, OUTCOMES).await
    }

    /// Changes a member's role. Returns the payload.
    pub async fn change_role(&self, membership_id: &str, role: &str) -> Value {
        let input = json!({ "membershipId": membership_id, "role": role });
        self.act("changeRole", input).await
    }

    /// Removes a member. Returns the payload.
    pub async fn remove(&self, membership_id: &str) -> Value {
        let input = json!({ "membershipId": membership_id });
        self.act("removeMember", input).await
    }

    /// Runs a mutation on a member as the admin. Returns the payload, including transferred and
    /// revoked invitations where it has them.
    pub async fn act(&self, mutation: &str, input: Value) -> Value {
        let transferred = "reassignedInvitations { id email inviter { email } }
            revokedInvitations { id email state }";
        let selection = match mutation {
            "changeRole" => format!("membership {{ role }} {transferred}"),
            "removeMember" => format!("removedMembershipId {transferred}"),
            "resendInvitation" | "revokeInvitation" => {
                "invitation { id state sentCount sentAt resendableAt }".to_owned()
            }
            _ => "membership { id }".to_owned(),
        };
        self.admin.client.mutate(mutation, input, &selection).await
    }

    /// Reads fields of the workspace as the admin.
    pub async fn read(&self, selection: &str) -> Value {
        let query = format!("query Q($id: ID) {{ workspace(id: $id) {{ {selection} }} }}");
        let variables = json!({ "id": self.workspace_id });
        let reply = self.admin.client.run(&query, variables).await;
        reply.data()["workspace"].clone()
    }

    /// Returns the member with an address, as the admin sees them.
    pub async fn member_with(&self, email: &str) -> Value {
        let selection = "members { nodes { id name email role status lastActiveAt inviteSentAt
            user { name firstName email status memberships { totalCount } }
            invitation { id state sentCount sentAt expiresAt resendableAt renewalAskedAt
                inviter { email } delivery { state attempts reason nextAttemptAt sentAt } } } }";
        let data = self.read(selection).await;
        let members = data["members"]["nodes"].as_array().unwrap();
        let found = members.iter().find(|member| member["email"] == email);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Accepts an invitation as a person without an account.
    pub async fn accept(&self, email: &str, token: &str) -> Person {
        let input = json!({ "token": token, "password": PASSWORD, "transport": "BEARER" });
        let anonymous = self.server.anonymous();
        let payload = anonymous
            .mutate("acceptInvitation", input, "sessionToken")
            .await;
        assert_eq!(payload["userErrors"], json!([]));
        let token = text(&payload["sessionToken"]);
        Person::signed_in(email, Client::new(&self.server.url, Some(token))).await
    }

    /// Returns the counts: total, active, pending, expired.
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
        Person {
            email: email.to_owned(),
            membership_id: text(&data["viewer"]["activeWorkspace"]["viewerMembership"]["id"]),
            user_id: text(&data["viewer"]["user"]["id"]),
            client,
        }
    }
}

/// Signs in with the password of all test users.
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

/// Returns a string of a response.
pub fn text(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// Returns a time of a response.
pub fn time(value: &Value) -> DateTime<Utc> {
    text(value).parse().unwrap()
}

/// Returns the results of inviting, in order.
pub fn results(payload: &Value) -> Vec<&str> {
    let outcomes = payload["outcomes"].as_array().unwrap();
    outcomes
        .iter()
        .map(|outcome| outcome["result"].as_str().unwrap())
        .collect()
}
