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
use crate::permissions::Permission;
use crate::permissions::Permission::TeamView;
use crate::team::member::Member;
use async_graphql::{Context, ID, Object};
use uuid::Uuid;

/// A person, seen from one workspace: what other workspaces know of them stays there.
#[derive(Clone, Debug)]
pub struct User {
    id: Uuid,
    /// The workspace through which the person is visible; none for oneself.
    via: Option<Uuid>,
    email: String,
    first_name: String,
    last_name: String,
    status: UserStatus,
}

impl User {
    /// The person behind a membership.
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

    /// The viewer as a person.
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

    fn needs(&self, permission: Permission) -> Requires {
        Requires::new(self.via.unwrap_or_default(), permission).or_user(self.id)
    }

    /// The workspaces in which the viewer may see the membership of another user: the one they are
    /// seen through and those that the viewer manages.
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
#[Object]
impl User {
    /// Opaque and globally unique.
    pub async fn id(&self) -> ID {
        GlobalId::User(self.id).encode()
    }

    /// The person's address, as typed. Needs `TEAM_VIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn email(&self) -> Option<&str> {
        Some(&self.email)
    }

    /// First and last name; the address where no name is known. Needs `TEAM_VIEW`, unless it is
    /// about you.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn name(&self) -> Option<String> {
        Some(name::display(
            &self.first_name,
            &self.last_name,
            &self.email,
        ))
    }

    /// The first name; empty where none is known. Needs `TEAM_VIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn first_name(&self) -> Option<&str> {
        Some(&self.first_name)
    }

    /// The last name; empty where none is known. Needs `TEAM_VIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn last_name(&self) -> Option<&str> {
        Some(&self.last_name)
    }

    /// Whether the person has signed up. Needs `TEAM_VIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamView)", directive = requires::apply(TeamView.into()))]
    async fn status(&self) -> Option<UserStatus> {
        Some(self.status)
    }

    /// The person's memberships: your own, all of them; others', in the workspace that you see them
    /// in and in those that you manage. Needs `TEAM_VIEW`, unless it is about you.
    #[graphql(
        guard = "self.needs(TeamView)",
        directive = requires::apply(TeamView.into()),
        directive = cost::apply(LOADED)
    )]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100; 50 where neither is given.")] first: Option<i32>,
        #[graphql(desc = "Start behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Membership>>> {
        let slice = PageArgs {
            first,
            after,
            last,
            before,
        }
        .slice(cursor::to_index)?;
        let context = RequestContext::of(ctx)?;
        let viewer = context.signed_in()?;
        if viewer.user_id == self.id {
            return Ok(Some(own_memberships(context, &viewer, &slice).await?));
        }
        let key = SharedKey {
            user_id: self.id,
            workspace_ids: self.visible_workspaces(&viewer),
            slice: slice.clone(),
        };
        let shared = context.loaders().shared(key).await?;
        let nodes = shared.members.into_iter();
        let nodes = nodes.map(|(place, member)| (place, Membership(member)));
        let page = Connection::of_places(nodes.collect(), shared.total, &slice);
        Ok(Some(page))
    }
}
