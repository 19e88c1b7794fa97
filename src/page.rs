//! Keyset pages: slices of ordered lists, cut at positions instead of offsets.

use crate::error::Result;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, Order, PaginatorTrait as _, QueryFilter,
    QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

/// A part of a list to read. Positions are of type `P`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice<P> {
    /// The maximum number of rows.
    pub limit: u64,
    /// Whether to read from the end of the list.
    pub backward: bool,
    pub after: Option<P>,
    pub before: Option<P>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<P> Slice<P> {
    /// Returns the number of rows to fetch: one more than the limit, to know whether there are
    /// more.
    pub fn fetch(&self) -> u64 {
        self.limit + 1
    }

    /// Builds a page from the fetched rows, which are in reading order of the slice.
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
    /// Returns the indexes to fetch from a list with `total` items, in reading order of the slice.
    pub fn indexes(&self, total: usize) -> Vec<usize> {
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

/// A position in a list ordered by IDs, which sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdPosition(pub Uuid);

impl Slice<IdPosition> {
    /// Returns the database order of the rows of a list that shows the latest first.
    pub fn order(&self) -> Order {
        if self.backward {
            Order::Asc
        } else {
            Order::Desc
        }
    }
}

/// A query for a list ordered by IDs, latest first.
pub trait LatestFirst {
    type Row;

    /// Returns a page.
    fn page(
        &self,
        db: &impl ConnectionTrait,
        slice: &Slice<IdPosition>,
    ) -> impl Future<Output = Result<Page<Self::Row>>> + Send;

    /// Returns the number of rows, across all pages.
    fn count(&self, db: &impl ConnectionTrait) -> impl Future<Output = Result<i64>> + Send;
}

/// Returns a page of a list ordered by IDs, latest first.
pub async fn latest_first<E: EntityTrait>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    id: E::Column,
    slice: &Slice<IdPosition>,
) -> Result<Page<E::Model>> {
    let rows = cut_by_id(rows, id, slice).all(db).await?;
    Ok(slice.cut(rows))
}

/// Returns the number of rows of a list.
pub async fn count<E>(db: &impl ConnectionTrait, rows: Select<E>) -> Result<i64>
where
    E: EntityTrait<Model: Send + Sync>,
{
    let count = rows.count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Restricts such a list to a slice, with order and limit.
pub fn cut_by_id<E: EntityTrait>(
    rows: Select<E>,
    id: E::Column,
    slice: &Slice<IdPosition>,
) -> Select<E> {
    let rows = within(rows, id, slice);
    rows.order_by(id, slice.order()).limit(slice.fetch())
}

/// Restricts such a list to the rows between the ends of a slice.
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

/// Returns the time that means never.
pub fn never() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}
