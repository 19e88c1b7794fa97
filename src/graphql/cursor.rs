//! Cursors and the four pagination arguments of every connection (Relay, "Cursor Connections").

use crate::error::Error;
use crate::page::{IdPosition, Slice};
use crate::team::member::order::{MemberOrder, Position, SortKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The maximum page size.
pub const MAX_PAGE: i32 = 100;
/// The default page size.
pub const DEFAULT_PAGE: i32 = 50;

/// The pagination arguments of a connection. `paging_macros::paged` expands a parameter of this
/// type to the four arguments.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// The argument of a list in the payload of a mutation: the number of items to return.
#[derive(Clone, Copy, Debug)]
pub struct First(pub Option<i32>);

/// The contents of a cursor: a tag that identifies the order, and the position in the list.
#[derive(Serialize, Deserialize)]
enum CursorData {
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
    /// Validates the arguments and decodes the cursors.
    ///
    /// # Errors
    /// `BadInput`, naming the invalid argument.
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
                let message = "is not a cursor of this list in this order. Pass a cursor from one of its pages, or omit it.";
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

impl First {
    /// Returns the first items of a list, limited to a page. An invalid number is clamped: the
    /// change is already made, so an error would come too late.
    pub fn of<T>(self, items: &[T]) -> &[T] {
        let limit = self.0.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
        let limit = usize::try_from(limit).unwrap_or_default();
        &items[..items.len().min(limit)]
    }
}

fn encode(data: &CursorData) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(data).unwrap_or_default())
}

fn decode(cursor: &str) -> Option<CursorData> {
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

/// Returns the cursor of a member in a list with this order.
pub fn of_member(order: MemberOrder, descending: bool, position: Position) -> String {
    let tag = tag(order, descending);
    let user_id = position.user_id;
    encode(&match position.key {
        SortKey::Text(text) => CursorData::Text(tag, text, user_id),
        SortKey::Ranked(rank, text) => CursorData::Ranked(tag, rank, text, user_id),
        SortKey::Time(time) => CursorData::Time(tag, time.timestamp_micros(), user_id),
    })
}

/// Returns a time that both engines can compare: chrono's range is wider than PostgreSQL's, and
/// SQLite's text sorts by time only for four-digit years.
fn time_of(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(|time| (1..=9999).contains(&time.year()))
}

/// Decodes the cursor of a member. Returns `None` if it belongs to another list or order.
pub fn to_member(order: MemberOrder, descending: bool, cursor: &str) -> Option<Position> {
    let (found, key, user_id) = match decode(cursor)? {
        CursorData::Text(tag, text, id) => (tag, SortKey::Text(text), id),
        CursorData::Ranked(tag, rank, text, id) => (tag, SortKey::Ranked(rank, text), id),
        CursorData::Time(tag, micros, id) => (tag, SortKey::Time(time_of(micros)?), id),
        CursorData::Id(_) | CursorData::Index(_) => return None,
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

/// Returns the cursor of a row in a list sorted by ID.
pub fn of_id(id: Uuid) -> String {
    encode(&CursorData::Id(id))
}

/// Decodes the cursor of a row in a list sorted by ID.
pub fn to_id(cursor: &str) -> Option<IdPosition> {
    match decode(cursor)? {
        CursorData::Id(id) => Some(IdPosition(id)),
        _ => None,
    }
}

/// Returns the cursor of an item in an in-memory list.
pub fn of_index(index: usize) -> String {
    encode(&CursorData::Index(u32::try_from(index).unwrap_or(u32::MAX)))
}

/// Decodes the cursor of an item in an in-memory list.
pub fn to_index(cursor: &str) -> Option<usize> {
    match decode(cursor)? {
        CursorData::Index(index) => usize::try_from(index).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cursor_decodes_only_in_its_own_order() {
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
    fn page_size_is_limited() {
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

    mod properties {
        use super::*;

        const ORDERS: [MemberOrder; 6] = [
            MemberOrder::Name,
            MemberOrder::Email,
            MemberOrder::Role,
            MemberOrder::LastActive,
            MemberOrder::Joined,
            MemberOrder::InviteSent,
        ];

        /// JSON shaped like a cursor, sometimes with an invalid tag, time or ID.
        fn cursor_like() -> impl Strategy<Value = String> {
            let id = prop_oneof![
                "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                "[0-9a-f-]{0,40}"
            ];
            let key = prop_oneof![
                any::<String>().prop_map(|text| format!("{text:?}")),
                any::<i64>().prop_map(|number| number.to_string()),
                (any::<i16>(), "[a-z ]{0,9}").prop_map(|(rank, text)| format!("{rank},\"{text}\"")),
                Just("null".to_owned()),
            ];
            ("[trdinx]", 0..16_u16, key, id).prop_map(|(kind, tag, key, id)| match kind.as_str() {
                "i" => format!("{{\"i\":\"{id}\"}}"),
                "n" => format!("{{\"n\":{key}}}"),
                _ => format!("{{\"{kind}\":[{tag},{key},\"{id}\"]}}"),
            })
        }

        fn position() -> impl Strategy<Value = Position> {
            let second = -62_135_596_800_i64..253_402_300_800;
            let key = prop_oneof![
                "[^\0]{0,40}".prop_map(SortKey::Text),
                (any::<i16>(), "[^\0]{0,40}").prop_map(|(rank, text)| SortKey::Ranked(rank, text)),
                (second, 0..1_000_000_u32)
                    .prop_map(|(s, micros)| DateTime::from_timestamp(s, micros * 1000).unwrap())
                    .prop_map(SortKey::Time),
            ];
            (key, any::<u128>()).prop_map(|(key, id)| Position {
                key,
                user_id: Uuid::from_u128(id),
            })
        }

        fn fits(order: MemberOrder, key: &SortKey) -> bool {
            match key {
                SortKey::Text(_) => matches!(order, MemberOrder::Name | MemberOrder::Email),
                SortKey::Ranked(..) => order == MemberOrder::Role,
                SortKey::Time(_) => !matches!(
                    order,
                    MemberOrder::Name | MemberOrder::Email | MemberOrder::Role
                ),
            }
        }

        proptest! {
            #[test]
            fn any_position_decodes_only_in_its_own_order(
                position in position(), written in 0..12_usize, read in 0..12_usize,
            ) {
                let (order, descending) = (ORDERS[written / 2], written % 2 == 1);
                let cursor = of_member(order, descending, position.clone());
                let found = to_member(ORDERS[read / 2], read % 2 == 1, &cursor);
                let same_list = written == read && fits(order, &position.key);
                prop_assert_eq!(found, same_list.then_some(position));
            }

            #[test]
            fn foreign_and_forged_cursors_are_rejected(
                bytes in any::<Vec<u8>>(), text in any::<String>(), json in cursor_like(),
            ) {
                for cursor in [URL_SAFE_NO_PAD.encode(bytes), text, URL_SAFE_NO_PAD.encode(json)] {
                    let found = [
                        to_id(&cursor).map(|position| of_id(position.0)),
                        to_index(&cursor).map(of_index),
                    ];
                    let members = ORDERS.iter().flat_map(|order| {
                        [false, true].map(|descending| {
                            let position = to_member(*order, descending, &cursor)?;
                            assert!(fits(*order, &position.key));
                            Some(of_member(*order, descending, position))
                        })
                    });
                    let read: Vec<_> = found.into_iter().chain(members).flatten().collect();
                    prop_assert!(read.len() <= 1, "{cursor} belongs to several lists");
                }
            }
        }
    }
}
