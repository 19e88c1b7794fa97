use super::access_review::AccessReview;
use super::audit_event::AuditEvent;
use super::invitation::Invitation;
use super::mail_server::MailServer;
use super::membership::Membership;
use super::settings::WorkspaceSettings;
use super::team_summary::TeamSummary;
use crate::account::viewer::ViewerMembership;
use crate::error::Error;
use crate::graphql::connection::{Connection, Order, Total};
use crate::graphql::cost::{LOADED, SCAN, STATEMENT, cost};
use crate::graphql::cursor::{self, PageArgs};
use crate::graphql::enums::{
    AuditEventKind, AuditOutcome, InvitationState, MembershipOrderField, MembershipStatus,
    OrderDirection, Role,
};
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::id::{self, GlobalId};
use crate::graphql::request_context::RequestContext;
use crate::graphql::time::DateTime;
use crate::permissions::Permission;
use crate::permissions::Permission::{AccessHistoryView, TeamReview, TeamView, WorkspaceManage};
use crate::team::history::HistoryQuery;
use crate::team::invitation::list::InvitationQuery;
use crate::team::member::list::{MemberQuery, OpenInvitation};
use crate::team::member::order::MemberOrder;
use crate::team::summary;
use crate::team::workspace::settings;
use async_graphql::{Context, ID, InputObject, Object};
use paging_macros::paged;
use uuid::Uuid;

/// A workspace that the viewer belongs to.
#[derive(Clone, Debug)]
pub struct Workspace(pub ViewerMembership);

/// The sort order of members.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MembershipOrder {
    /// The field to sort by.
    pub field: MembershipOrderField,
    /// The sort direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

impl Workspace {
    /// Returns the workspace with an ID if the viewer belongs to it.
    ///
    /// # Errors
    /// `NotFound` if it does not exist or the viewer does not belong to it.
    pub fn find(ctx: &Context<'_>, id: Uuid) -> Result<Workspace> {
        let viewer = RequestContext::of(ctx)?.viewer();
        let membership = viewer.as_ref().and_then(|viewer| viewer.membership(id));
        Ok(Workspace(
            membership.cloned().ok_or(Error::NotFound("workspace"))?,
        ))
    }

    fn needs(&self, permission: Permission) -> Requires {
        Requires::new(self.0.workspace_id, permission)
    }
}

/// A tenant. All data that clients see belongs to a workspace of the viewer.
#[paged]
#[Object]
impl Workspace {
    /// An opaque, globally unique ID.
    pub async fn id(&self) -> ID {
        GlobalId::Workspace(self.0.workspace_id).encode()
    }

    /// The display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The unique name in URLs.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// When the workspace was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Your own membership.
    #[graphql(directive = cost::apply(LOADED))]
    async fn viewer_membership(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        let context = RequestContext::of(ctx)?;
        let viewer = context.viewer();
        let key = viewer.map(|viewer| (self.0.workspace_id, viewer.user_id));
        Membership::find(context, key).await
    }

    /// The number of members by status, in one consistent read. Requires `TEAM_VIEW`.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()), directive = cost::apply(STATEMENT))]
    async fn team_summary(&self, ctx: &Context<'_>) -> Result<Option<TeamSummary>> {
        let app = &RequestContext::of(ctx)?.app;
        let summary = summary::load(&app.db, self.0.workspace_id, app.now()).await?;
        Ok(Some(TeamSummary::from(summary)))
    }

