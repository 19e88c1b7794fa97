//! Generic connection types (Relay, "Cursor Connections").

use super::cost::cost;
use super::cursor::{self, PageArgs};
use super::error::Result;
use super::request_context::RequestContext;
use crate::account::sessions::SessionQuery;
use crate::db::Db;
use crate::page::{LatestFirst, Page, Slice};
use crate::team::history::HistoryQuery;
use crate::team::invitation::list::InvitationQuery;
use crate::team::member::list::MemberQuery;
use crate::team::member::order::MemberOrder;
use crate::team::summary;
use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, ObjectType, TypeName};
use async_graphql_hardened::{InPlace, InPlaceList};
use std::borrow::Cow;

/// The order of a list, which determines the contents of its cursors.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    Members {
        by: MemberOrder,
        descending: bool,
    },
    Ids,
    /// A list without sort keys; the index of the item.
    Index(usize),
}

/// A type that appears as a node in connections.
pub trait ConnectionNode: ObjectType {
    /// The GraphQL name of the connection type.
    const CONNECTION: &'static str;
    /// The GraphQL name of the edge type.
    const EDGE: &'static str;
    /// The cost of `totalCount`.
    const TOTAL: i32;

    /// Returns the cursor of this item in a list that the database sorts.
    fn cursor(&self, order: Order) -> String;
}

/// The source of a list's `totalCount`, queried on demand.
#[derive(Clone, Debug)]
pub enum Total {
    Known(usize),
    Members(MemberQuery),
    Invitations(InvitationQuery),
    History(HistoryQuery),
    Sessions(SessionQuery),
}

/// A page of a list.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_next: bool,
    has_previous: bool,
    total: Total,
}

/// An item of a list, with its cursor.
pub struct Edge<T> {
    order: Order,
    node: T,
}

impl<T: ConnectionNode> Edge<T> {
    /// Encodes the cursor on demand: most queries need only two per page.
    fn encoded(&self) -> String {
        match self.order {
            Order::Index(index) => cursor::of_index(index),
            order => self.node.cursor(order),
        }
    }
}

impl<T> Connection<T> {
    /// Creates a connection from a page of rows.
    pub fn new<R>(page: Page<R>, total: Total, edge: impl Fn(R) -> (Order, T)) -> Connection<T> {
        let edges = page.rows.into_iter().map(|row| {
            let (order, node) = edge(row);
            Edge { order, node }
        });
        Connection {
            edges: edges.collect(),
            has_next: page.has_next,
            has_previous: page.has_previous,
            total,
        }
    }

    /// Reads a page of a list ordered by IDs, latest first.
    pub async fn latest_first<Q: LatestFirst>(
        db: &Db,
        args: &PageArgs,
        query: Q,
        total: fn(Q) -> Total,
        node: impl Fn(Q::Row) -> T,
    ) -> Result<Connection<T>> {
        let slice = args.slice(cursor::to_id)?;
        let page = query.page(db, &slice).await?;
        let edge = |row| (Order::Ids, node(row));
        Ok(Connection::new(page, total(query), edge))
    }

    /// Creates a connection from items and their indexes in a list of `total` items, in the reading
    /// order of the slice.
    pub fn of_indexed(items: Vec<(usize, T)>, total: usize, slice: &Slice<usize>) -> Connection<T> {
        let edge = |(index, node)| (Order::Index(index), node);
        Connection::new(slice.cut(items), Total::Known(total), edge)
    }
}

impl<T: ConnectionNode> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        T::CONNECTION.into()
    }
}

impl<T: ConnectionNode> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        T::EDGE.into()
    }
}

/// A page of a list, with cursors for pagination.
#[Object(name_type)]
impl<T: ConnectionNode> Connection<T> {
    /// The items of this page, each with its cursor.
    async fn edges(&self) -> InPlaceList<InPlace<&Edge<T>>> {
        InPlaceList(self.edges.iter().map(InPlace).collect())
    }

    /// The items of this page, without cursors.
    async fn nodes(&self) -> InPlaceList<InPlace<&T>> {
        let nodes = self.edges.iter().map(|edge| InPlace(&edge.node));
        InPlaceList(nodes.collect())
    }

    /// The cursors of this page, and whether there are more pages.
    async fn page_info(&self) -> InPlace<PageInfo> {
        InPlace(PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(Edge::encoded),
            end_cursor: self.edges.last().map(Edge::encoded),
        })
    }

    /// The number of items in the list, across all pages.
    #[graphql(directive = cost::apply(T::TOTAL))]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let app = &RequestContext::of(ctx)?.app;
        Ok(match &self.total {
            Total::Known(total) => i64::try_from(*total).unwrap_or(i64::MAX),
            Total::Members(query) if query.is_counted() => {
                let summary = summary::load(&app.db, query.workspace_id, app.now()).await?;
                summary.count(query.role, query.status)
            }
            Total::Members(query) => query.count(&app.db).await?,
            Total::Invitations(query) => query.count(&app.db).await?,
            Total::History(query) => query.count(&app.db).await?,
            Total::Sessions(query) => query.count(&app.db).await?,
        })
    }
}

/// An item of a list, with its cursor.
#[Object(name_type)]
impl<T: ConnectionNode> Edge<T> {
    /// The cursor of the item, for `after` and `before`.
    async fn cursor(&self) -> String {
        self.encoded()
    }

    /// The item.
    async fn node(&self) -> InPlace<&T> {
        InPlace(&self.node)
    }
}
