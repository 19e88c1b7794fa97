//! `mail_server`: one row that tells all replicas how the mail server treats us.

use sea_orm::entity::prelude::*;

/// The key of the row.
pub const ONLY: i16 = 1;

/// How the mail server treats us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MailServerState {
    /// Takes our mails, as far as is known.
    #[sea_orm(string_value = "ACCEPTS")]
    Accepts,
    /// Refuses mail from us, whatever the recipient.
    #[sea_orm(string_value = "REFUSES")]
    Refuses,
    /// Cannot be reached, or serves nobody.
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
    /// What is wrong, in words that name no recipient.
    pub summary: Option<String>,
    /// Since when it does not take our mails.
    pub since: Option<DateTimeUtc>,
    /// Until when no mail is tried; then one, to see. All are tried where there is none.
    pub retry_at: Option<DateTimeUtc>,
    /// How often the server was tried in vain.
    pub failures: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
