//! `mail_server`: the state of the mail server, one row for all replicas.

use sea_orm::entity::prelude::*;

/// The key of the row.
pub const ONLY: i16 = 1;

/// The state of the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MailServerState {
    /// Accepts mail, or was not tried yet.
    #[sea_orm(string_value = "ACCEPTS")]
    Accepts,
    /// Rejects mail from this sender, whatever the recipient.
    #[sea_orm(string_value = "REFUSES")]
    Refuses,
    /// Cannot be reached or is temporarily unavailable.
    #[sea_orm(string_value = "UNAVAILABLE")]
    Unavailable,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_server")]
pub struct Model {
    /// Always [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    pub state: MailServerState,
    /// The problem, without recipients.
    pub summary: Option<String>,
    /// Since when it accepts no mail.
    pub since: Option<DateTimeUtc>,
    /// Until when no mail is tried; then one mail tests the server. `None` if all mails are tried.
    pub retry_at: Option<DateTimeUtc>,
    /// The number of consecutive failures.
    pub failures: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
