//! Translates the model's operations to requests of the API.

use crate::api::Api;
use model::{Actor, Invitee, Key, Operation, Outcome, Person};
use serde_json::{Value, json};

/// A mutation.
pub struct Request {
    pub mutation: &'static str,
    pub input: Value,
    pub token: Option<String>,
}

/// Returns the password of a key.
pub fn password(key: Key) -> String {
    format!("plum kettle {} orbit sundial", key.0)
}

impl Request {
    /// Returns the document.
    pub fn query(&self) -> String {
        let mutation = self.mutation;
        let selection = match mutation {
            "inviteUsers" | "assignToWorkspaces" => "outcomes { result error { code } }",
            "changeRole" | "removeMember" => {
                "reassignedInvitations { email } revokedInvitations { email }"
            }
            "leaveWorkspace" => "reassignedInvitations { email }",
            "signIn" | "acceptInvitation" => "sessionToken",
            _ => "__typename",
        };
        format!(
            "mutation M($input: {}{}Input!) {{
                {mutation}(input: $input) {{ {selection} userErrors {{ code }} }}
            }}",
            mutation[..1].to_uppercase(),
            &mutation[1..]
        )
    }
}

impl Api {
    /// Returns the request of an operation, or `None` if its session or link is unknown.
    pub async fn request(&self, operation: &Operation) -> Option<Request> {
        use Operation as O;
        match operation {
            O::Invite { actor, .. } | O::Assign { actor, .. } => {
                self.inviting(*actor, operation).await
            }
            O::Resend { actor, .. }
            | O::Revoke { actor, .. }
            | O::ChangeRole { actor, .. }
            | O::Remove { actor, .. }
            | O::SendReset { actor, .. } => self.on_member(*actor, operation).await,
            O::Leave { actor, .. }
            | O::Create { actor, .. }
            | O::Update { actor, .. }
            | O::Switch { actor, .. } => self.on_workspace(*actor, operation).await,
            O::Rename { actor, .. }
            | O::ChangePassword { actor, .. }
            | O::SignOut { actor }
            | O::RevokeSession { actor, .. } => self.on_account(*actor, operation).await,
            _ => self.by_anybody(operation),
        }
    }

    async fn inviting(&self, actor: Actor, operation: &Operation) -> Option<Request> {
        let (mutation, input) = match operation {
            Operation::Invite {
                key,
                invitees,
                workspaces,
                ..
            } => (
                "inviteUsers",
                json!({
                    "invitees": invitees.iter().map(|i| invitee(*key, i)).collect::<Vec<_>>(),
                    "workspaceIds": self.workspace_ids(workspaces).await,
                }),
            ),
            Operation::Assign {
                from,
                person,
                to,
                role,
                ..
            } => (
                "assignToWorkspaces",
                json!({
                    "membershipId": self.ids.membership_id(*from, *person).await,
                    "workspaceIds": self.workspace_ids(to).await,
                    "role": role.code(),
                }),
            ),
            _ => return None,
        };
        self.signed_in(actor, mutation, input)
    }

    async fn on_member(&self, actor: Actor, operation: &Operation) -> Option<Request> {
        let (mutation, input) = match operation {
            Operation::Resend {
                workspace, person, ..
            } => (
                "resendInvitation",
                json!({ "invitationId": self.ids.invitation_id(*workspace, *person).await }),
            ),
            Operation::Revoke {
                workspace, person, ..
            } => (
                "revokeInvitation",
                json!({ "invitationId": self.ids.invitation_id(*workspace, *person).await }),
            ),
            Operation::ChangeRole {
                workspace,
                person,
                role,
                revoke,
                ..
            } => (
                "changeRole",
                json!({
                    "membershipId": self.ids.membership_id(*workspace, *person).await,
                    "role": role.code(),
                    "revokeTheirInvitations": revoke,
                }),
            ),
            Operation::Remove {
                workspace,
                person,
                revoke,
                ..
            } => (
                "removeMember",
                json!({
                    "membershipId": self.ids.membership_id(*workspace, *person).await,
                    "revokeTheirInvitations": revoke,
                }),
            ),
            Operation::SendReset {
                workspace, person, ..
            } => (
                "sendPasswordReset",
                json!({ "membershipId": self.ids.membership_id(*workspace, *person).await }),
            ),
            _ => return None,
        };
        self.signed_in(actor, mutation, input)
    }

    async fn on_workspace(&self, actor: Actor, operation: &Operation) -> Option<Request> {
        let (mutation, input) = match operation {
            Operation::Leave { workspace, .. } => (
                "leaveWorkspace",
                json!({ "workspaceId": self.ids.workspace_id(*workspace).await }),
            ),
            Operation::Create { key, .. } => {
                ("createWorkspace", json!({ "name": format!("W{}", key.0) }))
            }
            Operation::Update {
                key,
                workspace,
                lifetime_days,
                ..
            } => {
                let id = self.ids.workspace_id(*workspace).await;
                let input = match lifetime_days {
                    Some(days) => json!({ "workspaceId": id, "invitationLifetimeDays": days }),
                    None => json!({ "workspaceId": id, "name": format!("Renamed {}", key.0) }),
                };
                ("updateWorkspace", input)
            }
            Operation::Switch { workspace, .. } => (
                "switchWorkspace",
                json!({ "workspaceId": self.ids.workspace_id(*workspace).await }),
            ),
            _ => return None,
        };
        self.signed_in(actor, mutation, input)
    }

