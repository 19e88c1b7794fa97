use super::invitation::Invitation;
use super::user::User;
use super::workspace::Workspace;
use crate::graphql::connection::{ConnectionNode, Order};
use crate::graphql::cost::{LOADED, STATEMENT, cost};
use crate::graphql::cursor;
use crate::graphql::enums::{MembershipAction, MembershipStatus, Role};
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::id::GlobalId;
use crate::graphql::request_context::RequestContext;
use crate::graphql::time::DateTime;
use crate::permissions::Permission;
use crate::permissions::Permission::{TeamReview, TeamView};
use crate::team::member::Member;
use crate::team::member::actions;
use async_graphql::{Context, ID, Object};
use entity::membership::MembershipStatus as Status;
use uuid::Uuid;

/// The membership of a user in a workspace.
#[derive(Clone, Debug)]
pub struct Membership(pub Member);

impl ConnectionNode for Membership {
    const CONNECTION: &'static str = "MembershipConnection";
    const EDGE: &'static str = "MembershipEdge";
    const TOTAL: i32 = STATEMENT;

    fn cursor(&self, order: Order) -> String {
        match order {
            Order::Members { by, descending } => {
                cursor::of_member(by, descending, self.0.position(by))
            }
            Order::Ids | Order::Index(_) => cursor::of_id(self.0.user_id),
        }
    }
}

impl Membership {
    /// Returns the IDs of the workspace and the user.
    pub fn key(&self) -> (Uuid, Uuid) {
        self.0.key()
    }

    /// Returns the membership of a workspace and a user, if there is one.
    pub async fn find(
        context: &RequestContext,
        key: impl Into<Option<(Uuid, Uuid)>>,
    ) -> Result<Option<Membership>> {
        match key.into() {
            Some(key) => Ok(context.loaders().member(key).await?.map(Membership)),
            None => Ok(None),
        }
    }

    fn needs(&self, permission: Permission) -> Requires {
        let (workspace_id, user_id) = self.key();
        Requires::new(workspace_id, permission).or_user(user_id)
    }
}

// Serial execution: at most one field waits for I/O, and concurrent execution costs more than the
// fields themselves.
/// The membership of a user in a workspace. Your own membership is always fully visible to you.
#[Object(serial)]
impl Membership {
    /// An opaque, globally unique ID.
    pub async fn id(&self) -> ID {
        let (workspace_id, user_id) = self.key();
        GlobalId::Membership {
            workspace_id,
            user_id,
        }
        .encode()
    }

    /// The user.
    async fn user(&self) -> User {
        User::of_member(&self.0)
    }

    /// The workspace.
    async fn workspace(&self, ctx: &Context<'_>) -> Result<Workspace> {
        Workspace::find(ctx, self.key().0)
    }

    /// First and last name, or the email address if no name is known. Until the person signs up,
    /// the name is as entered by an admin of this workspace. Requires `TEAM_VIEW`, except for your
    /// own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn name(&self) -> Option<String> {
        Some(self.0.name())
    }

    /// The email address. Requires `TEAM_VIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn email(&self) -> Option<&str> {
        Some(&self.0.email)
    }

    /// The role in this workspace. Requires `TEAM_VIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn role(&self) -> Option<Role> {
        Some(self.0.role.into())
    }

    /// Whether the person has joined or is still invited. Requires `TEAM_VIEW`, except for your own
    /// data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn status(&self) -> Option<MembershipStatus> {
        Some(self.0.status.into())
    }

    /// When the person joined; `null` while invited. Requires `TEAM_VIEW`, except for your own
    /// data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn joined_at(&self) -> Option<DateTime> {
        let row = &self.0;
        (row.status == Status::Active).then_some(DateTime(row.joined_at))
    }

    /// When the person was last active in this workspace, to the minute; `null` if never. Requires
    /// `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn last_active_at(&self) -> Option<DateTime> {
        self.0.last_active_at().map(DateTime)
    }

    /// When the latest invitation was sent; `null` if the person was never invited by email.
    /// Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn invite_sent_at(&self) -> Option<DateTime> {
        self.0.invite_sent_at.map(DateTime)
    }

    /// The open invitation; `null` once the person has joined. Requires `TEAM_REVIEW`, except for
    /// your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()), directive = cost::apply(LOADED))]
    async fn invitation(&self, ctx: &Context<'_>) -> Result<Option<Invitation>> {
        if self.0.status == Status::Active {
            return Ok(None);
        }
        // Boxed to keep the futures of the other fields small.
        let found = Box::pin(
            RequestContext::of(ctx)?
                .loaders()
                .open_invitation(self.key()),
        )
        .await?;
        Ok(found.map(Invitation::new))
    }

    /// What you may do with this member now. Empty without `TEAM_MANAGE`. Conditions beyond the
    /// member (last admin, cooldown) are checked by the mutation.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<MembershipAction>> {
        let viewer = RequestContext::of(ctx)?.viewer();
        let actions = viewer.map_or_else(Vec::new, |viewer| actions::available(&viewer, &self.0));
        Ok(actions.into_iter().map(MembershipAction::from).collect())
    }
}
