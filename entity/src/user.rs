//! `users`: people, each identified by one email address.

use sea_orm::entity::prelude::*;

/// Whether somebody has signed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum UserStatus {
    /// Has proved the mailbox and set a password.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// Was invited, and can do nothing but accept.
    #[sea_orm(string_value = "INVITED")]
    Invited,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As typed by whoever named it first.
    pub email: String,
    /// The form in which addresses are compared; unique.
    pub email_key: String,
    pub status: UserStatus,
    /// Empty until the person signs up: names given by inviters stay on their memberships.
    pub first_name: String,
    pub last_name: String,
    /// An argon2id hash in PHC string format; none while invited.
    pub password_hash: Option<String>,
    pub created_at: DateTimeUtc,
    pub signed_up_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
