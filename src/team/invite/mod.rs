//! Invitations: one outcome for each person and workspace, decided first and then written.

mod cap;
mod decide;
mod lookup;
mod users;
mod write;

pub use decide::{Decision, Verdict};

use super::lock::{self, Right, TeamLock};
use super::memberships;
use crate::App;
use crate::actor::Actor;
use crate::audit::AuditKind;
use crate::email::{DomainScope, EmailAddress};
use crate::error::{Problem, Result};
use crate::name;
use crate::permissions::{Permission, Role};
use uuid::Uuid;

/// A person as entered by an admin.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: EmailAddress,
    pub first_name: String,
    pub last_name: String,
}

impl Person {
    /// Parses a person. The email domain must be in `scope`.
    ///
    /// # Errors
    /// `EmailInvalid` or `NameInvalid`, on the invalid field.
    pub fn parse(
        email: &str,
        first_name: &str,
        last_name: &str,
        scope: DomainScope,
    ) -> Result<Person, Problem> {
        Ok(Person {
            email: EmailAddress::parse(email, scope)?,
            first_name: name::parse("firstName", first_name)?,
            last_name: name::parse("lastName", last_name)?,
        })
    }
}

/// A workspace and the role of the invitee there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    pub workspace_id: Uuid,
    pub role: Role,
}

/// A person to invite.
#[derive(Clone, Debug)]
pub struct Invitee {
    /// The email address as typed, for the outcome.
    pub email: String,
    /// The person, or the problem of the input.
    pub person: Result<Person, Problem>,
    pub placements: Vec<Placement>,
}

impl Invitee {
    /// Creates an invitee. If a workspace is repeated, its last role applies.
    pub fn new(
        email: String,
        person: Result<Person, Problem>,
        placements: Vec<Placement>,
    ) -> Invitee {
        let mut distinct: Vec<Placement> = Vec::new();
        for placement in placements {
            match distinct
                .iter_mut()
                .find(|known| known.workspace_id == placement.workspace_id)
            {
                Some(known) => known.role = placement.role,
                None => distinct.push(placement),
            }
        }
        Invitee {
            email,
            person,
            placements: distinct,
        }
    }
}

/// The right to invite, required in every named workspace.
pub const INVITE: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::InviteMember,
};

/// The right to assign a member to other workspaces, required in these and in the member's
/// workspace.
pub const ASSIGN: Right = Right {
    permission: Permission::TeamManage,
    kind: AuditKind::AddMember,
};

/// Returns the decisions that [`invite`] would make, without writing. Reveals who has an account,
/// so each invitee counts as a lookup by the viewer.
///
/// # Errors
/// Refused with `PreviewCapReached`.
pub async fn preview(app: &App, viewer_id: Uuid, invitees: &[Invitee]) -> Result<Vec<Decision>> {
    lookup::count(app, viewer_id, invitees.len()).await?;
    let workspaces = decide::workspaces(&app.db, &workspace_ids(invitees)).await?;
    let facts = decide::Facts::load(&app.db, app, invitees, workspaces, false).await?;
    let mut decisions = facts.decide(invitees);
    cap::apply(&app.db, app, &facts, &mut decisions).await?;
    write::foresee_caps(&app.db, app, viewer_id, invitees, &mut decisions).await?;
    Ok(decisions)
}

/// Invites people: adds those who have an account and invites the others. Returns the decision for
/// each person and workspace.
///
/// # Errors
/// Those of [`lock::with_right`]; then nothing has changed.
pub async fn invite(app: &App, actor: &Actor, invitees: &[Invitee]) -> Result<Vec<Decision>> {
    let ids = workspace_ids(invitees);
    let decisions = lock::with_right(app, actor, INVITE, &ids, |team| async move {
        invite_in(&team, app, actor, invitees).await
    })
    .await?;
    app.mail_queued.notify_one();
    Ok(decisions)
}

/// Adds a member of one workspace to others: immediately if they have signed up, by invitation
/// otherwise. Returns the invitee of the outcomes.
///
/// # Errors
/// Those of [`lock::with_right`]. `NotFound` if there is no such member.
pub async fn assign(
    app: &App,
    actor: &Actor,
    (workspace_id, user_id): (Uuid, Uuid),
    placements: &[Placement],
) -> Result<(Invitee, Vec<Decision>)> {
    let mut ids: Vec<Uuid> = placements.iter().map(|p| p.workspace_id).collect();
    ids.push(workspace_id);
    let assigned = lock::with_right(app, actor, ASSIGN, &ids, |team| async move {
        let member = memberships::member(team.writer(), workspace_id, user_id).await?;
        let person = Person::parse(
            &member.email,
            &member.first_name,
            &member.last_name,
            app.config.email_domains,
        );
        let invitee = Invitee::new(member.email, person, placements.to_vec());
        let invitees = std::slice::from_ref(&invitee);
        let decisions = invite_in(&team, app, actor, invitees).await?;
        Ok((invitee, decisions))
    })
    .await?;
    app.mail_queued.notify_one();
    Ok(assigned)
}

async fn invite_in(
    team: &TeamLock,
    app: &App,
    actor: &Actor,
    invitees: &[Invitee],
) -> Result<Vec<Decision>> {
    let workspaces = team.workspaces().to_vec();
    let facts = decide::Facts::load(team.writer(), app, invitees, workspaces, true).await?;
    let mut decisions = facts.decide(invitees);
    cap::apply(team.writer(), app, &facts, &mut decisions).await?;
    write::apply(team, app, actor, invitees, &facts, &mut decisions).await?;
    Ok(decisions)
}

/// Returns the workspaces of all invitees without duplicates.
pub fn workspace_ids(invitees: &[Invitee]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = invitees
        .iter()
        .flat_map(|invitee| {
            invitee
                .placements
                .iter()
                .map(|placement| placement.workspace_id)
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
