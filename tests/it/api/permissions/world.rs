//! A workspace with every kind of viewer, and an outsider.

use crate::support::{Client, Person, Server, Team, people};
use chrono::Duration;
use serde_json::{Value, json};
use std::sync::Mutex;
use tokenvue::permissions::Role;
use tokenvue::team::invitation::expire;

/// The kinds of viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    Anonymous,
    /// A signed-in admin of another workspace.
    Outsider,
    /// Viewers with one of the three roles, who look at the rows of another member.
    Admin,
    Operator,
    Auditor,
    /// The operator, who has the fewest permissions, looking at their own rows.
    Oneself,
}

impl Asker {
    pub const ALL: [Asker; 6] = [
        Asker::Anonymous,
        Asker::Outsider,
        Asker::Admin,
        Asker::Operator,
        Asker::Auditor,
        Asker::Oneself,
    ];

    /// Returns the viewer's role, or `None` for viewers who are no members or look at their own
    /// rows.
    pub fn role(self) -> Option<Role> {
        match self {
            Asker::Admin => Some(Role::WorkspaceAdmin),
            Asker::Operator => Some(Role::GatewayOperator),
            Asker::Auditor => Some(Role::SecurityAuditor),
            Asker::Anonymous | Asker::Outsider | Asker::Oneself => None,
        }
    }
}

/// The people and rows of the test.
pub struct World {
    pub server: Server,
    /// The workspace under test. Its first admin prepares the data and is no test viewer.
    pub team: Team,
    /// Another workspace of all viewers except the outsider, with the same roles.
    pub beta: Team,
    pub outsider: Person,
    pub admin: Person,
    pub operator: Person,
    pub auditor: Person,
    /// The member whose rows the roles look at.
    pub colleague: Person,
    /// The token of an expired invitation.
    pub expired_token: String,
    /// The variables of the queries. `others` and `own` are the rows that `ids` can stand for.
    pub variables: Value,
    others: Value,
    own: Value,
    /// The kinds and actors of the members' denied attempts.
    pub refused: Mutex<Vec<(String, String)>>,
}

impl World {
    pub async fn build(server: &Server) -> World {
        let team = Team::first(server).await;
        let (expired_id, expired_token) = expired_invitation(&team).await;
        let colleague = team.member("Casey", "GATEWAY_OPERATOR").await;
        let admin = team.member("Ada", "WORKSPACE_ADMIN").await;
        let operator = team.member("Olaf", "GATEWAY_OPERATOR").await;
        let auditor = team.member("Aude", "SECURITY_AUDITOR").await;
        let beta = team.another("Beta").await;
        for (person, role) in [
            (&admin, "WORKSPACE_ADMIN"),
            (&operator, "GATEWAY_OPERATOR"),
            (&auditor, "SECURITY_AUDITOR"),
        ] {
            beta.invite(&person.email, "", role).await;
        }
        let globex = team.another("Globex").await;
        let outsider = globex.member("Otto", "WORKSPACE_ADMIN").await;
        let mut world = World {
            server: server.clone(),
            variables: Value::Null,
            others: Value::Null,
            own: Value::Null,
            refused: Mutex::default(),
            team,
            beta,
            outsider,
            admin,
            operator,
            auditor,
            colleague,
            expired_token,
        };
        world.gather(expired_id).await;
        world
    }

    async fn gather(&mut self, expired_id: Value) {
        let pending = self.fresh_invitee().await;
        self.variables = json!({
            "workspace": self.team.workspace_id,
            "membership": self.colleague.membership_id,
            "token": self.server.mail_to(&pending.email).await.token(),
            "resetToken": self.reset_token().await,
            "invite": {
                "workspaceIds": [self.team.workspace_id],
                "invitees": [{ "email": "new@acme.example", "role": "SECURITY_AUDITOR" }],
            },
        });
        self.others = json!({
            "users": [self.colleague.user_id],
            "memberships": [self.colleague.membership_id, pending.membership_id],
            "invitations": [pending.invitation_id, expired_id, self.accepted(&self.colleague).await],
            "sessions": [session_id(&self.colleague.client).await],
            "events": [self.event_about(&self.colleague).await],
        });
        self.own = json!({
            "users": [self.operator.user_id],
            "memberships": [self.operator.membership_id],
            "invitations": [self.accepted(&self.operator).await],
            "sessions": [session_id(&self.operator.client).await],
            "events": [self.event_about(&self.operator).await],
        });
    }

    pub fn person(&self, asker: Asker) -> Option<&Person> {
        match asker {
            Asker::Anonymous => None,
            Asker::Outsider => Some(&self.outsider),
            Asker::Admin => Some(&self.admin),
            Asker::Operator | Asker::Oneself => Some(&self.operator),
            Asker::Auditor => Some(&self.auditor),
        }
    }

