//! The orders of the member list, and positions in it.

use chrono::{DateTime, Utc};
use sea_orm::Value;
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
    /// Returns the table whose index serves the order, and the columns of that index.
    pub(super) fn columns(self) -> (&'static str, &'static [&'static str]) {
        match self {
            MemberOrder::Name => ("m", &["name_key", "user_id"]),
            MemberOrder::Email => ("m", &["email_key", "user_id"]),
            MemberOrder::Role => ("m", &["role", "name_key", "user_id"]),
            MemberOrder::LastActive => ("a", &["last_active_at", "user_id"]),
            MemberOrder::Joined => ("m", &["joined_at", "user_id"]),
            MemberOrder::InviteSent => ("m", &["invite_sent_at", "user_id"]),
        }
    }
}

impl Position {
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
