//! The outbox: mails to send, without secrets.
//!
//! It is a table of this program and not a job queue library's, because a mail must be written in
//! the transaction of its change on both engines, and admins see its delivery state.

use crate::db::Writer;
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use entity::outbox::{self, MailPriority, MailState};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The content of a mail in the outbox. Invitations and resets are looked up when the mail is
/// rendered, so the mail describes their current state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailKind {
    /// The invitations that refer to this mail.
    Invitation,
    /// An existing account was added to workspaces.
    Added {
        by: String,
        workspaces: Vec<AddedTo>,
    },
    /// The password reset that refers to this mail, and the admin who requested it, if any.
    PasswordReset { by: Option<RequestedBy> },
    /// A password was changed and sessions were ended.
    PasswordChanged { at: DateTime<Utc> },
    /// An invitee requests a new invitation.
    NewInvitationRequested {
        invitee: String,
        workspaces: Vec<String>,
        /// The slug of the first workspace that still exists.
        slug: Option<String>,
    },
}

impl MailKind {
    /// Returns the priority of the mail: a single mail goes before bulk mail.
    fn priority(&self, is_one: bool) -> MailPriority {
        match self {
            MailKind::PasswordReset { .. } | MailKind::PasswordChanged { .. } => {
                MailPriority::Urgent
            }
            _ if is_one => MailPriority::Single,
            _ => MailPriority::Bulk,
        }
    }
}

/// Returns the domain of an email address in ASCII (RFC 5891), or in lowercase if it has no ASCII
/// form.
fn domain(email: &str) -> String {
    let domain = email.rsplit('@').next().unwrap_or_default();
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
}

/// A workspace and the role in it, by their display names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedTo {
    pub workspace: String,
    pub role: String,
}

/// The admin who requested a reset, and the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedBy {
    pub name: String,
    pub workspace: String,
}

/// A mail to put into the outbox.
#[derive(Clone, Debug)]
pub struct OutboxMail {
    id: Uuid,
    name: String,
    email: String,
    kind: MailKind,
}

impl OutboxMail {
    /// Creates a mail to one person; `name` may be empty.
    pub fn new(name: impl Into<String>, email: impl Into<String>, kind: MailKind) -> OutboxMail {
        OutboxMail {
            id: Uuid::now_v7(),
            name: name.into(),
            email: email.into(),
            kind,
        }
    }

    /// Returns the ID of the mail, which its invitations or password reset refer to.
    pub fn id(&self) -> Uuid {
        self.id
    }
}

/// Puts mails into the outbox. Several mails at once are bulk mail.
pub async fn enqueue(
    writer: &Writer,
    now: DateTime<Utc>,
    mails: impl IntoIterator<Item = OutboxMail>,
) -> Result<()> {
    let mails: Vec<_> = mails.into_iter().collect();
    let is_one = mails.len() == 1;
    let mut rows = Vec::new();
    for mail in mails {
        rows.push(
            outbox::Model {
                id: mail.id,
                domain: domain(&mail.email),
                priority: mail.kind.priority(is_one),
                recipient_name: mail.name,
                recipient_email: mail.email,
                content: serde_json::to_value(&mail.kind).map_err(Error::internal)?,
                state: MailState::Queued,
                attempts: 0,
                created_at: now,
                next_attempt_at: now,
                deferred_since: None,
                claimed_by: None,
                claimed_until: None,
                sent_at: None,
                last_error: None,
            }
            .into_active_model(),
        );
    }
    if !rows.is_empty() {
        outbox::Entity::insert_many(rows)
            .exec_without_returning(writer)
            .await?;
    }
    Ok(())
}
