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
use paging_macros::paged;
use uuid::Uuid;

/// The access review of a workspace.
#[derive(Clone, Copy, Debug)]
pub struct AccessReview {
    pub workspace_id: Uuid,
}

/// One finding of an access review.
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

/// A regular review of who has access. Each finding has a count and a list of members.
#[Object]
impl AccessReview {
    /// Members who have not accepted an invitation sent over a week ago, oldest first. Requires
    /// `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn stale_invitations(&self) -> Option<AccessFinding> {
        self.finding(Finding::StaleInvitations)
    }

    /// Members who were active once but not in the last 90 days, least recently active first.
    /// Requires `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn unseen_members(&self) -> Option<AccessFinding> {
        self.finding(Finding::UnseenMembers)
    }

    /// Members who have never been active since they joined, oldest accounts first. Requires
    /// `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn never_signed_in(&self) -> Option<AccessFinding> {
        self.finding(Finding::NeverSignedIn)
    }

    /// The active Workspace Admins, by name. Two or three are good practice. Requires
    /// `TEAM_REVIEW`.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn admins(&self) -> Option<AccessFinding> {
        self.finding(Finding::Admins)
    }
}

/// One finding of an access review.
#[paged]
#[Object]
impl AccessFinding {
    /// The number of members. Requires `TEAM_REVIEW`.
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

    /// The members. Requires `TEAM_REVIEW`.
    #[graphql(
        guard = "Requires::new(self.workspace_id, TeamReview)",
        directive = requires::apply(TeamReview.into()),
        directive = cost::apply(SCAN)
    )]
    async fn members(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
    ) -> Result<Option<Connection<Membership>>> {
        let query = self
            .finding
            .query(self.workspace_id, RequestContext::of(ctx)?.app.now());
        member_connection(ctx, query, page).await.map(Some)
    }
}
