//! `users`: people, each identified by one email address.

use sea_orm::entity::prelude::*;

/// Whether the user has signed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum UserStatus {
    /// Has verified the email address and set a password.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// Was invited, and can only accept.
    #[sea_orm(string_value = "INVITED")]
    Invited,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The email address as first entered.
    pub email: String,
    /// The normalized email address, for comparison; unique.
    pub email_key: String,
    pub status: UserStatus,
    /// Empty until the user signs up: names that admins enter are stored in memberships.
    pub first_name: String,
    pub last_name: String,
    /// The argon2id hash in PHC string format; `None` while invited.
    pub password_hash: Option<String>,
    pub created_at: DateTimeUtc,
    pub signed_up_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
