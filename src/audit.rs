//! The audit log: changes in a workspace, and denied attempts.

use crate::actor::Actor;
use crate::db::Writer;
use crate::error::Result;
use chrono::{DateTime, Duration, DurationRound as _, Utc};
use entity::audit_event::{self, AuditOutcome};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::{Map, Value};
use uuid::{Builder, Uuid};

/// Rows per insert, far below the parameter limits of SQLite (32,766) and PostgreSQL (65,535).
const CHUNK: usize = 500;

/// The kinds of audit events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditKind {
    SignIn,
    InviteMember,
    AddMember,
    ResendInvitation,
    RevokeInvitation,
    AcceptInvitation,
    DeclineInvitation,
    ReassignInvitation,
    RequestNewInvitation,
    ChangeRole,
    RemoveMember,
    LeaveWorkspace,
    SendPasswordReset,
    ResetPassword,
    CreateWorkspace,
    UpdateWorkspace,
}

impl AuditKind {
    /// All kinds.
    pub const ALL: [AuditKind; 16] = [
        AuditKind::SignIn,
        AuditKind::InviteMember,
        AuditKind::AddMember,
        AuditKind::ResendInvitation,
        AuditKind::RevokeInvitation,
        AuditKind::AcceptInvitation,
        AuditKind::DeclineInvitation,
        AuditKind::ReassignInvitation,
        AuditKind::RequestNewInvitation,
        AuditKind::ChangeRole,
        AuditKind::RemoveMember,
        AuditKind::LeaveWorkspace,
        AuditKind::SendPasswordReset,
        AuditKind::ResetPassword,
        AuditKind::CreateWorkspace,
        AuditKind::UpdateWorkspace,
    ];

    /// Returns the name of the kind in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            AuditKind::SignIn => "SIGN_IN",
            AuditKind::InviteMember => "INVITE_MEMBER",
            AuditKind::AddMember => "ADD_MEMBER",
            AuditKind::ResendInvitation => "RESEND_INVITATION",
            AuditKind::RevokeInvitation => "REVOKE_INVITATION",
            AuditKind::AcceptInvitation => "ACCEPT_INVITATION",
            AuditKind::DeclineInvitation => "DECLINE_INVITATION",
            AuditKind::ReassignInvitation => "REASSIGN_INVITATION",
            AuditKind::RequestNewInvitation => "REQUEST_NEW_INVITATION",
            AuditKind::ChangeRole => "CHANGE_ROLE",
            AuditKind::RemoveMember => "REMOVE_MEMBER",
            AuditKind::LeaveWorkspace => "LEAVE_WORKSPACE",
            AuditKind::SendPasswordReset => "SEND_PASSWORD_RESET",
            AuditKind::ResetPassword => "RESET_PASSWORD",
            AuditKind::CreateWorkspace => "CREATE_WORKSPACE",
            AuditKind::UpdateWorkspace => "UPDATE_WORKSPACE",
        }
    }

    /// Returns the kind with this name, if there is one.
    pub fn from_code(code: &str) -> Option<AuditKind> {
        AuditKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// An audit event to write.
#[derive(Clone, Debug)]
pub struct Entry {
    workspace_id: Uuid,
    kind: AuditKind,
    outcome: AuditOutcome,
    subject: Option<(Uuid, String)>,
    details: Map<String, Value>,
    has_address: bool,
}

impl Entry {
    /// Creates an event for a change in a workspace.
    pub fn done(workspace_id: Uuid, kind: AuditKind) -> Entry {
        Entry {
            workspace_id,
            kind,
            outcome: AuditOutcome::Done,
            subject: None,
            details: Map::new(),
            has_address: true,
        }
    }

    /// Creates an event per workspace for a change to a user's account. If there are several, they
    /// omit the network address: the admins of one workspace must not learn from where a user works
    /// for another one.
    pub fn of_account(workspace_ids: &[Uuid], kind: AuditKind) -> impl Iterator<Item = Entry> {
        let has_address = workspace_ids.len() == 1;
        workspace_ids.iter().map(move |workspace_id| Entry {
            has_address,
            ..Entry::done(*workspace_id, kind)
        })
    }

    /// Creates an event for an attempt that was denied to the actor. Repeated attempts within an
    /// hour are one event with a count.
    pub fn refused(workspace_id: Uuid, kind: AuditKind) -> Entry {
        Entry {
            outcome: AuditOutcome::Refused,
            ..Entry::done(workspace_id, kind)
        }
    }

    /// Sets the user who was affected.
    pub fn to(mut self, user_id: Uuid, email: &str) -> Entry {
        self.subject = Some((user_id, email.to_owned()));
        self
    }

    /// Adds a detail.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Entry {
        self.details
            .insert(key.to_owned(), Value::String(value.into()));
        self
    }
}

