use super::membership::Membership;
use super::workspace::member_connection;
use crate::access::Permission::TeamReview;
use crate::graphql::connection::Connection;
use crate::graphql::cursor::{self, PageArgs};
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::scope::Scope;
use crate::team::list::MemberQuery;
use crate::team::review::Finding;
use async_graphql::{Context, Object};
use uuid::Uuid;

/// What good practice looks at again and again, for one workspace.
#[derive(Clone, Copy, Debug)]
pub struct AccessReview {
    pub workspace_id: Uuid,
}

impl AccessReview {
    fn needs(&self) -> Requires {
        Requires::new(self.workspace_id, TeamReview)
    }

    fn query(&self, ctx: &Context<'_>, finding: Finding) -> Result<MemberQuery> {
        let now = Scope::of(ctx)?.app.now();
        Ok(finding.query(self.workspace_id, now))
    }

    async fn count(&self, ctx: &Context<'_>, finding: Finding) -> Result<Option<i64>> {
        let query = self.query(ctx, finding)?;
        Ok(Some(query.count(&Scope::of(ctx)?.app.db).await?))
    }
}

/// What good practice looks at again and again: each as a count, and as a list to act on.
#[Object]
impl AccessReview {
    /// How many invitations were sent over a week ago and not accepted.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn stale_invitation_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        self.count(ctx, Finding::StaleInvitations).await
    }

    /// Members whose invitation was sent over a week ago and not accepted, the oldest first.
    #[graphql(
        guard = "self.needs()",
        directive = requires::apply(TeamReview.into()),
        complexity = "cursor::cost(first, last, child_complexity)"
    )]
    async fn stale_invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Membership>>> {
        let query = self.query(ctx, Finding::StaleInvitations)?;
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

    /// How many members were active once, but not in the last 90 days.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn unseen_member_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        self.count(ctx, Finding::UnseenMembers).await
    }

    /// Members who were active once, but not in the last 90 days; the longest unseen first.
    #[graphql(
        guard = "self.needs()",
        directive = requires::apply(TeamReview.into()),
        complexity = "cursor::cost(first, last, child_complexity)"
    )]
    async fn unseen_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Membership>>> {
        let query = self.query(ctx, Finding::UnseenMembers)?;
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

    /// How many members have never been here since they joined.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn never_signed_in_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        self.count(ctx, Finding::NeverSignedIn).await
    }

    /// Members who have never been here since they joined, by name.
    #[graphql(
        guard = "self.needs()",
        directive = requires::apply(TeamReview.into()),
        complexity = "cursor::cost(first, last, child_complexity)"
    )]
    async fn never_signed_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Membership>>> {
        let query = self.query(ctx, Finding::NeverSignedIn)?;
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

    /// How many active Workspace Admins there are: two or three are good practice.
    #[graphql(guard = "self.needs()", directive = requires::apply(TeamReview.into()))]
    async fn admin_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        self.count(ctx, Finding::Admins).await
    }

    /// The active Workspace Admins, by name.
    #[graphql(
        guard = "self.needs()",
        directive = requires::apply(TeamReview.into()),
        complexity = "cursor::cost(first, last, child_complexity)"
    )]
    async fn admins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Membership>>> {
        let query = self.query(ctx, Finding::Admins)?;
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
