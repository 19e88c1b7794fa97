//! The orders of the member list, and positions in it.

use chrono::{DateTime, Utc};
use entity::{member_activity, membership};
use sea_orm::Value;
use sea_orm::sea_query::{DynIden, IntoIden as _};
use uuid::Uuid;

/// The order of members. Ties are broken by the user's ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberOrder {
    Name,
    Email,
    /// By rank, then by name.
    Role,
    LastActive,
    Joined,
    InviteSent,
}

/// The sort key of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    Text(String),
    Ranked(i16, String),
    Time(DateTime<Utc>),
}

/// A position in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub key: SortKey,
    pub user_id: Uuid,
}

impl MemberOrder {
    /// Returns the table whose index serves the order.
    pub(super) fn table(self) -> DynIden {
        match self {
            MemberOrder::LastActive => member_activity::Entity.into_iden(),
            _ => membership::Entity.into_iden(),
        }
    }

    /// Returns the columns of that index after the workspace.
    pub(super) fn columns(self) -> Vec<DynIden> {
        use membership::Column;
        let keys = match self {
            MemberOrder::Name => vec![Column::NameKey.into_iden()],
            MemberOrder::Email => vec![Column::EmailKey.into_iden()],
            MemberOrder::Role => vec![Column::Role.into_iden(), Column::NameKey.into_iden()],
            MemberOrder::LastActive => vec![member_activity::Column::LastActiveAt.into_iden()],
            MemberOrder::Joined => vec![Column::JoinedAt.into_iden()],
            MemberOrder::InviteSent => vec![Column::InviteSentAt.into_iden()],
        };
        let last = Column::UserId.into_iden();
        keys.into_iter().chain([last]).collect()
    }
}

impl Position {
    /// Returns the values of the columns of the order.
    pub(super) fn values(&self) -> Vec<Value> {
        let mut values: Vec<Value> = match &self.key {
            SortKey::Text(text) => vec![text.as_str().into()],
            SortKey::Ranked(rank, text) => vec![(*rank).into(), text.as_str().into()],
            SortKey::Time(time) => vec![(*time).into()],
        };
        values.push(self.user_id.into());
        values
    }
}
