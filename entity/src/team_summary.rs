//! `team_summaries`: the number of members of a workspace by role and status. Triggers update it in
//! the transaction of each change.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    pub admins_active: i64,
    pub admins_invited: i64,
    pub operators_active: i64,
    pub operators_invited: i64,
    pub auditors_active: i64,
    pub auditors_invited: i64,
    /// Open invitations that the sweep marked as expired.
    pub invitations_expired: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
