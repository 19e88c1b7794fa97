use super::membership::Membership;
use super::workspace::member_connection;
use crate::graphql::connection::Connection;
use crate::graphql::cost::{SCAN, cost};
use crate::graphql::cursor::PageArgs;
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::TeamReview;
use crate::team::review::Finding;
use async_graphql::{Context, Object};
use uuid::Uuid;

/// What good practice looks at again and again, for one workspace.
#[derive(Clone, Copy, Debug)]
pub struct AccessReview {
    pub workspace_id: Uuid,
}

/// One of the things that a review looks at.
#[derive(Clone, Copy, Debug)]
pub struct AccessFinding {
    workspace_id: Uuid,
    finding: Finding,
}

impl AccessReview {
    fn needs(&self) -> Requires {
        Requires::new(self.workspace_id, TeamReview)
    }

    fn finding(&self, finding: Finding) -> Option<AccessFinding> {
        let workspace_id = self.workspace_id;
        Some(AccessFinding {
            workspace_id,
            finding,
        })
    }
}

/// What good practice looks at again and again: each as a count, and as a list to act on.
#[Object]
impl AccessReview {
    /// Members whose invitation was sent over a week ago and not accepted, the oldest first. Needs
    /// `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn stale_invitations(&self) -> Option<AccessFinding> {
        self.finding(Finding::StaleInvitations)
    }

    /// Members who were active once, but not in the last 90 days; the longest unseen first. Needs
    /// `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn unseen_members(&self) -> Option<AccessFinding> {
        self.finding(Finding::UnseenMembers)
    }

    /// Members who have never been here since they joined, the oldest accounts first. Needs `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn never_signed_in(&self) -> Option<AccessFinding> {
        self.finding(Finding::NeverSignedIn)
    }

    /// The active Workspace Admins, by name: two or three are good practice. Needs `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn admins(&self) -> Option<AccessFinding> {
        self.finding(Finding::Admins)
    }
}

/// One of the things that a review looks at.
#[Object]
impl AccessFinding {
    /// How many members it is about. Needs `TEAM_REVIEW`.
    #[graphql(
        guard = "Requires::new(self.workspace_id, TeamReview)",
        directive = requires::apply(TeamReview.into()),
        directive = cost::apply(SCAN)
    )]
    async fn count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        let app = &RequestContext::of(ctx)?.app;
        let query = self.finding.query(self.workspace_id, app.now());
        Ok(Some(query.count(&app.db).await?))
    }

    /// The members it is about. Needs `TEAM_REVIEW`.
    #[graphql(
        guard = "Requires::new(self.workspace_id, TeamReview)",
        directive = requires::apply(TeamReview.into()),
        directive = cost::apply(SCAN)
    )]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Membership>>> {
        let query = self
            .finding
            .query(self.workspace_id, RequestContext::of(ctx)?.app.now());
        member_connection(
            ctx,
            query,
            PageArgs {
                first,
                after,
                last,
                before,
            },
        )
        .await
        .map(Some)
    }
}
