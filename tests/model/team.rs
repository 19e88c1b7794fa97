//! A team as shown by the API and as expected by the model.

use crate::api::Api;
use crate::request::person;
use model::{Actor, Key, Person, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const QUERY: &str = "query Q($id: ID) { workspace(id: $id) {
    name
    teamSummary { totalUsers activeNow pendingInvites expiredInvites }
    members(first: 100) { nodes { email role status name
        invitation { state sentCount inviter { email } } } } } }";

/// A workspace with its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    name: String,
    /// Total, active, pending, and expired members.
    summary: [u64; 4],
    members: BTreeMap<Person, Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    role: String,
    is_active: bool,
    name: String,
    invitation: Option<Invitation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Invitation {
    is_expired: bool,
    sent_count: u64,
    inviter: Person,
}

impl Team {
    /// Returns the team that the model expects.
    pub fn expected(state: &State, key: Key) -> Team {
        let workspace = &state.workspaces[&key];
        let members: BTreeMap<Person, Member> = workspace
            .members
            .iter()
            .map(|(person, member)| {
                let open = workspace.open(*person).map(|open| Invitation {
                    is_expired: open.is_expired(state.now),
                    sent_count: u64::from(open.sent_count),
                    inviter: open.inviter,
                });
                let member = Member {
                    role: member.role.code().to_owned(),
                    is_active: member.is_active,
                    name: member.name.clone(),
                    invitation: open,
                };
                (*person, member)
            })
            .collect();
        let count = |matches: fn(&Member) -> bool| {
            u64::try_from(members.values().filter(|member| matches(member)).count()).unwrap()
        };
        let expired = |member: &Member| member.invitation.as_ref().is_some_and(|i| i.is_expired);
        Team {
            name: workspace.name.clone(),
            summary: [
                count(|_| true),
                count(|member| member.is_active),
                count(|member| !member.is_active),
                count(expired),
            ],
            members,
        }
    }

    fn shown(workspace: &Value) -> Team {
        let summary = &workspace["teamSummary"];
        let keys = [
            "totalUsers",
            "activeNow",
            "pendingInvites",
            "expiredInvites",
        ];
        let nodes = workspace["members"]["nodes"].as_array().unwrap();
        Team {
            name: text(&workspace["name"]),
            summary: keys.map(|key| summary[key].as_u64().unwrap()),
            members: nodes.iter().map(Member::shown).collect(),
        }
    }
}

impl Member {
    fn shown(node: &Value) -> (Person, Member) {
        let invitation = &node["invitation"];
        let open = ["PENDING", "EXPIRED"];
        let state = invitation["state"].as_str();
        let invitation = state
            .filter(|state| open.contains(state))
            .map(|state| Invitation {
                is_expired: state == "EXPIRED",
                sent_count: invitation["sentCount"].as_u64().unwrap(),
                inviter: person(&text(&invitation["inviter"]["email"])).unwrap(),
            });
        let member = Member {
            role: text(&node["role"]),
            is_active: node["status"] == "ACTIVE",
            name: text(&node["name"]),
            invitation,
        };
        (person(&text(&node["email"])).unwrap(), member)
    }
}

fn text(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

impl Api {
    /// Reads a team as a member with access to all of it.
    pub async fn team(&self, url: &str, reader: Actor, key: Key) -> Team {
        let team = self.team_if_allowed(url, reader, key).await;
        team.unwrap_or_else(|reply| panic!("{reply:#}"))
    }

    /// Reads a team.
    ///
    /// # Errors
    /// The response if the reader may not see all of it.
    pub async fn team_if_allowed(&self, url: &str, reader: Actor, key: Key) -> Result<Team, Value> {
        let token = self.session(reader.person, reader.session);
        let id = self.ids.workspace_id(key).await;
        let variables = json!({ "id": id });
        let reply = self.query(url, token.as_deref(), QUERY, variables).await;
        if reply["errors"].is_null() && reply["data"]["workspace"].is_object() {
            return Ok(Team::shown(&reply["data"]["workspace"]));
        }
        Err(reply)
    }
}
