//! `memberships`: one user in one workspace; the rows of the team page.

use crate::Role;
use sea_orm::entity::prelude::*;

/// Whether a member is in, or still has to accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MembershipStatus {
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    #[sea_orm(string_value = "INVITED")]
    Invited,
}

/// The key is (workspace, user): one membership each, and rows that live with their workspace.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub role: Role,
    pub status: MembershipStatus,
    /// While invited, the name that this workspace's admin typed; afterwards the user's own.
    pub first_name: String,
    pub last_name: String,
    /// As this workspace knows it.
    pub email: String,
    /// Folded display name that lists are sorted by.
    pub name_key: String,
    /// Normalized address that lists are sorted by.
    pub email_key: String,
    /// Folded name and address that searches look in.
    pub search_key: String,
    /// When the member came in; while invited, when they were first invited.
    pub joined_at: DateTimeUtc,
    /// When the latest invitation mail was asked for; none for those who were added.
    pub invite_sent_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
