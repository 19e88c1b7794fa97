use crate::App;
use crate::account::reset;
use crate::error::{Error, Problem, ProblemCode};
use crate::graphql::enums::{LinkState, Role};
use crate::graphql::error::Result;
use crate::graphql::time::DateTime;
use crate::team::invitation::preview::{Placement, Preview};
use async_graphql::SimpleObject;
use entity::{password_reset, user};

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

impl From<Preview> for InvitationPreview {
    fn from(preview: Preview) -> InvitationPreview {
        let bare = InvitationPreview {
            state: preview.state.map_or(LinkState::Unknown, LinkState::from),
            message: preview.problem.map(|problem| problem.message),
            email: None,
            first_name: None,
            last_name: None,
            inviter_name: None,
            expires_at: None,
            has_account: false,
            placements: Vec::new(),
        };
        let Some(invitations) = preview.invitations else {
            return bare;
        };
        InvitationPreview {
            email: Some(invitations.email),
            first_name: Some(invitations.first_name).filter(|name| !name.is_empty()),
            last_name: Some(invitations.last_name).filter(|name| !name.is_empty()),
            inviter_name: invitations.inviter_name,
            expires_at: Some(DateTime(invitations.expires_at)),
            has_account: invitations.has_account,
            placements: invitations.placements.into_iter().map(Into::into).collect(),
            ..bare
        }
    }
}

impl From<Placement> for InvitationPlacement {
    fn from(placement: Placement) -> InvitationPlacement {
        InvitationPlacement {
            workspace_name: placement.workspace_name,
            role: placement.role.into(),
            role_name: placement.role.display_name(),
        }
    }
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
            Ok(found) => Ok(found.into()),
            Err(Error::Refused(problems)) => Ok(problems.into_iter().next().into()),
            Err(error) => Err(error.into()),
        }
    }
}

impl From<(password_reset::Model, user::Model)> for PasswordResetPreview {
    fn from((reset, user): (password_reset::Model, user::Model)) -> PasswordResetPreview {
        PasswordResetPreview {
            state: LinkState::Valid,
            message: None,
            email: Some(user.email),
            expires_at: Some(DateTime(reset.expires_at)),
        }
    }
}

impl From<Option<Problem>> for PasswordResetPreview {
    fn from(problem: Option<Problem>) -> PasswordResetPreview {
        PasswordResetPreview {
            state: match problem.as_ref().map(|problem| problem.code) {
                Some(ProblemCode::TokenExpired) => LinkState::Expired,
                Some(ProblemCode::TokenUsed) => LinkState::Used,
                Some(ProblemCode::TokenReplaced) => LinkState::Replaced,
                _ => LinkState::Unknown,
            },
            message: problem.map(|problem| problem.message),
            email: None,
            expires_at: None,
        }
    }
}
