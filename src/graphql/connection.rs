//! Connections: one shape for every list (Relay, "Cursor Connections").

use super::cost::cost;
use super::cursor;
use super::error::Result;
use super::request_context::RequestContext;
use crate::account::sessions::SessionQuery;
use crate::team::history::HistoryQuery;
use crate::team::invitations::InvitationQuery;
use crate::team::list::{MemberOrder, MemberQuery};
use crate::team::page::{Page, Slice};
use crate::team::summary;
use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, OutputType, TypeName};
use std::borrow::Cow;

/// How a list is ordered, and so what its cursors hold.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    Members {
        by: MemberOrder,
        descending: bool,
    },
    Ids,
    /// A list without positions of its own; the place of the item in it.
    Index(usize),
}

/// A type that lists are made of.
pub trait ConnectionNode: OutputType {
    /// The name of its connection.
    const CONNECTION: &'static str;
    /// The name of its edge.
    const EDGE: &'static str;
    /// What the total of a list costs.
    const TOTAL: i32;

    /// The cursor of this item in a list that the database orders.
    fn cursor(&self, order: Order) -> String;
}

/// Where the total of a list comes from, should somebody ask.
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

/// An item of a list, with its place in it.
pub struct Edge<T> {
    order: Order,
    node: T,
}

impl<T: ConnectionNode> Edge<T> {
    /// Made when it is asked for: most queries need two of a page's.
    fn encoded(&self) -> String {
        match self.order {
            Order::Index(place) => cursor::of_index(place),
            order => self.node.cursor(order),
        }
    }
}

impl<T> Connection<T> {
    /// Makes a connection of a page that was read.
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

    /// Makes a connection of items with their places in a list of `total`, in reading order of the
    /// slice.
    pub fn of_places(items: Vec<(usize, T)>, total: usize, slice: &Slice<usize>) -> Connection<T> {
        let place = |(place, node)| (Order::Index(place), node);
        Connection::new(slice.cut(items), Total::Known(total), place)
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

/// A page of a list: its items, with cursors to read on from.
#[Object(name_type)]
impl<T: ConnectionNode> Connection<T> {
    /// The items, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The items, for those who need no cursors.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page starts and ends, and whether there is more.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(Edge::encoded),
            end_cursor: self.edges.last().map(Edge::encoded),
        }
    }

    /// How many items the list has in all, this page's and others'.
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

/// An item of a list, with its place in it.
#[Object(name_type, serial)]
impl<T: ConnectionNode> Edge<T> {
    /// The item's place, for `after` and `before`.
    async fn cursor(&self) -> String {
        self.encoded()
    }

    /// The item.
    async fn node(&self) -> &T {
        &self.node
    }
}
