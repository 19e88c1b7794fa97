//! The response, in the same shape as that of the GraphQL query.

use crate::queries::{self, PAGE};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
pub(crate) struct Answer {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    workspace: Workspace,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Workspace {
    team_summary: TeamSummary,
    members: Members,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TeamSummary {
    total_users: i64,
    active_now: i64,
    pending_invites: i64,
    expired_invites: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    nodes: Vec<Member>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    name: String,
    email: String,
    role: &'static str,
    status: String,
    #[serde(serialize_with = "rfc3339")]
    last_active_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "rfc3339")]
    invite_sent_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl Answer {
    /// Builds the response from the database rows.
    pub(crate) fn new(
        summary: queries::Summary,
        mut rows: Vec<queries::Member>,
    ) -> serde_json::Result<Answer> {
        let has_next_page = rows.len() > PAGE;
        rows.truncate(PAGE);
        let end_cursor = rows.last().map(cursor).transpose()?;
        let workspace = Workspace {
            team_summary: TeamSummary {
                total_users: summary.active + summary.pending,
                active_now: summary.active,
                pending_invites: summary.pending,
                expired_invites: summary.expired,
            },
            members: Members {
                nodes: rows.into_iter().map(Member::from).collect(),
                page_info: PageInfo {
                    has_next_page,
                    end_cursor,
                },
            },
        };
        Ok(Answer {
            data: Data { workspace },
        })
    }
}

impl From<queries::Member> for Member {
    fn from(row: queries::Member) -> Member {
        let name = format!("{} {}", row.first_name, row.last_name);
        Member {
            name: match name.trim() {
                "" => row.email.clone(),
                name => name.to_owned(),
            },
            email: row.email,
            role: match row.role {
                1 => "WORKSPACE_ADMIN",
                2 => "GATEWAY_OPERATOR",
                _ => "SECURITY_AUDITOR",
            },
            status: row.status,
            last_active_at: Some(row.last_active_at).filter(|at| *at > DateTime::UNIX_EPOCH),
            invite_sent_at: row.invite_sent_at,
        }
    }
}

/// Returns the product's cursor of a member in a list ordered by name.
fn cursor(row: &queries::Member) -> serde_json::Result<String> {
    let place = serde_json::json!({ "t": (0, &row.name_key, row.user_id) });
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&place)?))
}

fn rfc3339<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true)),
        None => serializer.serialize_none(),
    }
}
