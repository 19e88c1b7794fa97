//! `member_activity`: when a member was last active. It is a separate table because it changes far
//! more often than the membership, whose indexes it would bloat.

use crate::{Role, membership::MembershipStatus};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// The membership's role, copied by the foreign key for filtered lists.
    pub role: Role,
    /// The membership's status, copied by the foreign key.
    pub status: MembershipStatus,
    /// The Unix epoch means never, so that both engines sort it alike.
    pub last_active_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