    async fn on_account(&self, actor: Actor, operation: &Operation) -> Option<Request> {
        let (mutation, input) = match operation {
            Operation::Rename { key, .. } => {
                let name = format!("U{}", key.0);
                (
                    "updateProfile",
                    json!({ "firstName": name, "lastName": "" }),
                )
            }
            Operation::ChangePassword { key, current, .. } => (
                "changePassword",
                json!({ "currentPassword": password(*current), "newPassword": password(*key) }),
            ),
            Operation::SignOut { .. } => ("signOut", json!({})),
            Operation::RevokeSession { session, .. } => {
                let token = self.session(actor.person, *session)?;
                let id = self.ids.session_id(&token).await;
                ("revokeSession", json!({ "sessionId": id }))
            }
            _ => return None,
        };
        self.signed_in(actor, mutation, input)
    }

    fn by_anybody(&self, operation: &Operation) -> Option<Request> {
        let mut token = None;
        let (mutation, input) = match *operation {
            Operation::SignIn {
                person,
                password: key,
                ..
            } => (
                "signIn",
                json!({
                    "email": person.email(), "password": password(key), "transport": "BEARER",
                }),
            ),
            Operation::Accept {
                key,
                person,
                mail,
                session,
            } => {
                if let Some(session) = session {
                    token = Some(self.session(person, session)?);
                }
                let input = json!({
                    "token": self.link(person, mail)?, "transport": "BEARER",
                    "firstName": format!("A{}", key.0), "lastName": "", "password": password(key),
                });
                ("acceptInvitation", input)
            }
            Operation::Decline { person, mail } => (
                "declineInvitation",
                json!({ "token": self.link(person, mail)? }),
            ),
            Operation::RequestInvitation { person, mail } => (
                "requestNewInvitation",
                json!({ "token": self.link(person, mail)? }),
            ),
            Operation::RequestReset { person } => {
                ("requestPasswordReset", json!({ "email": person.email() }))
            }
            Operation::ResetPassword { key, person, mail } => (
                "resetPassword",
                json!({ "token": self.link(person, mail)?, "newPassword": password(key) }),
            ),
            _ => return None,
        };
        Some(Request {
            mutation,
            input,
            token,
        })
    }

    fn signed_in(&self, actor: Actor, mutation: &'static str, input: Value) -> Option<Request> {
        let token = Some(self.session(actor.person, actor.session)?);
        Some(Request {
            mutation,
            input,
            token,
        })
    }

    async fn workspace_ids(&self, keys: &[Key]) -> Vec<String> {
        let mut ids = Vec::new();
        for key in keys {
            ids.push(self.ids.workspace_id(*key).await);
        }
        ids
    }
}

fn invitee(key: Key, invitee: &Invitee) -> Value {
    json!({
        "email": invitee.person.email(),
        "firstName": format!("N{}", key.0),
        "role": invitee.role.code(),
    })
}

/// Translates a response to the model's terms.
pub fn outcome(mutation: &str, reply: &Value) -> Outcome {
    if let Some(code) = reply["errors"][0]["extensions"]["code"].as_str() {
        return Outcome::Refused(code.to_owned());
    }
    let payload = &reply["data"][mutation];
    if let Some(code) = payload["userErrors"][0]["code"].as_str() {
        return Outcome::Problem(code.to_owned());
    }
    match mutation {
        "inviteUsers" | "assignToWorkspaces" => {
            let outcomes = payload["outcomes"].as_array().unwrap();
            Outcome::Results(outcomes.iter().map(result).collect())
        }
        "changeRole" | "removeMember" | "leaveWorkspace" => Outcome::Moved {
            transferred: people(&payload["reassignedInvitations"]),
            revoked: people(&payload["revokedInvitations"]),
        },
        _ => Outcome::Done,
    }
}

fn result(outcome: &Value) -> String {
    match outcome["error"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => outcome["result"].as_str().unwrap().to_owned(),
    }
}

/// Returns the people with these invitations in order.
fn people(invitations: &Value) -> Vec<Person> {
    let emails = invitations.as_array().into_iter().flatten();
    let mut people: Vec<Person> = emails
        .map(|invitation| person(invitation["email"].as_str().unwrap()).unwrap())
        .collect();
    people.sort_unstable();
    people
}

/// Returns the person with an address.
pub fn person(email: &str) -> Option<Person> {
    let number = email.strip_prefix('p')?.strip_suffix("@acme.example")?;
    number.parse().ok().map(Person)
}
