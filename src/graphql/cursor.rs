//! Cursors, and the four arguments of every connection (Relay, "Cursor Connections").

use crate::error::Error;
use crate::team::list::{MemberOrder, Position, SortKey};
use crate::team::page::{IdPosition, Slice};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest page.
pub const MAX_PAGE: i32 = 100;
/// The page that is given where nobody says how long.
pub const DEFAULT_PAGE: i32 = 50;

/// The paging arguments of a connection.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// What a cursor holds: a tag for the order that it belongs to, and the place in it.
#[derive(Serialize, Deserialize)]
enum Sealed {
    #[serde(rename = "t")]
    Text(u8, String, Uuid),
    #[serde(rename = "r")]
    Ranked(u8, i16, String, Uuid),
    #[serde(rename = "d")]
    Time(u8, i64, Uuid),
    #[serde(rename = "i")]
    Id(Uuid),
    #[serde(rename = "n")]
    Index(u32),
}

impl PageArgs {
    /// Checks the arguments and reads the cursors.
    ///
    /// # Errors
    /// `BAD_INPUT` on the argument that is wrong.
    pub fn slice<P>(&self, read: impl Fn(&str) -> Option<P>) -> Result<Slice<P>, Error> {
        let (field, rows) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                let message = "Pass either `first` or `last`, not both.";
                return Err(Error::bad_input("last", message));
            }
            (None, Some(last)) => ("last", last),
            (first, None) => ("first", first.unwrap_or(DEFAULT_PAGE)),
        };
        let limit = u64::try_from(rows)
            .ok()
            .filter(|rows| *rows <= MAX_PAGE as u64);
        let limit = limit.ok_or_else(|| {
            Error::bad_input(field, format!("`{field}` must be from 0 to {MAX_PAGE}."))
        })?;
        let position = |field: &str, cursor: &Option<String>| {
            let Some(text) = cursor else { return Ok(None) };
            read(text).map(Some).ok_or_else(|| {
                let message = "is not a cursor of this list in this order. Pass one that a page gave, or none.";
                Error::bad_input(field, format!("`{field}` {message}"))
            })
        };
        Ok(Slice {
            limit,
            backward: self.last.is_some(),
            after: position("after", &self.after)?,
            before: position("before", &self.before)?,
        })
    }
}

fn seal(sealed: &Sealed) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(sealed).unwrap_or_default())
}

fn unseal(cursor: &str) -> Option<Sealed> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

fn tag(order: MemberOrder, descending: bool) -> u8 {
    let order = match order {
        MemberOrder::Name => 0,
        MemberOrder::Email => 1,
        MemberOrder::Role => 2,
        MemberOrder::LastActive => 3,
        MemberOrder::Joined => 4,
        MemberOrder::InviteSent => 5,
    };
    order * 2 + u8::from(descending)
}

/// The cursor of a member in a list with this order.
pub fn of_member(order: MemberOrder, descending: bool, position: Position) -> String {
    let tag = tag(order, descending);
    let user_id = position.user_id;
    seal(&match position.key {
        SortKey::Text(text) => Sealed::Text(tag, text, user_id),
        SortKey::Ranked(rank, text) => Sealed::Ranked(tag, rank, text, user_id),
        SortKey::Time(time) => Sealed::Time(tag, time.timestamp_micros(), user_id),
    })
}

/// A time that both engines can compare: chrono's range is wider than PostgreSQL's, and SQLite's
/// text sorts by time for years of four digits.
fn time_of(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(|time| (1..=9999).contains(&time.year()))
}

/// Reads the cursor of a member; `None` where it belongs to another list or order.
pub fn to_member(order: MemberOrder, descending: bool, cursor: &str) -> Option<Position> {
    let (found, key, user_id) = match unseal(cursor)? {
        Sealed::Text(tag, text, id) => (tag, SortKey::Text(text), id),
        Sealed::Ranked(tag, rank, text, id) => (tag, SortKey::Ranked(rank, text), id),
        Sealed::Time(tag, micros, id) => (tag, SortKey::Time(time_of(micros)?), id),
        Sealed::Id(_) | Sealed::Index(_) => return None,
    };
    let kind_fits = matches!(
        (order, &key),
        (MemberOrder::Name | MemberOrder::Email, SortKey::Text(_))
            | (MemberOrder::Role, SortKey::Ranked(..))
            | (
                MemberOrder::LastActive | MemberOrder::Joined | MemberOrder::InviteSent,
                SortKey::Time(_)
            )
    );
    let text_fits = match &key {
        SortKey::Text(text) | SortKey::Ranked(_, text) => !text.contains('\0'),
        SortKey::Time(_) => true,
    };
    (found == tag(order, descending) && kind_fits && text_fits).then_some(Position { key, user_id })
}

/// The cursor of a row in a list that is ordered by id.
pub fn of_id(id: Uuid) -> String {
    seal(&Sealed::Id(id))
}

/// Reads the cursor of a row in a list that is ordered by id.
pub fn to_id(cursor: &str) -> Option<IdPosition> {
    match unseal(cursor)? {
        Sealed::Id(id) => Some(IdPosition(id)),
        _ => None,
    }
}

/// The cursor of an item of a list that is held in memory.
pub fn of_index(index: usize) -> String {
    seal(&Sealed::Index(u32::try_from(index).unwrap_or(u32::MAX)))
}

/// Reads the cursor of an item of a list that is held in memory.
pub fn to_index(cursor: &str) -> Option<usize> {
    match unseal(cursor)? {
        Sealed::Index(index) => usize::try_from(index).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_reads_back_in_its_own_order_only() {
        let position = Position {
            key: SortKey::Text("zoë".into()),
            user_id: Uuid::now_v7(),
        };
        let cursor = of_member(MemberOrder::Name, true, position.clone());
        assert_eq!(to_member(MemberOrder::Name, true, &cursor), Some(position));
        assert_eq!(to_member(MemberOrder::Name, false, &cursor), None);
        assert_eq!(to_member(MemberOrder::Email, true, &cursor), None);
        assert_eq!(to_id(&cursor), None);
    }

    #[test]
    fn a_page_is_bounded() {
        let args = |first, last| PageArgs {
            first,
            last,
            ..PageArgs::default()
        };
        assert_eq!(args(None, None).slice(to_id).unwrap().limit, 50);
        assert!(args(None, Some(3)).slice(to_id).unwrap().backward);
        for wrong in [
            args(Some(-1), None),
            args(Some(101), None),
            args(Some(1), Some(1)),
        ] {
            assert!(wrong.slice(to_id).is_err());
        }
    }

    proptest! {
        #[test]
        fn made_up_cursors_are_refused_quietly(bytes in any::<Vec<u8>>(), text in any::<String>()) {
            let cursor = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(to_id(&cursor), None);
            let _ = to_member(MemberOrder::Joined, false, &text);
        }
    }
}
