//! Database rows that mails are composed from.

use crate::App;
use crate::error::{Error, Result};
use crate::mail::content::{Invitation, WorkspaceRole};
use crate::mail::ids::padded;
use crate::mail::outbox::MailKind;
use crate::name;
use entity::invitation::{self, InvitationState};
use entity::{outbox, password_reset, user, workspace};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use std::collections::HashMap;
use uuid::Uuid;

/// The subjects of several mails that have not ended.
pub(super) struct Facts {
    /// Pending invitations, by mail ID.
    invitations: HashMap<Uuid, Vec<invitation::Model>>,
    inviters: HashMap<Uuid, user::Model>,
    workspaces: HashMap<Uuid, workspace::Model>,
    /// Open password resets, by mail ID.
    pub(super) resets: HashMap<Uuid, password_reset::Model>,
}

impl Facts {
    /// Loads the subjects of the mails, with one statement per kind of row.
    pub(super) async fn load(app: &App, mails: &[&outbox::Model]) -> Result<Facts> {
        let (mut invited, mut resets) = (Vec::new(), Vec::new());
        for mail in mails {
            // Composing the mail reports invalid content.
            match serde_json::from_value(mail.content.clone()) {
                Ok(MailKind::Invitation) => invited.push(mail.id),
                Ok(MailKind::PasswordReset { .. }) => resets.push(mail.id),
                _ => {}
            }
        }
        let mut facts = Facts {
            invitations: HashMap::new(),
            inviters: HashMap::new(),
            workspaces: HashMap::new(),
            resets: HashMap::new(),
        };
        if !invited.is_empty() {
            facts.load_invitations(app, invited).await?;
        }
        if !resets.is_empty() {
            facts.load_resets(app, resets).await?;
        }
        Ok(facts)
    }

    async fn load_invitations(&mut self, app: &App, mails: Vec<Uuid>) -> Result<()> {
        let pending = invitation::Entity::find()
            .filter(invitation::Column::MailId.is_in(padded(&mails)))
            .filter(invitation::Column::State.eq(InvitationState::Pending))
            .filter(invitation::Column::ExpiresAt.gt(app.now()))
            .order_by_asc(invitation::Column::Id)
            .all(&app.db)
            .await?;
        let inviters = pending.iter().map(|invitation| invitation.inviter_id);
        let inviters = user::Entity::find()
            .filter(user::Column::Id.is_in(distinct(inviters)))
            .all(&app.db)
            .await?;
        let workspace_ids = pending.iter().map(|invitation| invitation.workspace_id);
        let workspaces = workspace::Entity::find()
            .filter(workspace::Column::Id.is_in(distinct(workspace_ids)))
            .all(&app.db)
            .await?;
        self.inviters = inviters.into_iter().map(|row| (row.id, row)).collect();
        self.workspaces = workspaces.into_iter().map(|row| (row.id, row)).collect();
        for row in pending {
            self.invitations.entry(row.mail_id).or_default().push(row);
        }
        Ok(())
    }

    async fn load_resets(&mut self, app: &App, mails: Vec<Uuid>) -> Result<()> {
        let open = password_reset::Entity::find()
            .filter(password_reset::Column::MailId.is_in(padded(&mails)))
            .filter(password_reset::Column::EndedAt.is_null())
            .filter(password_reset::Column::ExpiresAt.gt(app.now()))
            .all(&app.db)
            .await?;
        self.resets = open.into_iter().map(|row| (row.mail_id, row)).collect();
        Ok(())
    }

    /// Returns the content of an invitation mail, or `None` if none of its invitations is pending.
    pub(super) fn invitation(
        &self,
        mail_id: Uuid,
        name: Option<String>,
    ) -> Result<Option<Invitation>> {
        let Some(invitations) = self.invitations.get(&mail_id) else {
            return Ok(None);
        };
        let Some(first) = invitations.first() else {
            return Ok(None);
        };
        let inviter = self.inviters.get(&first.inviter_id);
        let inviter = inviter.ok_or_else(|| Error::internal("an invitation has no inviter"))?;
        let named = |invitation: &invitation::Model| {
            let workspace = self.workspaces.get(&invitation.workspace_id)?;
            let role = invitation.role.display_name().to_owned();
            Some(WorkspaceRole {
                name: workspace.name.clone(),
                role,
            })
        };
        let expiries = invitations.iter().map(|invitation| invitation.expires_at);
        Ok(Some(Invitation {
            name,
            inviter_name: name::display(&inviter.first_name, &inviter.last_name, &inviter.email),
            inviter_email: inviter.email.clone(),
            workspaces: invitations.iter().filter_map(named).collect(),
            expires_at: expiries.min().unwrap_or(first.expires_at),
        }))
    }
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    padded(&ids)
}
