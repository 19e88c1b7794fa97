//! The statements that write invitations. Each needs a lock of the invitation's workspace.

use crate::error::Result;
use crate::team::lock::TeamLock;
use crate::team::memberships;
use entity::invitation::{self, InvitationState, Model};
use entity::{Role, mail_invitation, membership};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, Iterable as _,
    QueryFilter as _, UpdateMany,
};
use uuid::Uuid;

/// Stores a resent invitation and links its new mail to it.
pub async fn store_sending(team: &TeamLock, invitation: &Model) -> Result<()> {
    team.covers(&[invitation.workspace_id])?;
    invitation::Entity::update(invitation.clone().into_active_model().reset_all())
        .exec(team.writer())
        .await?;
    membership::Entity::update_many()
        .col_expr(membership::Column::InviteSentAt, invitation.sent_at.into())
        .filter(membership::Column::WorkspaceId.eq(invitation.workspace_id))
        .filter(membership::Column::UserId.eq(invitation.user_id))
        .exec(team.writer())
        .await?;
    link_mail(team, std::slice::from_ref(invitation)).await
}

/// Records which pending invitations a mail contains.
async fn link_mail(team: &TeamLock, invitations: &[Model]) -> Result<()> {
    let pending = invitations
        .iter()
        .filter(|i| i.state == InvitationState::Pending);
    let links: Vec<_> = pending
        .map(|invitation| mail_invitation::Model {
            mail_id: invitation.mail_id,
            workspace_id: invitation.workspace_id,
            invitation_id: invitation.id,
        })
        .map(|link| link.into_active_model())
        .collect();
    if !links.is_empty() {
        mail_invitation::Entity::insert_many(links)
            .exec_without_returning(team.writer())
            .await?;
    }
    Ok(())
}

/// Stores invitations: inserts them, or replaces those that exist. Records which mails contain the
/// pending ones.
pub async fn store(team: &TeamLock, invitations: &[Model]) -> Result<()> {
    use invitation::Column;
    let others = Column::iter().filter(|c| !matches!(c, Column::WorkspaceId | Column::Id));
    let replaced = OnConflict::columns([Column::WorkspaceId, Column::Id])
        .update_columns(others)
        .to_owned();
    for chunk in invitations.chunks(memberships::CHUNK) {
        for invitation in chunk {
            team.covers(&[invitation.workspace_id])?;
        }
        let rows = chunk.iter().cloned().map(|row| row.into_active_model());
        invitation::Entity::insert_many(rows)
            .on_conflict(replaced.clone())
            .exec_without_returning(team.writer())
            .await?;
        link_mail(team, chunk).await?;
    }
    Ok(())
}

/// Changes the role in a member's open invitation, if any.
pub async fn set_role(
    team: &TeamLock,
    workspace_id: Uuid,
    user_id: Uuid,
    role: Role,
) -> Result<()> {
    team.covers(&[workspace_id])?;
    invitation::Entity::update_many()
        .col_expr(invitation::Column::Role, Expr::value(role))
        .filter(invitation::Column::WorkspaceId.eq(workspace_id))
        .filter(invitation::Column::UserId.eq(user_id))
        .filter(invitation::Column::State.is_in(InvitationState::OPEN))
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Ends open invitations in the given state, and returns them in this state.
pub async fn end(
    team: &TeamLock,
    invitations: &[Model],
    state: InvitationState,
) -> Result<Vec<Model>> {
    update_all(team, invitations)?
        .col_expr(invitation::Column::State, Expr::value(state))
        .col_expr(invitation::Column::EndedAt, team.now().into())
        .exec(team.writer())
        .await?;
    let ended = |invitation: &Model| Model {
        state,
        ended_at: Some(team.now()),
        ..invitation.clone()
    };
    Ok(invitations.iter().map(ended).collect())
}

/// Records that the invitee has requested new invitations.
pub async fn set_renewal_asked(team: &TeamLock, invitations: &[Model]) -> Result<()> {
    update_all(team, invitations)?
        .col_expr(invitation::Column::RenewalAskedAt, team.now().into())
        .exec(team.writer())
        .await?;
    Ok(())
}

/// Returns an update of invitations in one statement.
fn update_all(team: &TeamLock, invitations: &[Model]) -> Result<UpdateMany<invitation::Entity>> {
    for invitation in invitations {
        team.covers(&[invitation.workspace_id])?;
    }
    let columns = Expr::tuple([
        Expr::col(invitation::Column::WorkspaceId),
        Expr::col(invitation::Column::Id),
    ]);
    let keys = invitations
        .iter()
        .map(|invitation| (invitation.workspace_id, invitation.id));
    Ok(invitation::Entity::update_many().filter(columns.in_tuples(keys)))
}
