//! From an outbox row to a letter: what it says is looked up at the moment of rendering, so that a
//! mail never tells of what has ended meanwhile.

use super::letter::{
    Added, Invitation, InvitationRequested, Letter, LinkPage, PasswordChanged, PasswordReset,
    RequestedBy, WorkspaceRole, link,
};
use super::outbox::{Notice, Place};
use super::render::{Rendered, Renderer};
use crate::App;
use crate::error::{Error, Result};
use crate::name;
use crate::team::link::mint;
use chrono::{DateTime, Utc};
use entity::invitation::{self, InvitationState};
use entity::link_token::LinkPurpose;
use entity::{outbox, password_reset, user, workspace};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Select};
use std::collections::HashSet;
use uuid::Uuid;

/// Renders a mail of the outbox, with a token that is made here and now; `None` where what it is
/// about has ended.
///
/// # Errors
/// Those of the database; `Internal` where the row or a template is broken.
pub async fn render(
    app: &App,
    renderer: &Renderer,
    mail: &outbox::Model,
) -> Result<Option<Rendered>> {
    let Some(letter) = compose(app, mail).await? else {
        return Ok(None);
    };
    let public_url = app.config.public_url();
    let link = match letter.page() {
        Some(page) => {
            let purpose = match page {
                LinkPage::AcceptInvitation => LinkPurpose::Invitation,
                LinkPage::ResetPassword => LinkPurpose::PasswordReset,
                LinkPage::SetUp => LinkPurpose::Setup,
            };
            let token = mint(app, mail.id, purpose).await?;
            Some(link(&public_url, page, token.secret()))
        }
        None => None,
    };
    let rendered = renderer.render(&letter, link.as_ref(), &public_url);
    rendered.map(Some).map_err(Error::internal)
}

/// Those of the mails whose matter has ended, by their ids: [`render`] gives nothing for them.
///
/// # Errors
/// Those of the database.
pub async fn ended(app: &App, mails: &[outbox::Model]) -> Result<HashSet<Uuid>> {
    let with_link = |mail: &&outbox::Model| {
        let notice = serde_json::from_value(mail.letter.clone());
        matches!(
            notice,
            Ok(Notice::Invitation | Notice::PasswordReset { .. })
        )
    };
    let mut ids: HashSet<Uuid> = mails.iter().filter(with_link).map(|mail| mail.id).collect();
    let invitations = pending_invitations(app.now())
        .filter(invitation::Column::MailId.is_in(ids.iter().copied()))
        .all(&app.db)
        .await?;
    let resets = open_resets(app.now())
        .filter(password_reset::Column::MailId.is_in(ids.iter().copied()))
        .all(&app.db)
        .await?;
    for invitation in invitations {
        ids.remove(&invitation.mail_id);
    }
    for reset in resets {
        ids.remove(&reset.mail_id);
    }
    Ok(ids)
}

async fn compose(app: &App, mail: &outbox::Model) -> Result<Option<Letter>> {
    let notice: Notice = serde_json::from_value(mail.letter.clone()).map_err(Error::internal)?;
    let name = Some(mail.recipient_name.clone()).filter(|name| !name.is_empty());
    Ok(match notice {
        Notice::Invitation => invitation(app, mail.id, name)
            .await?
            .map(Letter::Invitation),
        Notice::PasswordReset { by } => {
            let requested_by = by.map_or(RequestedBy::SelfService, |by| RequestedBy::Admin {
                name: by.name,
                workspace: by.workspace,
            });
            let reset = open_reset(app, mail.id).await?;
            reset.map(|reset| {
                Letter::PasswordReset(PasswordReset {
                    name,
                    requested_by,
                    expires_at: reset.expires_at,
                })
            })
        }
        Notice::Added { by, workspaces } => Some(Letter::Added(Added {
            name,
            added_by: by,
            workspaces: workspaces.into_iter().map(WorkspaceRole::from).collect(),
        })),
        Notice::PasswordChanged { at } => {
            Some(Letter::PasswordChanged(PasswordChanged { name, at }))
        }
        Notice::RenewalAsked {
            invitee,
            workspaces,
            slug,
        } => Some(Letter::InvitationRequested(InvitationRequested {
            name,
            invitee_email: invitee,
            workspaces,
            slug,
        })),
    })
}

impl From<Place> for WorkspaceRole {
    fn from(place: Place) -> WorkspaceRole {
        WorkspaceRole {
            name: place.workspace,
            role: place.role,
        }
    }
}

/// What the invitations that name a mail say; `None` where none of them is pending any longer.
async fn invitation(app: &App, mail_id: Uuid, name: Option<String>) -> Result<Option<Invitation>> {
    let invitations = pending_invitations(app.now())
        .filter(invitation::Column::MailId.eq(mail_id))
        .order_by_asc(invitation::Column::Id)
        .all(&app.db)
        .await?;
    let Some(first) = invitations.first() else {
        return Ok(None);
    };
    let inviter = user::Entity::find_by_id(first.inviter_id)
        .one(&app.db)
        .await?;
    let inviter = inviter.ok_or_else(|| Error::internal("an invitation without its inviter"))?;
    let ids = invitations.iter().map(|invitation| invitation.workspace_id);
    let workspaces = workspace::Entity::find()
        .filter(workspace::Column::Id.is_in(ids))
        .all(&app.db)
        .await?;
    let named = |invitation: &invitation::Model| {
        let workspace = workspaces
            .iter()
            .find(|row| row.id == invitation.workspace_id)?;
        let role = invitation.role.display_name().to_owned();
        Some(WorkspaceRole {
            name: workspace.name.clone(),
            role,
        })
    };
    Ok(Some(Invitation {
        name,
        inviter_name: name::display(&inviter.first_name, &inviter.last_name, &inviter.email),
        inviter_email: inviter.email,
        workspaces: invitations.iter().filter_map(named).collect(),
        expires_at: invitations
            .iter()
            .map(|invitation| invitation.expires_at)
            .min()
            .unwrap_or(first.expires_at),
    }))
}

async fn open_reset(app: &App, mail_id: Uuid) -> Result<Option<password_reset::Model>> {
    Ok(open_resets(app.now())
        .filter(password_reset::Column::MailId.eq(mail_id))
        .one(&app.db)
        .await?)
}

fn pending_invitations(now: DateTime<Utc>) -> Select<invitation::Entity> {
    invitation::Entity::find()
        .filter(invitation::Column::State.eq(InvitationState::Pending))
        .filter(invitation::Column::ExpiresAt.gt(now))
}

fn open_resets(now: DateTime<Utc>) -> Select<password_reset::Entity> {
    password_reset::Entity::find()
        .filter(password_reset::Column::EndedAt.is_null())
        .filter(password_reset::Column::ExpiresAt.gt(now))
}
