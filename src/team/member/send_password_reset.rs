//! Password resets that admins send to members.

use crate::App;
use crate::account::reset;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Problem, ProblemCode, Result};
use crate::mail::outbox::RequestedBy;
use crate::mail::quota;
use crate::permissions::Permission;
use crate::team::lock::{self, Right, TeamLock};
use crate::team::memberships;
use entity::membership::{self, MembershipStatus};
use uuid::Uuid;

/// The right to send a password reset.
pub const RIGHT: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::SendPasswordReset,
};

/// Sends a member a link to set a new password. Their password and sessions stay valid until they
/// use it.
///
/// # Errors
/// Those of [`lock::with_right`]. `NotFound` if there is no such member. Refused with `NotActive`
/// or `MailCapReached`.
pub async fn send(
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    user_id: Uuid,
) -> Result<membership::Model> {
    let member = lock::with_right(app, actor, RIGHT, &[workspace_id], |team| async move {
        send_in(&team, app, actor, workspace_id, user_id).await
    })
    .await?;
    app.mail_queued.notify_one();
    Ok(member)
}

async fn send_in(
    team: &TeamLock,
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    user_id: Uuid,
) -> Result<membership::Model> {
    let workspace = team.workspace(workspace_id)?;
    let (member, user) = memberships::member_and_user(team.writer(), workspace_id, user_id).await?;
    if member.status != MembershipStatus::Active {
        let message = "This person has not signed up yet. Resend the invitation instead.";
        return Err(Problem::new(ProblemCode::NotActive, &["membershipId"], message).into());
    }
    quota::count_reset(team, app, actor).await?;
    let by = RequestedBy {
        name: actor.name.clone(),
        workspace: workspace.name.clone(),
    };
    reset::open(team, app, &user, actor.user_id, by).await?;
    let entry = Entry::done(workspace_id, AuditKind::SendPasswordReset).to(user_id, &member.email);
    audit::record(team, team.now(), actor, [entry]).await?;
    Ok(member)
}
