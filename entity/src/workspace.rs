//! `workspaces`: the tenants.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspaces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// Unique, for URLs.
    pub slug: String,
    pub created_at: DateTimeUtc,
    /// The user who created it; `None` if unknown.
    pub creator_id: Option<Uuid>,
    /// How many days an invitation link is valid; `None` for the server's default.
    pub invitation_lifetime_days: Option<i32>,
    /// Domains that may be invited, as a JSON array of ASCII names; empty allows all.
    pub allowed_email_domains: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
