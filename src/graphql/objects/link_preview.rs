use crate::App;
use crate::account::reset;
use crate::error::{Error, Problem, ProblemCode};
use crate::graphql::enums::{LinkState, Role};
use crate::graphql::error::Result;
use crate::graphql::time::DateTime;
use crate::name;
use crate::team::link::{Link, LinkState as State};
use crate::team::roster;
use async_graphql::SimpleObject;
use entity::invitation;
use entity::user::{self, UserStatus};
use entity::workspace;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

/// What the page of an invitation link shows. Asking for it uses up nothing.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationPreview {
    /// How the link stands.
    state: LinkState,
    /// What to do, in a sentence; `null` where the link can be used.
    message: Option<String>,
    /// Whom it invites; only while it is `VALID` or `EXPIRED`, as all that follows.
    email: Option<String>,
    /// The first name that the inviter typed, to start from.
    first_name: Option<String>,
    /// The last name that the inviter typed, to start from.
    last_name: Option<String>,
    /// The admin who invites.
    inviter_name: Option<String>,
    /// Until when the link is valid.
    expires_at: Option<DateTime>,
    /// Whether the address has an account already: then sign in, and accept without a password.
    has_account: bool,
    /// Where it invites to.
    placements: Vec<InvitationPlacement>,
}

/// A workspace that an invitation is to, and the role there.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationPlacement {
    /// The workspace's name.
    workspace_name: String,
    /// The role that accepting gives.
    role: Role,
    /// What people call the role.
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

    /// Looks at a link.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(app: &App, token: &str) -> Result<InvitationPreview> {
        let link = match Link::find(&app.db, token, app.now()).await {
            Ok(link) => link,
            Err(Error::Refused(problems)) => {
                return Ok(Self::bare(LinkState::Unknown, problems.into_iter().next()));
            }
            Err(error) => return Err(error.into()),
        };
        let mut preview = Self::bare(link.state.into(), link.state.problem());
        if matches!(link.state, State::Valid | State::Expired) {
            preview.fill(app, &link.with_state(link.state)).await?;
        }
        Ok(preview)
    }

    async fn fill(&mut self, app: &App, invitations: &[&invitation::Model]) -> Result<()> {
        let Some(first) = invitations.first() else {
            return Ok(());
        };
        let ids = invitations.iter().map(|invitation| invitation.workspace_id);
        let workspaces = workspace::Entity::find()
            .filter(workspace::Column::Id.is_in(ids))
            .all(&app.db)
            .await?;
        let user = user::Entity::find_by_id(first.user_id).one(&app.db).await?;
        let inviter = user::Entity::find_by_id(first.inviter_id)
            .one(&app.db)
            .await?;
        let member = roster::member(&app.db, first.workspace_id, first.user_id).await?;
        self.email = Some(first.email.clone());
        self.first_name = Some(member.first_name).filter(|name| !name.is_empty());
        self.last_name = Some(member.last_name).filter(|name| !name.is_empty());
        self.inviter_name =
            inviter.map(|user| name::display(&user.first_name, &user.last_name, &user.email));
        self.expires_at = Some(DateTime(first.expires_at));
        self.has_account = user.is_some_and(|user| user.status == UserStatus::Active);
        let placement = |invitation: &&invitation::Model| {
            let workspace = workspaces
                .iter()
                .find(|row| row.id == invitation.workspace_id)?;
            Some(InvitationPlacement {
                workspace_name: workspace.name.clone(),
                role: invitation.role.into(),
                role_name: invitation.role.display_name(),
            })
        };
        self.placements = invitations.iter().filter_map(placement).collect();
        Ok(())
    }
}

/// What the page of a password reset link shows. Asking for it uses up nothing.
#[derive(Clone, Debug, SimpleObject)]
pub struct PasswordResetPreview {
    /// How the link stands.
    state: LinkState,
    /// What to do, in a sentence; `null` where the link can be used.
    message: Option<String>,
    /// Whose password it sets; only while it is `VALID`.
    email: Option<String>,
    /// Until when the link is valid.
    expires_at: Option<DateTime>,
}

impl PasswordResetPreview {
    /// Looks at a link.
    ///
    /// # Errors
    /// Those of the database.
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
