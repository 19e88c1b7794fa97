//! Reads the audit log of a workspace in the model's terms.

use crate::api::Api;
use crate::request::person;
use model::{Actor, Entry, Key, Person, Refusal};
use serde_json::{Value, json};

const QUERY: &str = "query Q($id: ID, $after: String) { workspace(id: $id) {
    accessHistory(first: 100, after: $after) {
        nodes { kind outcome actor subject requestId details { key value } }
        pageInfo { hasNextPage endCursor } } } }";

/// The entries of an audit log.
pub struct AuditLog {
    /// Successful operations, the earliest first: the sorted entries of each request.
    pub done: Vec<Vec<Entry>>,
    pub refused: Vec<Refusal>,
}

impl Api {
    /// Reads the audit log as a member with the permission.
    pub async fn audit_log(&self, url: &str, reader: Actor, key: Key) -> AuditLog {
        let token = self.session(reader.person, reader.session);
        let mut nodes: Vec<Value> = Vec::new();
        let mut after = Value::Null;
        loop {
            let id = self.ids.workspace_id(key).await;
            let variables = json!({ "id": id, "after": after });
            let reply = self.query(url, token.as_deref(), QUERY, variables).await;
            let history = &reply["data"]["workspace"]["accessHistory"];
            assert!(history.is_object(), "{reply:#}");
            nodes.extend(history["nodes"].as_array().unwrap().iter().cloned());
            if history["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = history["pageInfo"]["endCursor"].clone();
        }
        // Lists start with the latest entry.
        nodes.reverse();
        AuditLog::of(key, &nodes)
    }

    /// Runs a query.
    pub async fn query(&self, url: &str, token: Option<&str>, query: &str, input: Value) -> Value {
        let body = json!({ "query": query, "variables": input });
        self.post(url, token, &body).await.unwrap()
    }
}

impl AuditLog {
    fn of(key: Key, nodes: &[Value]) -> AuditLog {
        let mut log = AuditLog {
            done: Vec::new(),
            refused: Vec::new(),
        };
        let mut latest = None;
        for node in nodes {
            let actor = in_label(node["actor"].as_str().unwrap());
            let kind = kind(node["kind"].as_str().unwrap());
            if node["outcome"] == "REFUSED" {
                log.refused.push(Refusal {
                    workspace: key,
                    kind,
                    actor,
                });
                continue;
            }
            let entry = Entry {
                workspace: key,
                kind,
                actor,
                subject: node["subject"].as_str().and_then(person),
                details: details(&node["details"]),
            };
            match log.done.last_mut() {
                Some(group) if latest == Some(&node["requestId"]) => group.push(entry),
                _ => log.done.push(vec![entry]),
            }
            latest = Some(&node["requestId"]);
        }
        for group in &mut log.done {
            group.sort();
        }
        log
    }
}

/// Returns the person with the address in `Name <address>`.
fn in_label(label: &str) -> Person {
    let address = label
        .rsplit('<')
        .next()
        .and_then(|end| end.strip_suffix('>'));
    person(address.unwrap()).unwrap_or_else(|| panic!("unknown person: {label}"))
}

fn details(details: &Value) -> Vec<(&'static str, String)> {
    let pairs = details.as_array().into_iter().flatten();
    let mut details: Vec<_> = pairs
        .map(|pair| {
            let key = pair["key"].as_str().unwrap();
            let value = pair["value"].as_str().unwrap().to_owned();
            (known(key, &KEYS), value)
        })
        .collect();
    details.sort();
    details
}

const KEYS: [&str; 5] = ["from", "to", "role", "name", "invitationLifetimeDays"];
const KINDS: [&str; 16] = [
    "SIGN_IN",
    "INVITE_MEMBER",
    "ADD_MEMBER",
    "RESEND_INVITATION",
    "REVOKE_INVITATION",
    "ACCEPT_INVITATION",
    "DECLINE_INVITATION",
    "REASSIGN_INVITATION",
    "REQUEST_NEW_INVITATION",
    "CHANGE_ROLE",
    "REMOVE_MEMBER",
    "LEAVE_WORKSPACE",
    "SEND_PASSWORD_RESET",
    "RESET_PASSWORD",
    "CREATE_WORKSPACE",
    "UPDATE_WORKSPACE",
];

fn kind(code: &str) -> &'static str {
    known(code, &KINDS)
}

fn known(text: &str, all: &[&'static str]) -> &'static str {
    let found = all.iter().find(|known| **known == text);
    found.unwrap_or_else(|| panic!("the model does not know {text}"))
}
