//! Operations that invited people run with the links in their mails.

use crate::operation::Operation;
use crate::outcome::{Entry, Outcome};
use crate::state::{Account, Invitation, InvitationState, Key, Person, limits};
use crate::step::{Answer, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The state of an invitation as seen through a link. If a mail has several invitations, the first
/// state in this order applies to the link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Valid,
    Expired,
    Replaced,
    Used,
    Declined,
    Revoked,
}

impl Standing {
    fn problem(self) -> Option<&'static str> {
        match self {
            Standing::Valid => None,
            Standing::Expired => Some("TOKEN_EXPIRED"),
            Standing::Replaced => Some("TOKEN_REPLACED"),
            Standing::Used => Some("TOKEN_USED"),
            Standing::Declined => Some("TOKEN_DECLINED"),
            Standing::Revoked => Some("TOKEN_REVOKED"),
        }
    }
}

impl Step<'_> {
    pub fn run_link(&mut self, operation: &Operation) -> Answer {
        match *operation {
            Operation::Accept {
                key,
                person,
                mail,
                session,
            } => self.accept(key, person, mail, session),
            Operation::Decline { person, mail } => self.decline(person, mail),
            Operation::RequestInvitation { person, mail } => self.request(person, mail),
            _ => Ok(Outcome::Done),
        }
    }

    fn standing(&self, invitation: &Invitation, mail: usize) -> Standing {
        match invitation.state {
            InvitationState::Accepted => Standing::Used,
            InvitationState::Declined => Standing::Declined,
            InvitationState::Revoked => Standing::Revoked,
            InvitationState::Open if invitation.mail != mail => Standing::Replaced,
            InvitationState::Open if invitation.is_expired(self.state.now) => Standing::Expired,
            InvitationState::Open => Standing::Valid,
        }
    }

    /// Returns the invitations of a mail with their states.
    fn link(&self, person: Person, mail: usize) -> Result<Vec<(Key, Standing)>, Outcome> {
        let ties = self.state.ties.get(&(person, mail));
        let ties = ties.ok_or_else(|| Outcome::problem("TOKEN_UNKNOWN"))?;
        let named = ties.iter().map(|(key, number)| {
            let invitation = &self.state.workspaces[key].invitations[&person][*number];
            (*key, self.standing(invitation, mail))
        });
        Ok(named.collect())
    }

    /// Returns the workspaces whose invitations the link accepts or declines, or the error if there
    /// are none.
    fn valid(&self, person: Person, mail: usize) -> Result<Vec<Key>, Outcome> {
        let link = self.link(person, mail)?;
        let best = link.iter().map(|(_, standing)| *standing).min();
        if let Some(code) = best.unwrap_or(Standing::Revoked).problem() {
            return Err(Outcome::problem(code));
        }
        let valid = link.into_iter().filter(|(_, s)| *s == Standing::Valid);
        Ok(valid.map(|(key, _)| key).collect())
    }

    /// Accepts all pending invitations of the person, because the link verifies the mailbox. A
    /// person without an account signs up; a person with an account must be signed in.
    fn accept(&mut self, key: Key, person: Person, mail: usize, session: Option<Key>) -> Answer {
        self.valid(person, mail)?;
        match self.state.account(person) {
            Some(account) => {
                let signed_in = session.is_some_and(|key| account.sessions.contains(&key));
                if !signed_in {
                    return Err(Outcome::problem("ACCOUNT_EXISTS"));
                }
            }
            None => self.sign_up(key, person),
        }
        let name = self.state.account_name(person);
        let (now, joined) = (self.state.now, self.state.operations);
        for (key, workspace) in self.state.workspaces.clone() {
            let open = workspace.open(person);
            if open.is_none_or(|open| open.is_expired(now)) {
                continue;
            }
            let workspace = self.workspace(key)?;
            workspace.end(person, InvitationState::Accepted);
            if let Some(member) = workspace.members.get_mut(&person) {
                member.is_active = true;
                member.name.clone_from(&name);
                member.joined = joined;
                let entry = Entry::new(key, "ACCEPT_INVITATION", person).to(person);
                let role = member.role;
                self.log(entry.with("role", role.code()));
            }
        }
        Ok(Outcome::Done)
    }

    fn sign_up(&mut self, key: Key, person: Person) {
        let account = Account {
            name: format!("A{}", key.0),
            password: key,
            sessions: BTreeSet::from([key]),
        };
        if let Some(user) = self.state.users.get_mut(&person) {
            user.account = Some(account);
        }
    }

    fn decline(&mut self, person: Person, mail: usize) -> Answer {
        for key in self.valid(person, mail)? {
            let workspace = self.workspace(key)?;
            workspace.end(person, InvitationState::Declined);
            workspace.members.remove(&person);
            self.log(Entry::new(key, "DECLINE_INVITATION", person).to(person));
        }
        self.state.forget(person);
        Ok(Outcome::Done)
    }

    /// Asks the inviters to replace an expired invitation, at most once a day. The response is the
    /// same for every link.
    fn request(&mut self, person: Person, mail: usize) -> Answer {
        let now = self.state.now;
        let link = self.link(person, mail)?;
        let mut requested: BTreeMap<Person, ()> = BTreeMap::new();
        for (key, standing) in link {
            let Some(open) = self.workspace(key)?.open_mut(person) else {
                continue;
            };
            let rests = |at: u32| now < at + limits::REQUEST_PAUSE;
            if standing != Standing::Expired || open.requested_at.is_some_and(rests) {
                continue;
            }
            open.requested_at = Some(now);
            requested.insert(open.inviter, ());
            self.log(Entry::new(key, "REQUEST_NEW_INVITATION", person).to(person));
        }
        for inviter in requested.into_keys() {
            self.mail(inviter, "NEW_INVITATION_REQUESTED");
        }
        Ok(Outcome::Done)
    }
}
