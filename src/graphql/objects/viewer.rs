use super::membership::Membership;
use super::session::Session;
use super::user::User;
use super::workspace::Workspace;
use crate::account::sessions::SessionQuery;
use crate::account::viewer::Viewer as Inner;
use crate::graphql::connection::{Connection, ConnectionNode, Order, Total};
use crate::graphql::cost::{STATEMENT, cost};
use crate::graphql::cursor::{self, PageArgs};
use crate::graphql::enums::Permission;
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::request_context::RequestContext;
use crate::permissions;
use crate::team::page::Slice;
use async_graphql::{Context, ID, Object, SimpleObject};
use futures_util::future::try_join_all;
use std::sync::Arc;
use uuid::Uuid;

/// Whoever is signed in.
#[derive(Clone, Debug)]
pub struct Viewer(pub Arc<Inner>);

impl ConnectionNode for Session {
    const CONNECTION: &'static str = "SessionConnection";
    const EDGE: &'static str = "SessionEdge";
    const TOTAL: i32 = STATEMENT;

    fn cursor(&self, _: Order) -> String {
        cursor::of_id(self.row_id())
    }
}

/// Whether the viewer may do something.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessDecision {
    /// Whether it is allowed now.
    allowed: bool,
    /// Why not, in a sentence; `null` where it is allowed.
    reason: Option<String>,
}

impl Viewer {
    fn workspace(&self, field: &str, id: Option<ID>) -> Result<Option<Uuid>> {
        match id {
            Some(id) => id::workspace_id(field, &id).map(Some),
            None => Ok(self
                .0
                .active_membership()
                .map(|membership| membership.workspace_id)),
        }
    }
}

/// A page of the viewer's own memberships, by the names of their workspaces.
pub async fn own_memberships(
    context: &RequestContext,
    viewer: &Inner,
    slice: &Slice<usize>,
) -> crate::error::Result<Connection<Membership>> {
    let total = viewer.memberships.len();
    let places = slice.places(total);
    let rows = places.iter().map(|place| {
        let workspace_id = viewer.memberships[*place].workspace_id;
        context.loaders().member((workspace_id, viewer.user_id))
    });
    let rows = try_join_all(rows).await?;
    let members = places.into_iter().zip(rows);
    let members = members.filter_map(|(place, row)| Some((place, Membership(row?))));
    Ok(Connection::of_places(members.collect(), total, slice))
}

/// Whoever is signed in, with their session, workspaces and permissions.
#[Object]
impl Viewer {
    /// You.
    async fn user(&self) -> User {
        User::of_viewer(&self.0)
    }

    /// The session that this request was made with.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<Session>> {
        let app = &RequestContext::of(ctx)?.app;
        let current = self.0.session_id;
        let query = SessionQuery::of(app, self.0.user_id);
        let row = query.find(&app.db, current).await?;
        Ok(row.map(|row| Session::new(row, current)))
    }

    /// Where you are signed in, the latest first. The number of sessions is limited: at the limit, a
    /// new one ends the one that was unused the longest.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Session>> {
        let slice = PageArgs {
            first,
            after,
            last,
            before,
        }
        .slice(cursor::to_id)?;
        let app = &RequestContext::of(ctx)?.app;
        let query = SessionQuery::of(app, self.0.user_id);
        let page = query.page(&app.db, &slice).await?;
        let current = self.0.session_id;
        Ok(Connection::new(page, Total::Sessions(query), |row| {
            (Order::Ids, Session::new(row, current))
        }))
    }

    /// The workspace that the session is looking at, and the default wherever a workspace may be
    /// left out; `null` where you belong to none.
    async fn active_workspace(&self) -> Option<Workspace> {
        self.0.active_membership().cloned().map(Workspace)
    }

    /// Your memberships, in all workspaces.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Membership>> {
        let slice = PageArgs {
            first,
            after,
            last,
            before,
        }
        .slice(cursor::to_index)?;
        Ok(own_memberships(RequestContext::of(ctx)?, &self.0, &slice).await?)
    }

    /// What you may do in a workspace; nothing where you do not belong to it.
    async fn permissions(
        &self,
        #[graphql(desc = "The id of a Workspace; the active one where left out.")]
        workspace_id: Option<ID>,
    ) -> Result<Vec<Permission>> {
        let id = self.workspace("workspaceId", workspace_id)?;
        let membership = id.and_then(|id| self.0.membership(id));
        let held = membership.map_or_else(Vec::new, |membership| {
            permissions::permissions(membership.role)
        });
        Ok(held.into_iter().map(Permission::from).collect())
    }

    /// Whether you may do something in a workspace. Other services ask this on your behalf.
    async fn can(
        &self,
        #[graphql(desc = "What you would do.")] permission: Permission,
        #[graphql(desc = "The id of a Workspace; the active one where left out.")]
        workspace_id: Option<ID>,
    ) -> Result<AccessDecision> {
        let id = self.workspace("workspaceId", workspace_id)?;
        let membership = id.and_then(|id| self.0.membership(id));
        let permission = permissions::Permission::from(permission);
        let reason = match membership {
            None => Some("You do not belong to this workspace, or it does not exist.".to_owned()),
            Some(membership) if permissions::allows(membership.role, permission) => None,
            Some(membership) => Some(format!(
                "You are {} in {}; {} needs {}.",
                membership.role.display_name(),
                membership.name,
                permission.code(),
                permissions::holders(permission),
            )),
        };
        Ok(AccessDecision {
            allowed: reason.is_none(),
            reason,
        })
    }
}
