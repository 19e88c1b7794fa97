//! `memberships`: one user in one workspace; a row of the team page.

use crate::Role;
use sea_orm::entity::prelude::*;

/// The status of a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MembershipStatus {
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    #[sea_orm(string_value = "INVITED")]
    Invited,
}

/// The primary key is (workspace, user), so that a workspace's rows are stored together.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub role: Role,
    pub status: MembershipStatus,
    /// While invited, the name that this workspace's admin entered; then the user's own.
    pub first_name: String,
    pub last_name: String,
    /// The email address as entered in this workspace.
    pub email: String,
    /// The folded display name, for sorting.
    pub name_key: String,
    /// The normalized email address, for sorting.
    pub email_key: String,
    /// The folded name and email address, for searching.
    pub search_key: String,
    /// When the member joined; while invited, when they were first invited.
    pub joined_at: DateTimeUtc,
    /// When the latest invitation mail was requested; `None` for members who were added.
    pub invite_sent_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
