//! Servers, teams, and the requests to measure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use std::net::SocketAddr;
use std::str::FromStr;
use uuid::Uuid;

/// The team page, as requested by the console.
const QUERY: &str = "query TeamPage($id: ID!) { workspace(id: $id) {
    teamSummary { totalUsers activeNow pendingInvites expiredInvites }
    members(first: 50) {
        nodes { name email role status lastActiveAt inviteSentAt }
        pageInfo { hasNextPage endCursor }
    }
} }";

/// A server under test, written `ADDRESS:PORT,PID`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) pid: i32,
}

/// A workspace and its signed-in admin, written `MEMBERS,WORKSPACE,TOKEN`.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) members: u32,
    workspace: Uuid,
    token: String,
}

/// The kind of request for the team page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    GraphQl,
    Plain,
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Server, String> {
        let (address, pid) = text.split_once(',').ok_or("not like ADDRESS:PORT,PID")?;
        Ok(Server {
            address: address.parse().map_err(|error| format!("{error}"))?,
            pid: pid.parse().map_err(|error| format!("{error}"))?,
        })
    }
}

impl FromStr for Team {
    type Err = String;

    fn from_str(text: &str) -> Result<Team, String> {
        let mut parts = text.splitn(3, ',');
        let mut next = || parts.next().ok_or("not like MEMBERS,WORKSPACE,TOKEN");
        Ok(Team {
            members: next()?.parse().map_err(|error| format!("{error}"))?,
            workspace: next()?.parse().map_err(|error| format!("{error}"))?,
            token: next()?.to_owned(),
        })
    }
}

impl Dialect {
    /// Returns the request for a team's page.
    ///
    /// # Errors
    /// If the team's token is not a valid header value.
    pub(crate) fn request(
        self,
        server: &Server,
        team: &Team,
    ) -> hyper::http::Result<Request<Full<Bytes>>> {
        let request = Request::builder()
            .header(HOST, server.address.to_string())
            .header(AUTHORIZATION, format!("Bearer {}", team.token));
        match self {
            Dialect::GraphQl => {
                let variables = serde_json::json!({ "id": global_id(team.workspace) });
                let body = serde_json::json!({ "query": QUERY, "variables": variables });
                request
                    .method("POST")
                    .uri("/graphql")
                    .header(CONTENT_TYPE, "application/json")
                    .body(Full::from(body.to_string()))
            }
            Dialect::Plain => request
                .uri(format!("/team?workspace={}", team.workspace))
                .body(Full::default()),
        }
    }
}

/// Returns the GraphQL ID of a workspace.
fn global_id(workspace: Uuid) -> String {
    let mut bytes = vec![b'w'];
    bytes.extend_from_slice(workspace.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}
