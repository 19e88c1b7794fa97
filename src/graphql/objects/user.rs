use super::membership::Membership;
use super::viewer::own_memberships;
use crate::account::viewer::Viewer;
use crate::graphql::connection::Connection;
use crate::graphql::cost::{LOADED, cost};
use crate::graphql::cursor::{self, PageArgs};
use crate::graphql::enums::UserStatus;
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::id::GlobalId;
use crate::graphql::loaders::SharedKey;
use crate::graphql::request_context::RequestContext;
use crate::name;
use crate::page::Slice;
use crate::permissions::Permission;
use crate::permissions::Permission::TeamView;
use crate::team::member::Member;
use async_graphql::{Context, ID, Object};
use paging_macros::paged;
use uuid::Uuid;

/// A person as seen from one workspace. What other workspaces know about the person is not visible.
#[derive(Clone, Debug)]
pub struct User {
    id: Uuid,
    /// The workspace that makes the person visible; `None` for the viewer.
    via: Option<Uuid>,
    email: String,
    first_name: String,
    last_name: String,
    status: UserStatus,
}

impl User {
    /// Returns the user of a membership.
    pub fn of_member(row: &Member) -> User {
        User {
            id: row.user_id,
            via: Some(row.workspace_id),
            email: row.email.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            status: row.status.into(),
        }
    }

    /// Returns the viewer as a user.
    pub fn of_viewer(viewer: &Viewer) -> User {
        User {
            id: viewer.user_id,
            via: None,
            email: viewer.email.clone(),
            first_name: viewer.first_name.clone(),
            last_name: viewer.last_name.clone(),
            status: UserStatus::Active,
        }
    }

    /// Returns the viewer, or a user who shares a workspace with them.
    pub async fn find(context: &RequestContext, viewer: &Viewer, id: Uuid) -> Result<Option<User>> {
        if id == viewer.user_id {
            return Ok(Some(User::of_viewer(viewer)));
        }
        let memberships = viewer.memberships.iter();
        let key = SharedKey {
            user_id: id,
            workspace_ids: memberships
                .map(|membership| membership.workspace_id)
                .collect(),
            slice: Slice {
                limit: 0,
                backward: false,
                after: None,
                before: None,
            },
        };
        let shared = context.loaders().shared(key).await?;
        let first = shared.members.first();
        Ok(first.map(|(_, member)| User::of_member(member)))
    }

    fn needs(&self, permission: Permission) -> Requires {
        Requires::new(self.via.unwrap_or_default(), permission).or_user(self.id)
    }

    /// Returns a page of the memberships that the viewer may see.
    async fn shared_memberships(
        &self,
        context: &RequestContext,
        viewer: &Viewer,
        slice: &Slice<usize>,
    ) -> Result<Connection<Membership>> {
        let key = SharedKey {
            user_id: self.id,
            workspace_ids: self.visible_workspaces(viewer),
            slice: slice.clone(),
        };
        let shared = context.loaders().shared(key).await?;
        let nodes = shared.members.into_iter();
        let nodes = nodes.map(|(index, member)| (index, Membership(member)));
        Ok(Connection::of_indexed(nodes.collect(), shared.total, slice))
    }

    /// Returns the workspaces in which the viewer may see another user's membership: the one they
    /// are seen through, and those whose team the viewer manages.
    fn visible_workspaces(&self, viewer: &Viewer) -> Vec<Uuid> {
        let visible = |id: Uuid| self.via == Some(id) || viewer.can(id, Permission::TeamManage);
        viewer
            .memberships
            .iter()
            .map(|membership| membership.workspace_id)
            .filter(|id| visible(*id))
            .collect()
    }
}

/// A person, identified by one email address.
#[paged]
#[Object]
impl User {
    /// An opaque, globally unique ID.
    pub async fn id(&self) -> ID {
        GlobalId::User(self.id).encode()
    }

    /// The email address as typed. Requires `TEAM_VIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn email(&self) -> Option<&str> {
        Some(&self.email)
    }

    /// First and last name, or the email address if no name is known. Requires `TEAM_VIEW`, except
    /// for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn name(&self) -> Option<String> {
        Some(name::display(
            &self.first_name,
            &self.last_name,
            &self.email,
        ))
    }

    /// The first name; empty if unknown. Requires `TEAM_VIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn first_name(&self) -> Option<&str> {
        Some(&self.first_name)
    }

    /// The last name; empty if unknown. Requires `TEAM_VIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn last_name(&self) -> Option<&str> {
        Some(&self.last_name)
    }

    /// Whether the person has signed up. Requires `TEAM_VIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn status(&self) -> Option<UserStatus> {
        Some(self.status)
    }

    /// The memberships of the user. For yourself, all of them; for others, those in the workspace
    /// where you see them and in workspaces that you manage. Requires `TEAM_VIEW`, except for your
    /// own data.
    #[graphql(
        guard = "self.needs(TeamView)",
        directive = requires::apply(TeamView.into()),
        directive = cost::apply(LOADED)
    )]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
    ) -> Result<Option<Connection<Membership>>> {
        let slice = page.slice(cursor::to_index)?;
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        let page = if viewer.user_id == self.id {
            own_memberships(context, &viewer, &slice).await?
        } else {
            self.shared_memberships(context, &viewer, &slice).await?
        };
        Ok(Some(page))
    }
}
