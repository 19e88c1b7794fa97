//! Turns a choice into an operation on what exists.

use super::{Choice, Verb};
use crate::api::Api;
use model::{Actor, Invitee, Key, Operation, Person, State};

/// A person who is never invited.
const STRANGER: Person = Person(99);
/// The number of people in a sequence.
const PEOPLE: u8 = 7;

/// Selects an item by number. Returns `None` if there are none.
fn pick<T: Copy>(all: &[T], number: u8) -> Option<T> {
    let index = usize::from(number).checked_rem(all.len())?;
    Some(all[index])
}

/// The state in which an operation is chosen.
pub struct Surroundings<'s> {
    pub state: &'s State,
    pub api: &'s Api,
    /// The key of what the operation creates.
    pub key: Key,
}

impl Choice {
    /// Returns the operation, or `None` if nobody can run it.
    pub fn operation(&self, around: &Surroundings) -> Option<Operation> {
        use Verb as V;
        match self.verb {
            V::SignIn | V::Accept | V::Decline | V::RequestInvitation => self.by_anybody(around),
            V::RequestReset | V::ResetPassword => self.by_anybody(around),
            V::Rename | V::ChangePassword | V::SignOut | V::RevokeSession => {
                self.on_account(around)
            }
            V::Leave | V::Create | V::Update | V::Switch => self.on_workspace(around),
            _ => self.on_member(around),
        }
    }

    /// Selects a person with an account and one of their sessions. Returns a sign-in instead if
    /// they have no session.
    fn actor(&self, around: &Surroundings) -> Result<Actor, Option<Operation>> {
        let state = around.state;
        let users: Vec<Person> = state.users.keys().copied().collect();
        let accounts: Vec<Person> = users
            .into_iter()
            .filter(|person| state.account(*person).is_some())
            .collect();
        let manages = |person: &Person| state.workspaces.values().any(|w| w.is_admin(*person));
        let mut able = accounts.clone();
        able.retain(|person| self.odd || manages(person));
        let person = pick(&able, self.actor).or_else(|| pick(&accounts, self.actor));
        let person = person.ok_or(None)?;
        let account = state.account(person).ok_or(None)?;
        let known = around.api.sessions(person);
        let (valid, ended): (Vec<Key>, Vec<Key>) = known
            .into_iter()
            .partition(|key| account.sessions.contains(key));
        let wants_ended = self.odd && self.person.is_multiple_of(4);
        let session = match ended.last() {
            Some(ended) if wants_ended => Some(*ended),
            _ => valid.last().copied(),
        };
        let sign_in = Operation::SignIn {
            key: around.key,
            person,
            password: account.password,
        };
        let session = session.ok_or(Some(sign_in))?;
        Ok(Actor { person, session })
    }

    /// Selects a workspace in which a person is an admin; an odd choice selects any.
    fn workspace(&self, around: &Surroundings, actor: Person) -> Option<Key> {
        let all = around.state.workspaces.iter();
        let is_theirs = |key: &Key| around.state.workspaces[key].is_admin(actor);
        let all: Vec<Key> = all.map(|(key, _)| *key).collect();
        let theirs: Vec<Key> = all.iter().copied().filter(is_theirs).collect();
        if self.odd {
            return pick(&all, self.workspace);
        }
        pick(&theirs, self.workspace).or_else(|| pick(&all, self.workspace))
    }

    /// Selects one of `some`; an odd choice selects anybody.
    fn person(&self, some: impl Iterator<Item = Person>) -> Person {
        let some: Vec<Person> = some.collect();
        let anybody = Person(self.person % PEOPLE);
        match pick(&some, self.person) {
            Some(person) if !self.odd => person,
            _ => anybody,
        }
    }

    fn on_member(&self, around: &Surroundings) -> Option<Operation> {
        let actor = match self.actor(around) {
            Ok(actor) => actor,
            Err(instead) => return instead,
        };
        let key = around.key;
        let workspace = self.workspace(around, actor.person)?;
        let team = &around.state.workspaces[&workspace];
        let member = self.person(team.members.keys().copied());
        let ever = team.invitations.keys().copied();
        let mut invited: Vec<Person> = ever.clone().filter(|p| team.open(*p).is_some()).collect();
        if invited.is_empty() {
            invited = ever.collect();
        }
        let invited = self.person(invited.into_iter());
        let (role, revoke) = (self.role, self.flag);
        Some(match self.verb {
            Verb::Invite => self.invite(around, key, actor, workspace),
            Verb::Assign => Operation::Assign {
                actor,
                from: workspace,
                person: member,
                to: self.others(around, actor.person, workspace)?,
                role,
            },
            Verb::Resend => Operation::Resend {
                actor,
                workspace,
                person: invited,
            },
            Verb::Revoke => Operation::Revoke {
                actor,
                workspace,
                person: invited,
            },
            Verb::ChangeRole => Operation::ChangeRole {
                actor,
                workspace,
                person: member,
                role,
                revoke,
            },
            Verb::Remove => Operation::Remove {
                actor,
                workspace,
                person: member,
                revoke,
            },
            _ => Operation::SendReset {
                actor,
                workspace,
                person: member,
            },
        })
    }

