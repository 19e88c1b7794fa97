//! The `doctor` command: recounts counters, and checks invariants between tables.
//!
//! It processes one workspace at a time, so no statement reads a whole table.

mod counters;

use crate::App;
use crate::db::Tx;
use crate::error::Result;
use crate::team::lock::TeamLock;
use crate::team::memberships;
use entity::invitation::{self, InvitationState};
use entity::membership::{self, MembershipStatus};
use entity::user::{self, UserStatus};
use entity::{Role, workspace};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::HashSet;
use std::fmt;
use uuid::Uuid;

/// How many workspaces or users are loaded at once.
const PAGE: u64 = 200;

/// A violated invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The description.
    pub what: String,
    /// Whether it was repaired.
    pub repaired: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.repaired { "repaired" } else { "found" };
        write!(f, "{mark}: {}", self.what)
    }
}

/// Checks everything. With `repair`, repairs what needs no decision of an admin.
pub async fn examine(app: &App, repair: bool) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut last = Uuid::nil();
    loop {
        let page = workspace::Entity::find()
            .filter(workspace::Column::Id.gt(last))
            .order_by_asc(workspace::Column::Id)
            .limit(PAGE)
            .all(&app.db)
            .await?;
        let Some(end) = page.last() else { break };
        last = end.id;
        for workspace in page {
            let id = workspace.id;
            let found = app
                .db
                .transaction("EXAMINE_TEAM", |tx| async move {
                    examine_team(tx, app, id, repair).await
                })
                .await?;
            let name = |what| format!("workspace {} ({id}): {what}", workspace.name);
            findings.extend(found.into_iter().map(|finding| Finding {
                what: name(finding.what),
                ..finding
            }));
        }
    }
    findings.extend(examine_users(app, repair).await?);
    Ok(findings)
}

async fn examine_team(tx: Tx, app: &App, id: Uuid, repair: bool) -> Result<Vec<Finding>> {
    let team = &TeamLock::for_repair(tx, app, id).await?;
    let members = memberships::in_workspace(id).all(team.writer()).await?;
    let open = invitation::Entity::find()
        .filter(invitation::Column::WorkspaceId.eq(id))
        .filter(invitation::Column::State.is_in(InvitationState::OPEN))
        .all(team.writer())
        .await?;
    let mut findings = Vec::new();
    findings.extend(check_invitations(team, &members, &open, repair).await?);
    findings.extend(check_admins(team, id, &members, &open, repair).await?);
    findings.extend(counters::check(team, id, repair).await?);
    Ok(findings)
}

/// Checks that each invited member has one open invitation, and vice versa.
async fn check_invitations(
    team: &TeamLock,
    members: &[membership::Model],
    open: &[invitation::Model],
    repair: bool,
) -> Result<Vec<Finding>> {
    let invited: HashSet<Uuid> = members
        .iter()
        .filter(|member| member.status == MembershipStatus::Invited)
        .map(|member| member.user_id)
        .collect();
    let waiting: HashSet<Uuid> = open.iter().map(|invitation| invitation.user_id).collect();
    let mut findings: Vec<Finding> = members
        .iter()
        .filter(|member| invited.contains(&member.user_id) && !waiting.contains(&member.user_id))
        .map(|member| Finding {
            what: format!(
                "{} is invited without an open invitation: remove them and invite them again",
                member.email
            ),
            repaired: false,
        })
        .collect();
    for invitation in open
        .iter()
        .filter(|invitation| !invited.contains(&invitation.user_id))
    {
        if repair {
            let stray = std::slice::from_ref(invitation);
            crate::team::invitation::store::end(team, stray, InvitationState::Revoked).await?;
        }
        let what = format!(
            "the open invitation of {} has no invited member",
            invitation.email
        );
        findings.push(Finding {
            what,
            repaired: repair,
        });
    }
    Ok(findings)
}

/// Checks that there is an active admin, and that active admins are responsible for all
/// invitations.
async fn check_admins(
    team: &TeamLock,
    id: Uuid,
    members: &[membership::Model],
    open: &[invitation::Model],
    repair: bool,
) -> Result<Vec<Finding>> {
    let admins: Vec<&membership::Model> = members
        .iter()
        .filter(|member| {
            member.role == Role::WorkspaceAdmin && member.status == MembershipStatus::Active
        })
        .collect();
    let Some(successor) = admins
        .iter()
        .min_by_key(|admin| (admin.joined_at, admin.user_id))
    else {
        let what = "has no active Workspace Admin".to_owned();
        return Ok(vec![Finding {
            what,
            repaired: false,
        }]);
    };
    let mut findings = Vec::new();
    for invitation in open {
        if admins
            .iter()
            .any(|admin| admin.user_id == invitation.inviter_id)
        {
            continue;
        }
        if repair {
            invitation::Entity::update_many()
                .col_expr(invitation::Column::InviterId, successor.user_id.into())
                .filter(invitation::Column::WorkspaceId.eq(id))
                .filter(invitation::Column::Id.eq(invitation.id))
                .exec(team.writer())
                .await?;
        }
        let what = format!(
            "no current admin is responsible for the invitation of {}",
            invitation.email
        );
        findings.push(Finding {
            what,
            repaired: repair,
        });
    }
    Ok(findings)
}

/// Checks that no user remains who was only invited and no longer is.
async fn examine_users(app: &App, repair: bool) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut last = Uuid::nil();
    loop {
        let page = user::Entity::find()
            .filter(user::Column::Id.gt(last))
            .filter(user::Column::Status.eq(UserStatus::Invited))
            .order_by_asc(user::Column::Id)
            .limit(PAGE)
            .all(&app.db)
            .await?;
        let Some(end) = page.last() else {
            return Ok(findings);
        };
        last = end.id;
        let memberships = membership::Entity::find()
            .filter(membership::Column::UserId.is_in(page.iter().map(|user| user.id)))
            .all(&app.db)
            .await?;
        let members: HashSet<Uuid> = memberships.into_iter().map(|row| row.user_id).collect();
        for user in page.into_iter().filter(|user| !members.contains(&user.id)) {
            if repair {
                user::Entity::delete_by_id(user.id)
                    .exec(&app.db.maintenance())
                    .await?;
            }
            let what = format!("user {} never signed up and has no invitation", user.email);
            findings.push(Finding {
                what,
                repaired: repair,
            });
        }
    }
}
