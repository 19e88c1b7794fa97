//! Inviting: one outcome for each person and workspace, decided first and written afterwards.

mod decide;
mod write;

pub use decide::{Decision, Verdict};

use super::roster;
use crate::App;
use crate::access::Role;
use crate::actor::Actor;
use crate::email::EmailAddress;
use crate::error::{Problem, Result};
use crate::name;
use uuid::Uuid;

/// A person as an admin typed them.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: EmailAddress,
    pub first_name: String,
    pub last_name: String,
}

impl Person {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `EmailInvalid` or `NameInvalid`, on the field that is wrong.
    pub fn parse(email: &str, first_name: &str, last_name: &str) -> Result<Person, Problem> {
        Ok(Person {
            email: EmailAddress::parse(email)?,
            first_name: name::parse("firstName", first_name)?,
            last_name: name::parse("lastName", last_name)?,
        })
    }
}

/// A workspace, and the role to have there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    pub workspace_id: Uuid,
    pub role: Role,
}

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct Invitee {
    /// The address as it was typed, for the outcome.
    pub email: String,
    /// The person, or why the input names none.
    pub person: Result<Person, Problem>,
    pub placements: Vec<Placement>,
}

impl Invitee {
    /// Each workspace once; the last word on a role counts.
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

/// What an invitation would do, without doing it.
///
/// # Errors
/// Those of the database.
pub async fn preview(app: &App, invitees: &[Invitee]) -> Result<Vec<Decision>> {
    let workspaces = decide::workspaces(&app.db, &workspace_ids(invitees)).await?;
    let facts = decide::Facts::load(&app.db, app, invitees, workspaces, false).await?;
    let mut decisions = facts.decide(invitees);
    write::foresee_caps(&app.db, app, invitees, &mut decisions).await?;
    Ok(decisions)
}

/// Invites people: adds those who have an account, invites the others, and says for each person
/// and workspace what came of it. The caller's right to do so has been checked.
///
/// # Errors
/// Those of the database, after which nothing has happened.
pub async fn invite(app: &App, actor: &Actor, invitees: &[Invitee]) -> Result<Vec<Decision>> {
    let decisions = app
        .db
        .transaction(|tx| async move {
            let workspaces = roster::lock(&*tx, &workspace_ids(invitees)).await?;
            let facts = decide::Facts::load(&*tx, app, invitees, workspaces, true).await?;
            let mut decisions = facts.decide(invitees);
            write::apply(&*tx, app, actor, invitees, &facts, &mut decisions).await?;
            Ok(decisions)
        })
        .await?;
    app.mail_queued.notify_one();
    Ok(decisions)
}

fn workspace_ids(invitees: &[Invitee]) -> Vec<Uuid> {
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