    fn invite(&self, around: &Surroundings, key: Key, actor: Actor, workspace: Key) -> Operation {
        let role = self.role;
        let team = &around.state.workspaces[&workspace];
        let others = (0..PEOPLE).map(Person);
        let first = self.person(others.filter(|person| team.active(*person).is_none()));
        let mut invitees = vec![Invitee {
            person: first,
            role,
        }];
        let mut workspaces = vec![workspace];
        if self.flag {
            let person = Person((first.0 + 1) % PEOPLE);
            invitees.push(Invitee { person, role });
        }
        if self.person >= 128 {
            let others = self.others(around, actor.person, workspace);
            workspaces.extend(others.unwrap_or_default());
        }
        Operation::Invite {
            key,
            actor,
            invitees,
            workspaces,
        }
    }

    /// Selects another workspace than `but`, which the actor manages unless the choice is odd.
    fn others(&self, around: &Surroundings, actor: Person, but: Key) -> Option<Vec<Key>> {
        let all = around.state.workspaces.iter();
        let others = all.filter(|(key, team)| **key != but && (self.odd || team.is_admin(actor)));
        let others: Vec<Key> = others.map(|(key, _)| *key).collect();
        Some(vec![pick(&others, self.workspace)?])
    }

    fn on_workspace(&self, around: &Surroundings) -> Option<Operation> {
        let actor = match self.actor(around) {
            Ok(actor) => actor,
            Err(instead) => return instead,
        };
        let (key, workspace) = (around.key, self.workspace(around, actor.person)?);
        Some(match self.verb {
            Verb::Leave => Operation::Leave { actor, workspace },
            Verb::Create => Operation::Create { key, actor },
            Verb::Update => Operation::Update {
                key,
                actor,
                workspace,
                lifetime_days: self.flag.then_some(u32::from(1 + self.person % 3)),
            },
            _ => Operation::Switch { actor, workspace },
        })
    }

    fn on_account(&self, around: &Surroundings) -> Option<Operation> {
        let actor = match self.actor(around) {
            Ok(actor) => actor,
            Err(instead) => return instead,
        };
        let key = around.key;
        let password = around.state.account(actor.person)?.password;
        Some(match self.verb {
            Verb::Rename => Operation::Rename { key, actor },
            Verb::ChangePassword => Operation::ChangePassword {
                key,
                actor,
                current: if self.odd { Key(9_999) } else { password },
            },
            Verb::SignOut => Operation::SignOut { actor },
            _ => Operation::RevokeSession {
                actor,
                session: pick(&around.api.sessions(actor.person), self.person)?,
            },
        })
    }

    fn by_anybody(&self, around: &Surroundings) -> Option<Operation> {
        let (key, state) = (around.key, around.state);
        let accounts = || {
            (0..PEOPLE)
                .map(Person)
                .filter(|p| state.account(*p).is_some())
        };
        match self.verb {
            Verb::SignIn => {
                let person = self.person(accounts());
                let password = state.account(person).map(|account| account.password);
                let password = password.filter(|_| !self.odd || self.flag);
                Some(Operation::SignIn {
                    key,
                    person,
                    password: password.unwrap_or(Key(9_999)),
                })
            }
            // A person without an account may have one by the time the request is processed.
            Verb::RequestReset => Some(Operation::RequestReset {
                person: Some(self.person(accounts()))
                    .filter(|person| state.account(*person).is_some())
                    .unwrap_or(STRANGER),
            }),
            _ => self.by_link(around),
        }
    }

    /// Uses the latest working link of a person; an odd choice uses any.
    fn by_link(&self, around: &Surroundings) -> Option<Operation> {
        let (key, state) = (around.key, around.state);
        let links = (0..PEOPLE).map(|number| (Person(number), self.links(around, Person(number))));
        let mut kept: Vec<(Person, Vec<usize>)> = links.collect();
        kept.retain(|(_, links)| !links.is_empty());
        let mut working = kept.clone();
        for (person, links) in &mut working {
            links.retain(|mail| self.odd || !state.is_obsolete(*person, *mail));
        }
        working.retain(|(_, links)| !links.is_empty());
        if !working.is_empty() && self.verb != Verb::RequestInvitation {
            kept = working;
        }
        let index = usize::from(self.person).checked_rem(kept.len())?;
        let (person, links) = &kept[index];
        let person = *person;
        let mail = if self.odd {
            pick(links, self.actor)?
        } else {
            *links.last()?
        };
        let signed_in = state.account(person).and_then(|account| {
            let known = around.api.sessions(person);
            known
                .into_iter()
                .rfind(|key| account.sessions.contains(key))
        });
        Some(match self.verb {
            Verb::Accept => Operation::Accept {
                key,
                person,
                mail,
                session: signed_in.filter(|_| self.flag),
            },
            Verb::Decline => Operation::Decline { person, mail },
            Verb::RequestInvitation => Operation::RequestInvitation { person, mail },
            _ => Operation::ResetPassword { key, person, mail },
        })
    }

    /// Returns the links of a person for this operation; an odd choice includes others.
    fn links(&self, around: &Surroundings, person: Person) -> Vec<usize> {
        let is_invitation = |mail: &usize| around.state.ties.contains_key(&(person, *mail));
        let wants_invitation = self.verb != Verb::ResetPassword;
        let mut links = around.api.links(person);
        links.retain(|mail| self.odd || is_invitation(mail) == wants_invitation);
        links
    }
}
