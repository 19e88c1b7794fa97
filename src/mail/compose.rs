//! Composes mails from outbox rows. The content is looked up when a mail is rendered, so a mail
//! never describes something that has ended since. Several mails are looked up together.

use super::content::{
    Added, InvitationRequested, LinkPage, MailContent, PasswordChanged, PasswordReset, RequestedBy,
    WorkspaceRole, link,
};
use super::outbox::{AddedTo, MailKind};
use super::render::{RenderedMail, Renderer};
use super::tokens::mint_all;
use crate::App;
use crate::error::{Error, Result};
use entity::link_token::LinkPurpose;
use entity::outbox;
use facts::Facts;
use secrecy::SecretString;
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

mod facts;

/// Renders a mail of the outbox with a new token. Returns `None` if its subject has ended.
///
/// # Errors
/// `Internal` if the row or a template is invalid.
pub async fn render(
    app: &App,
    renderer: &Renderer,
    mail: &outbox::Model,
) -> Result<Option<RenderedMail>> {
    let rendered = render_all(app, renderer, &[mail]).await?;
    rendered.into_iter().next().unwrap_or(Ok(None))
}

/// Renders several mails, in order. An invalid row or template fails only its own mail.
///
/// # Errors
/// `Internal` if the operating system provides no random bytes.
pub async fn render_all(
    app: &App,
    renderer: &Renderer,
    mails: &[impl Borrow<outbox::Model>],
) -> Result<Vec<Result<Option<RenderedMail>>>> {
    let mails: Vec<&outbox::Model> = mails.iter().map(Borrow::borrow).collect();
    let facts = Facts::load(app, &mails).await?;
    let contents: Vec<_> = mails.iter().map(|mail| compose(&facts, mail)).collect();
    let links = mint_links(app, &mails, &contents).await?;
    let public_url = app.config.public_url();
    let rendered = mails.iter().zip(contents).map(|(mail, content)| {
        let Some(content) = content? else {
            return Ok(None);
        };
        let rendered = renderer.render(&content, links.get(&mail.id), &public_url);
        rendered.map(Some).map_err(Error::internal)
    });
    Ok(rendered.collect())
}

/// Creates the links of the mails that need one, with new tokens, by mail ID.
async fn mint_links(
    app: &App,
    mails: &[&outbox::Model],
    contents: &[Result<Option<MailContent>>],
) -> Result<HashMap<Uuid, SecretString>> {
    let page = |content: &Result<Option<MailContent>>| content.as_ref().ok()?.as_ref()?.page();
    let wanted: Vec<_> = mails
        .iter()
        .zip(contents)
        .filter_map(|(mail, content)| Some((mail.id, page(content)?)))
        .collect();
    let purposes = wanted.iter().map(|(id, page)| {
        let purpose = match page {
            LinkPage::AcceptInvitation => LinkPurpose::Invitation,
            LinkPage::ResetPassword => LinkPurpose::PasswordReset,
            LinkPage::SetUp => LinkPurpose::Setup,
        };
        (*id, purpose)
    });
    let tokens = mint_all(app, purposes).await?;
    let public_url = app.config.public_url();
    let links = wanted.into_iter().zip(tokens);
    Ok(links
        .map(|((id, page), token)| (id, link(&public_url, page, token.secret())))
        .collect())
}

/// Returns the IDs of the mails whose subject has ended. [`render`] returns `None` for them.
pub async fn ended(app: &App, mails: &[outbox::Model]) -> Result<HashSet<Uuid>> {
    let facts = Facts::load(app, &mails.iter().collect::<Vec<_>>()).await?;
    let has_ended = |mail: &&outbox::Model| matches!(compose(&facts, mail), Ok(None));
    Ok(mails.iter().filter(has_ended).map(|mail| mail.id).collect())
}

fn compose(facts: &Facts, mail: &outbox::Model) -> Result<Option<MailContent>> {
    let kind: MailKind = serde_json::from_value(mail.content.clone()).map_err(Error::internal)?;
    let name = Some(mail.recipient_name.clone()).filter(|name| !name.is_empty());
    Ok(match kind {
        MailKind::Invitation => facts
            .invitation(mail.id, name)?
            .map(MailContent::Invitation),
        MailKind::PasswordReset { by } => {
            let requested_by = by.map_or(RequestedBy::SelfService, |by| RequestedBy::Admin {
                name: by.name,
                workspace: by.workspace,
            });
            facts.resets.get(&mail.id).map(|reset| {
                MailContent::PasswordReset(PasswordReset {
                    name,
                    requested_by,
                    expires_at: reset.expires_at,
                })
            })
        }
        MailKind::Added { by, workspaces } => Some(MailContent::Added(Added {
            name,
            added_by: by,
            workspaces: workspaces.into_iter().map(WorkspaceRole::from).collect(),
        })),
        MailKind::PasswordChanged { at } => {
            Some(MailContent::PasswordChanged(PasswordChanged { name, at }))
        }
        MailKind::NewInvitationRequested {
            invitee,
            workspaces,
            slug,
        } => Some(MailContent::InvitationRequested(InvitationRequested {
            name,
            invitee_email: invitee,
            workspaces,
            slug,
        })),
    })
}

impl From<AddedTo> for WorkspaceRole {
    fn from(added: AddedTo) -> WorkspaceRole {
        WorkspaceRole {
            name: added.workspace,
            role: added.role,
        }
    }
}
