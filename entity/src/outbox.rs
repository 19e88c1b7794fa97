//! `outbox`: mails to send, written in the transaction of the change that causes them.

use sea_orm::entity::prelude::*;

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MailState {
    /// Waits for its first or next attempt.
    #[sea_orm(string_value = "QUEUED")]
    Queued,
    /// Handed over to the mail server.
    #[sea_orm(string_value = "SENT")]
    Sent,
    /// Given up: refused for good, or tried for too long.
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// No longer wanted: what it was about has ended.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
}

/// Which mails go before which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum MailPriority {
    /// Somebody waits for it: a password reset, or the notice of a changed password.
    #[sea_orm(num_value = 0)]
    Urgent,
    /// An invitation or notice to one person.
    #[sea_orm(num_value = 1)]
    Single,
    /// One of many.
    #[sea_orm(num_value = 2)]
    Bulk,
}

impl MailPriority {
    /// All priorities, the first to be sent first.
    pub const ALL: [MailPriority; 3] = [
        MailPriority::Urgent,
        MailPriority::Single,
        MailPriority::Bulk,
    ];

    /// The number this priority is stored as.
    pub fn rank(self) -> i16 {
        match self {
            MailPriority::Urgent => 0,
            MailPriority::Single => 1,
            MailPriority::Bulk => 2,
        }
    }

    /// Its place in [`MailPriority::ALL`].
    pub fn index(self) -> usize {
        match self {
            MailPriority::Urgent => 0,
            MailPriority::Single => 1,
            MailPriority::Bulk => 2,
        }
    }

    /// Its name in metrics.
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
    /// The recipient's domain in ASCII: how much is sent to one at once is limited.
    pub domain: String,
    pub priority: MailPriority,
    /// The letter and what it says, without any secret.
    pub content: Json,
    pub state: MailState,
    pub attempts: i32,
    pub created_at: DateTimeUtc,
    pub next_attempt_at: DateTimeUtc,
    /// When it was first put off for a reason of its own.
    pub deferred_since: Option<DateTimeUtc>,
    /// The worker that sends it.
    pub claimed_by: Option<Uuid>,
    /// Until when that worker has it to itself, by the database's clock.
    pub claimed_until: Option<DateTimeUtc>,
    pub sent_at: Option<DateTimeUtc>,
    /// What the mail server said last, in words fit for an admin.
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
