//! Transfer of open invitations: a current admin is always responsible for each.

use crate::outcome::{Entry, Outcome};
use crate::state::{InvitationState, Key, Person, Workspace};
use crate::step::Step;

impl Step<'_> {
    /// Transfers the open invitations of a person who no longer manages a team to the admin who
    /// made the change, or else to the longest-serving admin. Revokes them instead if `revoke` is
    /// set.
    pub fn transfer(&mut self, key: Key, from: Person, actor: Person, revoke: bool) -> Outcome {
        let workspace = &self.state.workspaces[&key];
        let open = workspace.members.keys().copied().filter(|person| {
            let invitation = workspace.open(*person);
            invitation.is_some_and(|open| open.inviter == from)
        });
        let invitees: Vec<Person> = open.collect();
        if revoke {
            for invitee in &invitees {
                self.take_back(key, *invitee, actor);
            }
            return Outcome::Moved {
                transferred: Vec::new(),
                revoked: invitees,
            };
        }
        if let Some(successor) = self.successor(workspace, actor) {
            for invitee in &invitees {
                self.reassign(key, *invitee, actor, successor);
            }
        }
        Outcome::Moved {
            transferred: invitees,
            revoked: Vec::new(),
        }
    }

    fn successor(&self, workspace: &Workspace, actor: Person) -> Option<Person> {
        if workspace.is_admin(actor) {
            return Some(actor);
        }
        workspace.admins().min_by_key(|person| {
            let joined = workspace.members[person].joined;
            (joined, self.state.users.get(person).map(|user| user.number))
        })
    }

    fn reassign(&mut self, key: Key, invitee: Person, actor: Person, successor: Person) {
        if let Some(workspace) = self.state.workspaces.get_mut(&key)
            && let Some(open) = workspace.open_mut(invitee)
        {
            open.inviter = successor;
        }
        let entry = Entry::new(key, "REASSIGN_INVITATION", actor).to(invitee);
        self.log(entry.with("to", successor.email()));
    }

    /// Revokes an open invitation and deletes its membership.
    pub fn take_back(&mut self, key: Key, invitee: Person, actor: Person) {
        if let Some(workspace) = self.state.workspaces.get_mut(&key) {
            workspace.end(invitee, InvitationState::Revoked);
            workspace.members.remove(&invitee);
        }
        self.state.forget(invitee);
        self.log(Entry::new(key, "REVOKE_INVITATION", actor).to(invitee));
    }
}
