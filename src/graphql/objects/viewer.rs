use super::membership::Membership;
use super::session::Session;
use super::user::User;
use super::workspace::Workspace;
use crate::account::sessions::SessionQuery;
use crate::account::viewer::Viewer as Inner;
use crate::error::Error;
use crate::graphql::connection::{Connection, ConnectionNode, Order, Total};
use crate::graphql::cost::{STATEMENT, cost};
use crate::graphql::cursor::{self, PageArgs};
use crate::graphql::enums::Permission;
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::request_context::RequestContext;
use crate::page::Slice;
use crate::permissions;
use async_graphql::{Context, ID, Object, SimpleObject};
use futures_util::future::try_join_all;
use paging_macros::paged;
use std::sync::Arc;
use uuid::Uuid;

/// The signed-in user.
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

/// The result of a permission check.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessDecision {
    /// Whether the viewer has the permission.
    allowed: bool,
    /// Why it is not allowed, in a sentence; `null` if it is allowed.
    reason: Option<String>,
}

impl Viewer {
    fn workspace(&self, field: &str, id: Option<ID>) -> Result<Option<Uuid>, Error> {
        match id {
            Some(id) => id::workspace_id(field, &id).map(Some),
            None => Ok(self
                .0
                .active_membership()
                .map(|membership| membership.workspace_id)),
        }
    }
}

/// Returns a page of the viewer's own memberships, sorted by workspace name.
pub async fn own_memberships(
    context: &RequestContext,
    viewer: &Inner,
    slice: &Slice<usize>,
) -> crate::error::Result<Connection<Membership>> {
    let total = viewer.memberships.len();
    let indexes = slice.indexes(total);
    let rows = indexes.iter().map(|index| {
        let workspace_id = viewer.memberships[*index].workspace_id;
        context.loaders().member((workspace_id, viewer.user_id))
    });
    let rows = try_join_all(rows).await?;
    let members = indexes.into_iter().zip(rows);
    let members = members.filter_map(|(index, row)| Some((index, Membership(row?))));
    Ok(Connection::of_indexed(members.collect(), total, slice))
}

/// The signed-in user, with their session, workspaces and permissions.
#[paged]
#[Object]
impl Viewer {
    /// The viewer.
    async fn user(&self) -> User {
        User::of_viewer(&self.0)
    }

    /// The session of this request.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<Session>> {
        Session::find(RequestContext::of(ctx)?, &self.0, self.0.session_id).await
    }

    /// Your sessions, latest first. The number of sessions is limited; at the limit, a new session
    /// ends the longest-idle one.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn sessions(&self, ctx: &Context<'_>, page: PageArgs) -> Result<Connection<Session>> {
        let app = &RequestContext::of(ctx)?.app;
        let query = SessionQuery::of(app, self.0.user_id);
        let session = |row| Session::new(row, self.0.session_id);
        Connection::latest_first(&app.db, &page, query, Total::Sessions, session).await
    }

    /// The active workspace of the session, which is the default wherever a workspace can be
    /// omitted; `null` if you belong to none.
    async fn active_workspace(&self) -> Option<Workspace> {
        self.0.active_membership().cloned().map(Workspace)
    }

    /// Your memberships in all workspaces.
    #[graphql(directive = cost::apply(STATEMENT))]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
    ) -> Result<Connection<Membership>> {
        let slice = page.slice(cursor::to_index)?;
        Ok(own_memberships(RequestContext::of(ctx)?, &self.0, &slice).await?)
    }

    /// Your permissions in a workspace; empty if you do not belong to it.
    async fn permissions(
        &self,
        #[graphql(desc = "The ID of the workspace; by default, the active one.")]
        workspace_id: Option<ID>,
    ) -> Result<Vec<Permission>> {
        let id = self.workspace("workspaceId", workspace_id)?;
        let membership = id.and_then(|id| self.0.membership(id));
        let held = membership.map_or_else(Vec::new, |membership| {
            permissions::permissions(membership.role)
        });
        Ok(held.into_iter().map(Permission::from).collect())
    }

    /// Checks whether you have a permission in a workspace. Other services call this on your
    /// behalf.
    async fn can(
        &self,
        #[graphql(desc = "The permission to check.")] permission: Permission,
        #[graphql(desc = "The ID of the workspace; by default, the active one.")]
        workspace_id: Option<ID>,
    ) -> Result<AccessDecision> {
        let id = self.workspace("workspaceId", workspace_id)?;
        let reason = self.0.reason_against(id, permission.into());
        Ok(AccessDecision {
            allowed: reason.is_none(),
            reason,
        })
    }
}
