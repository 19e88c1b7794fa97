//! The three SQL statements. sqlx prepares each once per connection.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Result};
use uuid::Uuid;

/// The number of members on a page.
pub(crate) const PAGE: usize = 50;
/// The idle lifetime of a session in days: the product's default.
const SESSION_IDLE_DAYS: i64 = 7;

const ROLE: &str = "SELECT m.role
    FROM sessions s
    JOIN memberships m ON m.user_id = s.user_id
    WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3
        AND m.workspace_id = $4 AND m.status = 'ACTIVE'";

const SUMMARY: &str = "SELECT
        coalesce(sum(members) FILTER (WHERE status = 'ACTIVE'), 0)::bigint AS active,
        coalesce(sum(members) FILTER (WHERE status = 'INVITED'), 0)::bigint AS pending,
        coalesce((SELECT invitations FROM expired_invitation_counts WHERE workspace_id = $1), 0)
            + (SELECT count(*) FROM invitations
                WHERE workspace_id = $1 AND state = 'PENDING' AND expires_at <= $2) AS expired
    FROM team_counts WHERE workspace_id = $1";

/// Selects one more than a page, to know whether there are more.
const MEMBERS: &str = "SELECT m.user_id, m.role, m.status, m.first_name, m.last_name, m.email,
        m.name_key, m.invite_sent_at, a.last_active_at
    FROM memberships m
    JOIN member_activity a ON a.workspace_id = m.workspace_id AND a.user_id = m.user_id
    WHERE m.workspace_id = $1
    ORDER BY m.name_key, m.user_id
    LIMIT 51";

#[derive(FromRow)]
pub(crate) struct Summary {
    pub(crate) active: i64,
    pub(crate) pending: i64,
    pub(crate) expired: i64,
}

#[derive(FromRow)]
pub(crate) struct Member {
    pub(crate) user_id: Uuid,
    pub(crate) role: i16,
    pub(crate) status: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) name_key: String,
    pub(crate) invite_sent_at: Option<DateTime<Utc>>,
    /// The Unix epoch means never.
    pub(crate) last_active_at: DateTime<Utc>,
}

/// Returns the role of a session's user in a workspace, or `None` if the session has ended or the
/// user is not a member.
pub(crate) async fn role(
    connection: &mut PgConnection,
    token_hash: &[u8],
    workspace: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<i16>> {
    sqlx::query_scalar(ROLE)
        .bind(token_hash)
        .bind(now)
        .bind(now - chrono::Duration::days(SESSION_IDLE_DAYS))
        .bind(workspace)
        .fetch_optional(connection)
        .await
}

/// Returns the team summary of a workspace.
pub(crate) async fn summary(
    connection: &mut PgConnection,
    workspace: Uuid,
    now: DateTime<Utc>,
) -> Result<Summary> {
    sqlx::query_as(SUMMARY)
        .bind(workspace)
        .bind(now)
        .fetch_one(connection)
        .await
}

/// Returns the first page of members by name, and one more.
pub(crate) async fn members(connection: &mut PgConnection, workspace: Uuid) -> Result<Vec<Member>> {
    sqlx::query_as(MEMBERS)
        .bind(workspace)
        .fetch_all(connection)
        .await
}
