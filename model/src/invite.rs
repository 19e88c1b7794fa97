//! Invitations and assignments to more workspaces.

use crate::operation::{Invitee, Operation};
use crate::outcome::{Entry, Outcome, Verdict};
use crate::state::{Invitation, InvitationState, Key, Member, Person, User, limits};
use crate::step::{Answer, Step};

/// The inviter and the name that they enter for the invitee.
struct Call {
    inviter: Person,
    name: String,
}

impl Step<'_> {
    pub fn run_invite(&mut self, operation: &Operation) -> Answer {
        match operation {
            Operation::Invite {
                key,
                actor,
                invitees,
                workspaces,
            } => {
                self.authorize(*actor, workspaces, "INVITE_MEMBER")?;
                let call = Call {
                    inviter: actor.person,
                    name: format!("N{}", key.0),
                };
                Ok(self.invite(&call, invitees, workspaces))
            }
            Operation::Assign {
                actor,
                from,
                person,
                to,
                role,
            } => {
                self.authorize(*actor, &[*from], "ADD_MEMBER")?;
                let member = self.workspace(*from)?.members.get(person);
                let member = member.ok_or_else(|| Outcome::refused("NOT_FOUND"))?;
                let call = Call {
                    inviter: actor.person,
                    name: member.name.clone(),
                };
                self.authorize(*actor, to, "ADD_MEMBER")?;
                let invitee = Invitee {
                    person: *person,
                    role: *role,
                };
                Ok(self.invite(&call, &[invitee], to))
            }
            _ => Ok(Outcome::Done),
        }
    }

    fn invite(&mut self, call: &Call, invitees: &[Invitee], workspaces: &[Key]) -> Outcome {
        let mut results = Vec::new();
        for invitee in invitees {
            let verdicts: Vec<(Key, Verdict)> = workspaces
                .iter()
                .map(|key| (*key, self.decide(*key, invitee.person)))
                .collect();
            results.extend(
                verdicts
                    .iter()
                    .map(|(_, verdict)| verdict.code().to_owned()),
            );
            let with = |verdict| {
                let chosen = verdicts.iter().filter(move |(_, other)| *other == verdict);
                chosen.map(|(key, _)| *key).collect::<Vec<Key>>()
            };
            self.send(call, *invitee, &with(Verdict::Invited));
            self.add(call, *invitee, &with(Verdict::Added));
        }
        Outcome::Results(results)
    }

    fn decide(&self, key: Key, person: Person) -> Verdict {
        let workspace = &self.state.workspaces[&key];
        let open = workspace.open(person);
        if workspace.active(person).is_some() {
            Verdict::AlreadyMember
        } else if self.state.account(person).is_some() {
            Verdict::Added
        } else if open.is_some_and(|open| !open.is_expired(self.state.now)) {
            Verdict::AlreadyInvited
        } else {
            Verdict::Invited
        }
    }

    /// Invites a person without an account to workspaces, by one mail. Resends an expired
    /// invitation.
    fn send(&mut self, call: &Call, invitee: Invitee, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        self.ensure_user(invitee.person);
        let mail = self.mail(invitee.person, "INVITATION");
        let mut ties = Vec::new();
        for key in keys {
            let joined = self.state.operations;
            let now = self.state.now;
            let Ok(workspace) = self.workspace(*key) else {
                continue;
            };
            let days = workspace.lifetime_days.map(|days| days * limits::DAY);
            let sent_count = workspace
                .open(invitee.person)
                .map_or(0, |open| open.sent_count);
            let invitation = Invitation {
                state: InvitationState::Open,
                inviter: call.inviter,
                mail,
                sent_at: now,
                sent_count: sent_count + 1,
                expires_at: now + days.unwrap_or(limits::INVITATION),
                requested_at: None,
            };
            match workspace.open_mut(invitee.person) {
                Some(expired) => *expired = invitation,
                None => workspace
                    .invitations
                    .entry(invitee.person)
                    .or_default()
                    .push(invitation),
            }
            ties.push((*key, workspace.invitations[&invitee.person].len() - 1));
            let member = Member {
                role: invitee.role,
                is_active: false,
                name: call.name.clone(),
                joined,
            };
            workspace.members.insert(invitee.person, member);
            let entry = Entry::new(*key, "INVITE_MEMBER", call.inviter).to(invitee.person);
            self.log(entry.with("role", invitee.role.code()));
        }
        self.state.ties.insert((invitee.person, mail), ties);
    }

    /// Adds a person with an account as an active member, and notifies them by one mail.
    fn add(&mut self, call: &Call, invitee: Invitee, keys: &[Key]) {
        let name = self.state.account_name(invitee.person);
        for key in keys {
            let joined = self.state.operations;
            let Ok(workspace) = self.workspace(*key) else {
                continue;
            };
            workspace.end(invitee.person, InvitationState::Accepted);
            let member = Member {
                role: invitee.role,
                is_active: true,
                name: name.clone(),
                joined,
            };
            workspace.members.insert(invitee.person, member);
            let entry = Entry::new(*key, "ADD_MEMBER", call.inviter).to(invitee.person);
            self.log(entry.with("role", invitee.role.code()));
        }
        if !keys.is_empty() {
            self.mail(invitee.person, "ADDED");
        }
    }

    fn ensure_user(&mut self, person: Person) {
        if !self.state.users.contains_key(&person) {
            let number = self.state.known;
            self.state.known += 1;
            let user = User {
                number,
                account: None,
            };
            self.state.users.insert(person, user);
        }
    }
}
