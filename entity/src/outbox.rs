//! `outbox`: mails to send, written in the transaction of the change that causes them.

use sea_orm::entity::prelude::*;

/// The state of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MailState {
    /// Waits for its first or next attempt.
    #[sea_orm(string_value = "QUEUED")]
    Queued,
    /// Accepted by the mail server.
    #[sea_orm(string_value = "SENT")]
    Sent,
    /// Given up: rejected permanently, or retried for too long.
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// Not sent, because its subject has ended.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
}

/// The priority of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum MailPriority {
    /// A mail that a user waits for: a password reset, or the notification of a changed password.
    #[sea_orm(num_value = 0)]
    Urgent,
    /// An invitation or notification to one person.
    #[sea_orm(num_value = 1)]
    Single,
    /// One of many mails of an operation.
    #[sea_orm(num_value = 2)]
    Bulk,
}

impl MailPriority {
    /// All priorities, highest first.
    pub const ALL: [MailPriority; 3] = [
        MailPriority::Urgent,
        MailPriority::Single,
        MailPriority::Bulk,
    ];

    /// Returns the number that represents this priority in the database.
    pub fn rank(self) -> i16 {
        match self {
            MailPriority::Urgent => 0,
            MailPriority::Single => 1,
            MailPriority::Bulk => 2,
        }
    }

    /// Returns the index in [`MailPriority::ALL`].
    pub fn index(self) -> usize {
        match self {
            MailPriority::Urgent => 0,
            MailPriority::Single => 1,
            MailPriority::Bulk => 2,
        }
    }

    /// Returns the name in metrics.
    pub fn label(self) -> &'static str {
        match self {
            MailPriority::Urgent => "urgent",
            MailPriority::Single => "single",
            MailPriority::Bulk => "bulk",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub recipient_name: String,
    pub recipient_email: String,
    /// The recipient's domain in ASCII, since mails in flight are limited per domain.
    pub domain: String,
    pub priority: MailPriority,
    /// The kind of the mail and its content, without secrets.
    pub content: Json,
    pub state: MailState,
    pub attempts: i32,
    pub created_at: DateTimeUtc,
    pub next_attempt_at: DateTimeUtc,
    /// When the mail was first postponed for a reason of its own.
    pub deferred_since: Option<DateTimeUtc>,
    /// The worker that is sending the mail.
    pub claimed_by: Option<Uuid>,
    /// When the worker's claim expires, by the database's clock.
    pub claimed_until: Option<DateTimeUtc>,
    pub sent_at: Option<DateTimeUtc>,
    /// The last error, for admins.
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
