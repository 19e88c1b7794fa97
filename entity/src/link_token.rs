//! `link_tokens`: hashes of the tokens in links. A token is created when its mail is rendered, so
//! no usable token is stored.

use sea_orm::entity::prelude::*;

/// The purpose of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum LinkPurpose {
    #[sea_orm(string_value = "INVITATION")]
    Invitation,
    #[sea_orm(string_value = "PASSWORD_RESET")]
    PasswordReset,
    /// Sets up the first workspace and admin of an empty installation.
    #[sea_orm(string_value = "SETUP")]
    Setup,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link_tokens")]
pub struct Model {
    /// The SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    pub purpose: LinkPurpose,
    /// The mail with the link. The token gives access to what still refers to this mail.
    pub mail_id: Uuid,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