/// Writes events, in the transaction of the change.
pub async fn record(
    writer: &Writer,
    now: DateTime<Utc>,
    actor: &Actor,
    entries: impl IntoIterator<Item = Entry>,
) -> Result<()> {
    let rows: Vec<_> = entries
        .into_iter()
        .enumerate()
        .map(|(nth, entry)| {
            let (subject_id, subject_label) = entry.subject.unzip();
            audit_event::Model {
                workspace_id: entry.workspace_id,
                id: new_id(now, nth),
                at: now,
                last_at: now,
                count: 1,
                hour: (entry.outcome == AuditOutcome::Refused).then(|| hour_of(now)),
                kind: entry.kind.code().to_owned(),
                outcome: entry.outcome,
                actor_id: Some(actor.user_id),
                actor_label: actor.label(),
                subject_id,
                subject_label: subject_label.unwrap_or_default(),
                details: Value::Object(entry.details),
                address: if entry.has_address {
                    actor.origin.address.clone()
                } else {
                    String::new()
                },
                request_id: actor.origin.request_id.clone(),
            }
            .into_active_model()
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        audit_event::Entity::insert_many(chunk.to_vec())
            .on_conflict(counted_again())
            .exec_without_returning(writer)
            .await?;
    }
    Ok(())
}

/// Returns a new event ID: the time in microseconds (RFC 9562, 6.2, method 3), then the position
/// among events that are written together, then random bits. IDs therefore sort by time, and a time
/// range is an ID range.
fn new_id(at: DateTime<Utc>, nth: usize) -> Uuid {
    let mut rest = [0; 8];
    rest.copy_from_slice(&Uuid::now_v7().as_bytes()[8..]);
    let [high, low] = u16::try_from(nth).unwrap_or(u16::MAX).to_be_bytes();
    // Two bits of the first byte are the variant.
    (rest[0], rest[1]) = (high & 0x3f, low);
    id_of(at, rest)
}

/// Returns the lowest ID that an event at this time or later can have.
pub fn first_id(at: DateTime<Utc>) -> Uuid {
    let at = at + Duration::nanoseconds(999);
    id_of(at, [0; 8])
}

fn id_of(at: DateTime<Utc>, rest: [u8; 8]) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let micros = u16::try_from(at.timestamp_subsec_micros() % 1000).unwrap_or_default();
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&micros.to_be_bytes());
    bytes[2..].copy_from_slice(&rest);
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// Returns the start of the hour that contains a time.
fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(Duration::hours(1)).unwrap_or(time)
}

/// Counts a denied attempt that was recorded in this hour; the details of the first one are kept.
fn counted_again() -> OnConflict {
    use audit_event::{Column, Entity};
    OnConflict::columns([
        Column::WorkspaceId,
        Column::ActorId,
        Column::Kind,
        Column::Hour,
    ])
    // As a literal: with a parameter, PostgreSQL could not prove that the partial index applies.
    .target_and_where(Expr::cust("outcome = 'REFUSED'"))
    .value(Column::Count, Expr::col((Entity, Column::Count)).add(1))
    .update_column(Column::LastAt)
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;

    #[test]
    fn ids_sort_by_time_and_position() {
        let at = |micros: i64| {
            Utc.timestamp_micros(1_790_000_000_000_000 + micros)
                .unwrap()
        };
        let ids: Vec<Uuid> = [
            (0, 0),
            (0, 1),
            (0, 300),
            (1, 0),
            (999, 0),
            (1_000, 0),
            (5_000_000, 0),
        ]
        .map(|(micros, nth)| new_id(at(micros), nth))
        .into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(first_id(at(1)) > ids[2] && first_id(at(1)) <= ids[3]);
        // Events have microsecond precision: half a microsecond later is the next one.
        let half = Duration::nanoseconds(500);
        assert_eq!(first_id(at(0) + half), first_id(at(1)));
        assert!(first_id(DateTime::<Utc>::MIN_UTC) < ids[0]);
    }
}
