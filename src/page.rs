//! Keyset pages: a slice of an ordered list, cut at positions rather than at offsets.

use crate::db::Db;
use crate::error::Result;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait, Order, QueryFilter, QueryOrder as _,
    QuerySelect as _, Select, Statement, Value,
};
use uuid::Uuid;

/// Which part of a list to read. Positions are of type `P`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice<P> {
    /// Rows, at most.
    pub limit: u64,
    /// Whether to take the last rows rather than the first.
    pub backward: bool,
    pub after: Option<P>,
    pub before: Option<P>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<P> Slice<P> {
    /// Rows to ask the database for: one more than wanted tells whether there are more.
    pub fn fetch(&self) -> u64 {
        self.limit + 1
    }

    /// Cuts what the database gave, which is in reading order of the slice, to a page.
    pub fn cut<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        if self.backward {
            rows.reverse();
        }
        Page {
            rows,
            has_next: if self.backward {
                self.before.is_some()
            } else {
                more
            },
            has_previous: if self.backward {
                more
            } else {
                self.after.is_some()
            },
        }
    }
}

impl Slice<usize> {
    /// The places of a list with `total` items to ask for, in reading order of the slice.
    pub fn places(&self, total: usize) -> Vec<usize> {
        let fetch = usize::try_from(self.fetch()).unwrap_or(usize::MAX);
        let start = self.after.map_or(0, |after| after.saturating_add(1));
        let end = self.before.unwrap_or(total).min(total);
        let within = start..end;
        if self.backward {
            within.rev().take(fetch).collect()
        } else {
            within.take(fetch).collect()
        }
    }
}

/// A statement that is put together, with its values.
#[derive(Default)]
pub struct Sql {
    values: Vec<Value>,
}

impl Sql {
    /// Takes a value and gives the placeholder that stands for it, in the form that both engines
    /// read.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The statement for an engine.
    pub fn statement(self, backend: DbBackend, text: String) -> Statement {
        Statement::from_sql_and_values(backend, text, self.values)
    }
}

/// The condition that a member's words contain some text. PostgreSQL has an index of their runs of
/// one to three letters, which narrows it down; what it lets through is looked at closely.
pub fn contains(db: &Db, sql: &mut Sql, word: &str) -> String {
    if !db.is_postgres() {
        return format!("instr(m.search_key, {}) > 0", sql.bind(word));
    }
    let letters: Vec<char> = word.chars().collect();
    let grams = letters
        .windows(letters.len().clamp(1, 3))
        .map(|gram| gram.iter().collect::<String>());
    let grams: Vec<String> = grams.map(|gram| sql.bind(gram)).collect();
    let whole = sql.bind(word);
    format!(
        "m.search_grams @> ARRAY[{}]::text[] AND strpos(m.search_key, {whole}) > 0",
        grams.join(", ")
    )
}

/// A position in a list that is ordered by its ids, which sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdPosition(pub Uuid);

impl Slice<IdPosition> {
    /// The order in which the database gives the rows, where the list has the latest first.
    pub fn order(&self) -> Order {
        if self.backward {
            Order::Asc
        } else {
            Order::Desc
        }
    }
}

/// Reads a page of a list that is ordered by its ids, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn latest_first<E: EntityTrait>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    id: E::Column,
    slice: &Slice<IdPosition>,
) -> Result<Page<E::Model>> {
    let rows = cut_by_id(rows, id, slice).all(db).await?;
    Ok(slice.cut(rows))
}

/// The rows of a slice of such a list.
pub fn cut_by_id<E: EntityTrait>(
    rows: Select<E>,
    id: E::Column,
    slice: &Slice<IdPosition>,
) -> Select<E> {
    let rows = within(rows, id, slice);
    rows.order_by(id, slice.order()).limit(slice.fetch())
}

/// The rows between the ends of a slice, however many there are.
pub fn within<E: EntityTrait>(
    rows: Select<E>,
    id: E::Column,
    slice: &Slice<IdPosition>,
) -> Select<E> {
    let after = slice.after.map(|IdPosition(position)| id.lt(position));
    let before = slice.before.map(|IdPosition(position)| id.gt(position));
    let ends = after.into_iter().chain(before);
    ends.fold(rows, QueryFilter::filter)
}

/// The moment that stands for never.
pub fn never() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}
