//! `expired_invitation_counts`: the number of open invitations of a workspace that the sweep marked
//! as expired. Triggers update it in the transaction of each change.

use sea_orm::entity::prelude::*;

/// A workspace that never had an expired invitation has no row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expired_invitation_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    pub invitations: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
