//! What the page of an invitation link shows. Loading it does not use up the link.

use super::link::{Link, LinkState};
use crate::App;
use crate::error::{Error, Problem, Result};
use crate::name;
use chrono::{DateTime, Utc};
use entity::Role;
use entity::invitation;
use entity::membership;
use entity::user::{self, UserStatus};
use entity::workspace;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;

/// A link, and its invitations if it can be used or renewed.
#[derive(Clone, Debug)]
pub struct Preview {
    /// `None` if the link was never issued.
    pub state: Option<LinkState>,
    /// Why the link cannot be used.
    pub problem: Option<Problem>,
    /// Only of links that are valid or expired.
    pub invitations: Option<Invitations>,
}

/// The open invitations of a link.
#[derive(Clone, Debug)]
pub struct Invitations {
    pub email: String,
    /// The names that the inviter entered; may be empty.
    pub first_name: String,
    pub last_name: String,
    /// `None` if the inviter's account no longer exists.
    pub inviter_name: Option<String>,
    pub expires_at: DateTime<Utc>,
    /// Whether the invitee can sign in already.
    pub has_account: bool,
    pub placements: Vec<Placement>,
}

/// The name of a workspace, and the role in it.
#[derive(Clone, Debug)]
pub struct Placement {
    pub workspace_name: String,
    pub role: Role,
}

/// Loads the preview of a link.
pub async fn load(app: &App, token: &str) -> Result<Preview> {
    let link = match Link::find(&app.db, token, app.now()).await {
        Ok(link) => link,
        Err(Error::Refused(problems)) => {
            return Ok(Preview {
                state: None,
                problem: problems.into_iter().next(),
                invitations: None,
            });
        }
        Err(error) => return Err(error),
    };
    let open = match link.state {
        LinkState::Valid | LinkState::Expired => {
            still_open(app, link.with_state(link.state)).await?
        }
        _ => Vec::new(),
    };
    let invitations = match open.first() {
        Some(first) => Some(describe(app, first, &open).await?),
        None => None,
    };
    // Invitations that were open when the link was read have ended in the meantime.
    let state = match link.state {
        LinkState::Valid | LinkState::Expired if invitations.is_none() => LinkState::Revoked,
        state => state,
    };
    Ok(Preview {
        state: Some(state),
        problem: state.problem(),
        invitations,
    })
}

/// An open invitation and its invited membership.
type Open<'i> = (&'i invitation::Model, membership::Model);

async fn describe(app: &App, (first, member): &Open<'_>, open: &[Open<'_>]) -> Result<Invitations> {
    let ids = open.iter().map(|(invitation, _)| invitation.workspace_id);
    let workspaces = workspace::Entity::find()
        .filter(workspace::Column::Id.is_in(ids))
        .all(&app.db)
        .await?;
    let user = user::Entity::find_by_id(first.user_id).one(&app.db).await?;
    let inviter = user::Entity::find_by_id(first.inviter_id)
        .one(&app.db)
        .await?;
    let placement = |(invitation, _): &Open<'_>| {
        let is_its = |row: &&workspace::Model| row.id == invitation.workspace_id;
        Some(Placement {
            workspace_name: workspaces.iter().find(is_its)?.name.clone(),
            role: invitation.role,
        })
    };
    Ok(Invitations {
        email: first.email.clone(),
        first_name: member.first_name.clone(),
        last_name: member.last_name.clone(),
        inviter_name: inviter
            .map(|user| name::display(&user.first_name, &user.last_name, &user.email)),
        expires_at: first.expires_at,
        has_account: user.is_some_and(|user| user.status == UserStatus::Active),
        placements: open.iter().filter_map(placement).collect(),
    })
}

/// Returns the invitations of a link that are still open. An invitation that ends loses its invited
/// membership.
async fn still_open<'i>(
    app: &App,
    invitations: Vec<&'i invitation::Model>,
) -> Result<Vec<Open<'i>>> {
    let workspaces = invitations.iter().map(|one| one.workspace_id);
    let users = invitations.iter().map(|one| one.user_id);
    let members = membership::Entity::find()
        .filter(membership::Column::WorkspaceId.is_in(workspaces))
        .filter(membership::Column::UserId.is_in(users))
        .all(&app.db)
        .await?;
    let mut members: HashMap<_, _> = members
        .into_iter()
        .map(|member| ((member.workspace_id, member.user_id), member))
        .collect();
    let open = invitations.into_iter().filter_map(|invitation| {
        let member = members.remove(&(invitation.workspace_id, invitation.user_id))?;
        Some((invitation, member))
    });
    Ok(open.collect())
}
