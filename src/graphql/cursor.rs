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

        /// JSON in the form of a cursor, some of it with a tag, a time or an id that is none.
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
            fn any_position_reads_back_in_its_own_order_only(
                position in position(), written in 0..12_usize, read in 0..12_usize,
            ) {
                let (order, descending) = (ORDERS[written / 2], written % 2 == 1);
                let cursor = of_member(order, descending, position.clone());
                let found = to_member(ORDERS[read / 2], read % 2 == 1, &cursor);
                let same_list = written == read && fits(order, &position.key);
                prop_assert_eq!(found, same_list.then_some(position));
            }

            #[test]
            fn cursors_of_other_lists_and_made_up_ones_are_rejected(
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
