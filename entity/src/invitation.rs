//! `invitations`: requests to join a workspace.

use crate::Role;
use sea_orm::entity::prelude::*;

/// The state of an invitation. `Pending` rows after their expiry count as expired even before the
/// sweep has marked them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum InvitationState {
    #[sea_orm(string_value = "PENDING")]
    Pending,
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
    #[sea_orm(string_value = "ACCEPTED")]
    Accepted,
    #[sea_orm(string_value = "DECLINED")]
    Declined,
    #[sea_orm(string_value = "REVOKED")]
    Revoked,
}

impl InvitationState {
    /// The states in which the invitation can still activate its membership.
    pub const OPEN: [InvitationState; 2] = [InvitationState::Pending, InvitationState::Expired];

    /// Whether the invitation can still activate its membership.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The invited user, who may be deleted after the invitation ended.
    pub user_id: Uuid,
    pub email: String,
    pub role: Role,
    pub state: InvitationState,
    /// The responsible admin.
    pub inviter_id: Uuid,
    /// The mail with the valid link.
    pub mail_id: Uuid,
    pub created_at: DateTimeUtc,
    pub sent_at: DateTimeUtc,
    pub sent_count: i32,
    pub expires_at: DateTimeUtc,
    /// When it was accepted, declined, or revoked.
    pub ended_at: Option<DateTimeUtc>,
    /// When the invitee last requested a new invitation.
    pub renewal_asked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
