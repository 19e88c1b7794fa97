use crate::App;
use crate::account::reset;
use crate::error::{Error, Problem, ProblemCode};
use crate::graphql::enums::{LinkState, Role};
use crate::graphql::error::Result;
use crate::graphql::time::DateTime;
use crate::name;
use crate::team::invitation::link::{Link, LinkState as State};
use async_graphql::SimpleObject;
use entity::invitation;
use entity::membership;
use entity::user::{self, UserStatus};
use entity::workspace;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;

/// The content of the page that an invitation link opens. Reading it does not use up the link.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationPreview {
    /// The state of the link.
    state: LinkState,
    /// What to do, in a sentence; `null` if the link can be used.
    message: Option<String>,
    /// The invited email address. This and the following fields are only set while the link is
    /// `VALID` or `EXPIRED`.
    email: Option<String>,
    /// The first name as entered by the inviter, as a suggestion.
    first_name: Option<String>,
    /// The last name as entered by the inviter, as a suggestion.
    last_name: Option<String>,
    /// The name of the inviting admin.
    inviter_name: Option<String>,
    /// When the link expires.
    expires_at: Option<DateTime>,
    /// Whether the email address already has an account. If so, sign in and accept without a
    /// password.
    has_account: bool,
    /// The workspaces and roles of the invitation.
    placements: Vec<InvitationPlacement>,
}

/// A workspace of an invitation, and the role there.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationPlacement {
    /// The name of the workspace.
    workspace_name: String,
    /// The role after accepting.
    role: Role,
    /// The display name of the role.
    role_name: &'static str,
}

impl InvitationPreview {
    fn bare(state: LinkState, problem: Option<Problem>) -> InvitationPreview {
        InvitationPreview {
            state,
            message: problem.map(|problem| problem.message),
            email: None,
            first_name: None,
            last_name: None,
            inviter_name: None,
            expires_at: None,
            has_account: false,
            placements: Vec::new(),
        }
    }

    /// Loads the preview of a link.
    pub async fn load(app: &App, token: &str) -> Result<InvitationPreview> {
        let link = match Link::find(&app.db, token, app.now()).await {
            Ok(link) => link,
            Err(Error::Refused(problems)) => {
                return Ok(Self::bare(LinkState::Unknown, problems.into_iter().next()));
            }
            Err(error) => return Err(error.into()),
        };
        if !matches!(link.state, State::Valid | State::Expired) {
            return Ok(Self::bare(link.state.into(), link.state.problem()));
        }
        let open = still_open(app, link.with_state(link.state)).await?;
        let Some(first) = open.first() else {
            return Ok(Self::bare(LinkState::Revoked, State::Revoked.problem()));
        };
        let mut preview = Self::bare(link.state.into(), link.state.problem());
        preview.fill(app, first, &open).await?;
        Ok(preview)
    }

    async fn fill(
        &mut self,
        app: &App,
        (first, member): &Open<'_>,
        open: &[Open<'_>],
    ) -> Result<()> {
        let ids = open.iter().map(|(invitation, _)| invitation.workspace_id);
        let workspaces = workspace::Entity::find()
            .filter(workspace::Column::Id.is_in(ids))
            .all(&app.db)
            .await?;
        let user = user::Entity::find_by_id(first.user_id).one(&app.db).await?;
        let inviter = user::Entity::find_by_id(first.inviter_id)
            .one(&app.db)
            .await?;
        self.email = Some(first.email.clone());
        self.first_name = Some(member.first_name.clone()).filter(|name| !name.is_empty());
        self.last_name = Some(member.last_name.clone()).filter(|name| !name.is_empty());
        self.inviter_name =
            inviter.map(|user| name::display(&user.first_name, &user.last_name, &user.email));
        self.expires_at = Some(DateTime(first.expires_at));
        self.has_account = user.is_some_and(|user| user.status == UserStatus::Active);
        let placement = |(invitation, _): &Open<'_>| {
            let workspace = workspaces
                .iter()
                .find(|row| row.id == invitation.workspace_id)?;
            Some(InvitationPlacement {
                workspace_name: workspace.name.clone(),
                role: invitation.role.into(),
                role_name: invitation.role.display_name(),
            })
        };
        self.placements = open.iter().filter_map(placement).collect();
        Ok(())
    }
}

/// An open invitation and its invited membership.
type Open<'i> = (&'i invitation::Model, membership::Model);

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

/// The content of the page that a password reset link opens. Reading it does not use up the link.
#[derive(Clone, Debug, SimpleObject)]
pub struct PasswordResetPreview {
    /// The state of the link.
    state: LinkState,
    /// What to do, in a sentence; `null` if the link can be used.
    message: Option<String>,
    /// The email address of the account; only while the link is `VALID`.
    email: Option<String>,
    /// When the link expires.
    expires_at: Option<DateTime>,
}

impl PasswordResetPreview {
    /// Loads the preview of a link.
    pub async fn load(app: &App, token: &str) -> Result<PasswordResetPreview> {
        match reset::find(&app.db, token, app.now()).await {
            Ok((reset, user)) => Ok(PasswordResetPreview {
                state: LinkState::Valid,
                message: None,
                email: Some(user.email),
                expires_at: Some(DateTime(reset.expires_at)),
            }),
            Err(Error::Refused(problems)) => {
                let problem = problems.into_iter().next();
                let state = match problem.as_ref().map(|problem| problem.code) {
                    Some(ProblemCode::TokenExpired) => LinkState::Expired,
                    Some(ProblemCode::TokenUsed) => LinkState::Used,
                    Some(ProblemCode::TokenReplaced) => LinkState::Replaced,
                    _ => LinkState::Unknown,
                };
                let message = problem.map(|problem| problem.message);
                Ok(PasswordResetPreview {
                    state,
                    message,
                    email: None,
                    expires_at: None,
                })
            }
            Err(error) => Err(error.into()),
        }
    }
}
