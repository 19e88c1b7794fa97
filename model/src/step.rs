//! Execution of one operation.

use crate::operation::{Actor, Operation};
use crate::outcome::{Entry, Mail, Outcome, Refusal, Reply};
use crate::state::{Account, Key, Person, State, Workspace};

/// The response to an operation. `Err` if nothing changed.
pub(crate) type Answer = Result<Outcome, Outcome>;

/// An operation in progress.
pub(crate) struct Step<'s> {
    pub state: &'s mut State,
    reply: Reply,
}

impl State {
    /// Runs an operation and returns its effects.
    pub fn apply(&mut self, operation: &Operation) -> Reply {
        self.operations += 1;
        let mut step = Step {
            state: self,
            reply: Reply::of(Outcome::Done),
        };
        let outcome = step.run(operation).unwrap_or_else(|refused| refused);
        let reply = Reply {
            outcome,
            ..step.reply
        };
        // States that no client can distinguish are equal.
        if reply.entries.is_empty() {
            self.operations -= 1;
        }
        reply
    }
}

impl Step<'_> {
    fn run(&mut self, operation: &Operation) -> Answer {
        use Operation as O;
        match operation {
            O::Invite { .. } | O::Assign { .. } => self.run_invite(operation),
            O::Resend { .. }
            | O::Revoke { .. }
            | O::ChangeRole { .. }
            | O::Remove { .. }
            | O::SendReset { .. } => self.run_member(operation),
            O::Leave { .. } | O::Create { .. } | O::Update { .. } => self.run_workspace(operation),
            O::Accept { .. } | O::Decline { .. } | O::RequestInvitation { .. } => {
                self.run_link(operation)
            }
            O::Switch { .. }
            | O::Rename { .. }
            | O::ChangePassword { .. }
            | O::SignOut { .. }
            | O::RevokeSession { .. }
            | O::SignIn { .. }
            | O::RequestReset { .. }
            | O::ResetPassword { .. } => self.run_account(operation),
            O::Advance { minutes } => {
                self.state.now += minutes;
                Ok(Outcome::Done)
            }
        }
    }

    /// Requires a valid session, and returns the actor's account.
    pub fn viewer(&self, actor: Actor) -> Result<&Account, Outcome> {
        let account = self.state.account(actor.person);
        account
            .filter(|account| account.sessions.contains(&actor.session))
            .ok_or_else(|| Outcome::refused("UNAUTHENTICATED"))
    }

    /// Requires that the actor belongs to the workspaces and is an admin in all of them. A member's
    /// denied attempt is written to the audit log.
    pub fn authorize(
        &mut self,
        actor: Actor,
        workspaces: &[Key],
        kind: &'static str,
    ) -> Result<(), Outcome> {
        self.viewer(actor)?;
        for key in workspaces {
            self.member_of(actor.person, *key)?;
        }
        let workspaces = workspaces.iter().copied();
        let refused: Vec<Key> = workspaces
            .filter(|key| !self.state.workspaces[key].is_admin(actor.person))
            .collect();
        if refused.is_empty() {
            return Ok(());
        }
        let refusals = refused.into_iter().map(|workspace| Refusal {
            workspace,
            kind,
            actor: actor.person,
        });
        self.reply.refusals.extend(refusals);
        Err(Outcome::refused("FORBIDDEN"))
    }

    /// Requires that a person has joined a workspace.
    pub fn member_of(&self, person: Person, key: Key) -> Result<(), Outcome> {
        let workspace = self.state.workspaces.get(&key);
        let is_member = workspace.is_some_and(|workspace| workspace.active(person).is_some());
        is_member
            .then_some(())
            .ok_or_else(|| Outcome::refused("NOT_FOUND"))
    }

    /// Returns a workspace by key.
    pub fn workspace(&mut self, key: Key) -> Result<&mut Workspace, Outcome> {
        let workspace = self.state.workspaces.get_mut(&key);
        workspace.ok_or_else(|| Outcome::refused("NOT_FOUND"))
    }

    /// Writes an entry to the audit log.
    pub fn log(&mut self, entry: Entry) {
        self.reply.entries.push(entry);
    }

    /// Sends a mail and returns its index.
    pub fn mail(&mut self, to: Person, kind: &'static str) -> usize {
        let number = self.state.next_mail(to);
        self.reply.mails.push(Mail { to, number, kind });
        number
    }
}