    /// The members, active and invited. Requires `TEAM_VIEW`.
    #[graphql(
        guard = "self.needs(TeamView)",
        directive = requires::apply(TeamView.into()),
        directive = cost::apply(STATEMENT)
    )]
    async fn members(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
        #[graphql(
            desc = "Only members whose name or email address contains all of these words, ignoring case and accents.",
            directive = cost::apply(SCAN)
        )]
        search: Option<String>,
        #[graphql(desc = "Only members with this status.")] status: Option<MembershipStatus>,
        #[graphql(desc = "Only members with this role.")] role: Option<Role>,
        #[graphql(
            desc = "Only invited members whose invitation is `PENDING` or `EXPIRED`; other states have no membership. Requires `TEAM_REVIEW`.",
            directive = requires::apply(TeamReview.into()),
            directive = cost::apply(SCAN)
        )]
        invitation_state: Option<InvitationState>,
        #[graphql(desc = "The sort order; by default, by name.")] order_by: Option<MembershipOrder>,
    ) -> Result<Option<Connection<Membership>>> {
        let now = RequestContext::of(ctx)?.app.now();
        let invitation = invitation_state.map(OpenInvitation::try_from).transpose()?;
        let query = MemberQuery {
            role: role.map(Into::into),
            status: status.map(Into::into),
            invitation: invitation.map(|state| (state, now)),
            search: search.unwrap_or_default().chars().take(200).collect(),
            order: order_by.map_or(MemberOrder::Name, |order| order.field.into()),
            descending: order_by.is_some_and(|order| order.direction == OrderDirection::Desc),
            ..MemberQuery::of(self.0.workspace_id)
        };
        member_connection(ctx, query, page).await.map(Some)
    }

    /// A member. Requires `TEAM_VIEW`.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()), directive = cost::apply(LOADED))]
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ID of a membership in this workspace.")] id: ID,
    ) -> Result<Option<Membership>> {
        let (workspace_id, user_id) = id::membership_id("id", &id)?;
        if workspace_id != self.0.workspace_id {
            return Err(Error::NotFound("membership").into());
        }
        let found = Membership::find(RequestContext::of(ctx)?, (workspace_id, user_id)).await?;
        Ok(Some(found.ok_or(Error::NotFound("membership"))?))
    }

    /// The invitations, latest first. Requires `TEAM_REVIEW`.
    #[graphql(
        guard = "self.needs(TeamReview)",
        directive = requires::apply(TeamReview.into()),
        directive = cost::apply(STATEMENT)
    )]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
        #[graphql(desc = "Only invitations in this state.")] state: Option<InvitationState>,
    ) -> Result<Option<Connection<Invitation>>> {
        let app = &RequestContext::of(ctx)?.app;
        let query = InvitationQuery {
            workspace_id: self.0.workspace_id,
            state: state.map(Into::into),
            now: app.now(),
        };
        Connection::latest_first(&app.db, &page, query, Total::Invitations, Invitation::new)
            .await
            .map(Some)
    }

    /// The access history (audit log), latest first: actions performed and attempts denied, for as
    /// long as the operator keeps them. Requires `ACCESS_HISTORY_VIEW`.
    #[graphql(
        guard = "self.needs(AccessHistoryView)",
        directive = requires::apply(AccessHistoryView.into()),
        directive = cost::apply(STATEMENT)
    )]
    async fn access_history(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
        #[graphql(desc = "Only events of this kind.")] kind: Option<AuditEventKind>,
        #[graphql(desc = "Only performed actions, or only denied attempts.")] outcome: Option<
            AuditOutcome,
        >,
        #[graphql(desc = "Only actions of this user, given by ID.")] actor_id: Option<ID>,
        #[graphql(desc = "Only events that affected this user, given by ID.")] subject_id: Option<
            ID,
        >,
        #[graphql(desc = "Only events from this time on.")] from: Option<DateTime>,
        #[graphql(desc = "Only events before this time.")] until: Option<DateTime>,
    ) -> Result<Option<Connection<AuditEvent>>> {
        let query = HistoryQuery {
            workspace_id: self.0.workspace_id,
            kind: kind.map(Into::into),
            outcome: outcome.map(Into::into),
            actor_id: id::optional_user_id("actorId", actor_id.as_ref())?,
            subject_id: id::optional_user_id("subjectId", subject_id.as_ref())?,
            from: from.map(|time| time.0),
            until: until.map(|time| time.0),
        };
        let db = &RequestContext::of(ctx)?.app.db;
        Connection::latest_first(db, &page, query, Total::History, AuditEvent)
            .await
            .map(Some)
    }

    /// The settings. Requires `WORKSPACE_MANAGE`.
    #[graphql(guard = "self.needs(WorkspaceManage)", directive = requires::apply(WorkspaceManage.into()), directive = cost::apply(STATEMENT))]
    async fn settings(&self, ctx: &Context<'_>) -> Result<Option<WorkspaceSettings>> {
        let db = &RequestContext::of(ctx)?.app.db;
        let workspace = settings::load(db, self.0.workspace_id).await?;
        Ok(Some(workspace.into()))
    }

    /// The mail server of this installation. Requires `TEAM_REVIEW`.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn mail_server(&self, ctx: &Context<'_>) -> Result<Option<MailServer>> {
        Ok(Some(MailServer::of(&RequestContext::of(ctx)?.app)))
    }

    /// A review of who has access: old invitations, inactive members, admins. Requires
    /// `TEAM_REVIEW`.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn access_review(&self) -> Option<AccessReview> {
        Some(AccessReview {
            workspace_id: self.0.workspace_id,
        })
    }
}

impl TryFrom<InvitationState> for OpenInvitation {
    type Error = Error;

    fn try_from(state: InvitationState) -> Result<OpenInvitation, Error> {
        match state {
            InvitationState::Pending => Ok(OpenInvitation::Pending),
            InvitationState::Expired => Ok(OpenInvitation::Expired),
            InvitationState::Accepted | InvitationState::Declined | InvitationState::Revoked => {
                let message = "`invitationState` must be `PENDING` or `EXPIRED`: other invitations have no membership. Use `invitations` to list them.";
                Err(Error::bad_input("invitationState", message))
            }
        }
    }
}

/// Returns a page of members as a connection.
///
/// # Errors
/// `Forbidden` if the viewer may not see a column that the query filters or sorts by.
pub async fn member_connection(
    ctx: &Context<'_>,
    query: MemberQuery,
    page: PageArgs,
) -> Result<Connection<Membership>> {
    let context = RequestContext::of(ctx)?;
    context
        .signed_in()?
        .require(query.workspace_id, query.permission())?;
    let (by, descending) = (query.order, query.descending);
    let slice = page.slice(|cursor| cursor::to_member(by, descending, cursor))?;
    let page = query.page(&context.app.db, &slice).await?;
    Ok(Connection::new(page, Total::Members(query), |member| {
        (Order::Members { by, descending }, Membership(member))
    }))
}

impl From<MembershipOrderField> for MemberOrder {
    fn from(field: MembershipOrderField) -> MemberOrder {
        match field {
            MembershipOrderField::Name => MemberOrder::Name,
            MembershipOrderField::Email => MemberOrder::Email,
            MembershipOrderField::Role => MemberOrder::Role,
            MembershipOrderField::LastActive => MemberOrder::LastActive,
            MembershipOrderField::Joined => MemberOrder::Joined,
        }
    }
}