    pub fn client(&self, asker: Asker) -> Client {
        self.person(asker)
            .map_or_else(|| self.server.anonymous(), |person| person.client.clone())
    }

    /// Returns the rows of a kind that a viewer looks at.
    pub fn rows(&self, asker: Asker, kind: &str) -> &Value {
        match asker {
            Asker::Oneself => &self.own[kind],
            _ => &self.others[kind],
        }
    }

    /// Returns the target of a viewer's mutations: the colleague, or the viewer.
    pub fn target(&self, asker: Asker) -> &Person {
        match asker {
            Asker::Oneself => &self.operator,
            _ => &self.colleague,
        }
    }

    /// Invites a new person.
    pub async fn fresh_invitee(&self) -> Invitee {
        let email = format!("{}@acme.example", uuid::Uuid::now_v7().simple());
        let outcome = self.team.invite(&email, "Ivy", "GATEWAY_OPERATOR").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Invitee {
            membership_id: text(&outcome["membership"]["id"]),
            invitation_id: text(&outcome["membership"]["invitation"]["id"]),
            email,
        }
    }

    /// Sends the colleague a password reset. Returns its token.
    pub async fn reset_token(&self) -> String {
        let input = json!({ "membershipId": self.colleague.membership_id });
        let admin = &self.team.admin.client;
        let payload = admin.mutate("sendPasswordReset", input, "").await;
        assert_eq!(payload["userErrors"], json!([]));
        self.server.mail_to(&self.colleague.email).await.token()
    }

    /// Returns the ID of the invitation that a member accepted.
    async fn accepted(&self, person: &Person) -> Value {
        let nodes = self
            .listed("invitations(state: ACCEPTED) { nodes { id email } }")
            .await;
        let of_theirs = |node: &&Value| node["email"] == person.email.as_str();
        nodes.iter().find(of_theirs).unwrap()["id"].clone()
    }

    /// Returns the ID of the audit event of a member's invitation.
    async fn event_about(&self, person: &Person) -> Value {
        let selection = "accessHistory(kind: INVITE_MEMBER) { nodes { id subjectId } }";
        let nodes = self.listed(selection).await;
        let about = |node: &&Value| node["subjectId"] == person.user_id.as_str();
        nodes.iter().find(about).unwrap()["id"].clone()
    }

    async fn listed(&self, selection: &str) -> Vec<Value> {
        let query = format!("query($id: ID) {{ workspace(id: $id) {{ list: {selection} }} }}");
        let variables = json!({ "id": self.team.workspace_id });
        let data = self.team.admin.client.run(&query, variables).await.data();
        data["workspace"]["list"]["nodes"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Asserts that the access history counts each denied attempt of a member.
    pub async fn assert_refused_attempts_are_recorded(&self) {
        let selection =
            "accessHistory(outcome: REFUSED, first: 100) { nodes { kind actorId count } }";
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let nodes = self.listed(selection).await;
        let mut recorded: Vec<_> = nodes
            .iter()
            .flat_map(|node| {
                let count = usize::try_from(node["count"].as_u64().unwrap()).unwrap();
                std::iter::repeat_n((text(&node["kind"]), text(&node["actorId"])), count)
            })
            .collect();
        let mut refused = self.refused.lock().unwrap().clone();
        recorded.sort_unstable();
        refused.sort_unstable();
        assert!(!refused.is_empty());
        assert_eq!(recorded, refused);
    }
}

/// A person who has not accepted yet.
pub struct Invitee {
    pub email: String,
    pub membership_id: String,
    pub invitation_id: String,
}

/// Returns the ID of a client's session.
pub async fn session_id(client: &Client) -> Value {
    client.get("{ viewer { session { id } } }").await["viewer"]["session"]["id"].clone()
}

/// Creates another session of a person.
pub async fn another_session(server: &Server, person: &Person) -> Client {
    people::sign_in(server, &person.email).await
}

/// Creates an expired invitation with a request for a new one. Returns its ID and token.
async fn expired_invitation(team: &Team) -> (Value, String) {
    let admin = &team.admin.client;
    let lifetime = async |days: Value| {
        let input = json!({ "workspaceId": team.workspace_id, "invitationLifetimeDays": days });
        admin.mutate("updateWorkspace", input, "").await;
    };
    lifetime(json!(1)).await;
    let outcome = team
        .invite("late@acme.example", "Lea", "SECURITY_AUDITOR")
        .await;
    lifetime(Value::Null).await;
    let token = team.server.mail_to("late@acme.example").await.token();
    team.server.advance(Duration::hours(25));
    expire::mark_expired(&team.server.app).await.unwrap();
    let input = json!({ "token": token });
    let anonymous = team.server.anonymous();
    let payload = anonymous
        .mutate("requestNewInvitation", input, "accepted")
        .await;
    assert_eq!(payload["accepted"], true);
    (outcome["membership"]["invitation"]["id"].clone(), token)
}
