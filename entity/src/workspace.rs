//! `workspaces`: the tenants.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspaces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// Unique, for use in URLs.
    pub slug: String,
    pub created_at: DateTimeUtc,
    /// Who created it; none where that is not known.
    pub creator_id: Option<Uuid>,
    /// Days that an invitation link stays valid; the server's default where none is set.
    pub invitation_lifetime_days: Option<i32>,
    /// Domains that may be invited, as a JSON array of ASCII names; empty allows all.
    pub allowed_email_domains: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
