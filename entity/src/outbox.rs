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

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub recipient_name: String,
    pub recipient_email: String,
    /// The letter and what it says, without any secret.
    pub letter: Json,
    pub state: MailState,
    pub attempts: i32,
    pub created_at: DateTimeUtc,
    pub next_attempt_at: DateTimeUtc,
    /// Until when a worker holds it.
    pub claimed_until: Option<DateTimeUtc>,
    pub sent_at: Option<DateTimeUtc>,
    /// What the mail server said last, in words fit for an admin.
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
