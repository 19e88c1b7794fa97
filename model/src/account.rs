//! Account operations: profile, password, sessions, and password resets.

use crate::operation::{Actor, Operation};
use crate::outcome::{Entry, Outcome};
use crate::state::{Account, Key, Person, Reset, limits};
use crate::step::{Answer, Step};

impl Step<'_> {
    pub fn run_account(&mut self, operation: &Operation) -> Answer {
        use Operation as O;
        match *operation {
            O::Switch { actor, workspace } => {
                self.viewer(actor)?;
                self.member_of(actor.person, workspace)?;
                Ok(Outcome::Done)
            }
            O::Rename { key, actor } => self.rename(key, actor),
            O::ChangePassword {
                key,
                actor,
                current,
            } => self.change_password(key, actor, current),
            O::SignOut { actor } => self.end_session(actor, actor.session),
            O::RevokeSession { actor, session } => self.end_session(actor, session),
            O::SignIn {
                key,
                person,
                password,
            } => self.sign_in(key, person, password),
            O::RequestReset { person } => {
                if self.state.account(person).is_some() {
                    self.open_reset(person, false);
                }
                Ok(Outcome::Done)
            }
            O::ResetPassword { key, person, mail } => self.reset_password(key, person, mail),
            _ => Ok(Outcome::Done),
        }
    }

    fn account(&mut self, person: Person) -> Result<&mut Account, Outcome> {
        let account = self.state.account_mut(person);
        account.ok_or_else(|| Outcome::refused("UNAUTHENTICATED"))
    }

    /// Changes a person's name in all workspaces that they have joined.
    fn rename(&mut self, key: Key, actor: Actor) -> Answer {
        self.viewer(actor)?;
        let name = format!("U{}", key.0);
        self.account(actor.person)?.name.clone_from(&name);
        for workspace in self.state.workspaces.values_mut() {
            let member = workspace.members.get_mut(&actor.person);
            if let Some(member) = member.filter(|member| member.is_active) {
                member.name.clone_from(&name);
            }
        }
        Ok(Outcome::Done)
    }

    /// Changes the password and ends the person's other sessions.
    fn change_password(&mut self, key: Key, actor: Actor, current: Key) -> Answer {
        if self.viewer(actor)?.password != current {
            return Err(Outcome::problem("CREDENTIALS_INVALID"));
        }
        let account = self.account(actor.person)?;
        account.password = key;
        account.sessions.retain(|session| *session == actor.session);
        self.end_resets(actor.person, "TOKEN_USED", |_| true);
        self.mail(actor.person, "PASSWORD_CHANGED");
        Ok(Outcome::Done)
    }

    fn end_session(&mut self, actor: Actor, session: Key) -> Answer {
        self.viewer(actor)?;
        let ended = self.account(actor.person)?.sessions.remove(&session);
        ended
            .then_some(Outcome::Done)
            .ok_or_else(|| Outcome::refused("NOT_FOUND"))
    }

    fn sign_in(&mut self, key: Key, person: Person, password: Key) -> Answer {
        let account = self.state.account_mut(person);
        let account = account.filter(|account| account.password == password);
        let account = account.ok_or_else(|| Outcome::problem("CREDENTIALS_INVALID"))?;
        account.sessions.insert(key);
        self.log_in_joined(person, "SIGN_IN", None);
        Ok(Outcome::Done)
    }

    /// Writes an entry to the audit log of each workspace that a person has joined.
    fn log_in_joined(&mut self, person: Person, kind: &'static str, subject: Option<Person>) {
        let joined = self.state.workspaces.iter();
        let keys: Vec<Key> = joined
            .filter(|(_, workspace)| workspace.active(person).is_some())
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            self.log(Entry {
                subject,
                ..Entry::new(key, kind, person)
            });
        }
    }

    /// Ends the open resets that `which` selects.
    pub fn end_resets(&mut self, person: Person, code: &'static str, which: fn(&Reset) -> bool) {
        let resets = self.state.resets.entry(person).or_default();
        let open = resets.iter_mut().filter(|reset| reset.ended.is_none());
        for reset in open.filter(|reset| which(reset)) {
            reset.ended = Some(code);
        }
    }

    /// Sends a reset link. Ends no other link.
    pub fn open_reset(&mut self, person: Person, by_admin: bool) {
        let mail = self.mail(person, "PASSWORD_RESET");
        let reset = Reset {
            mail,
            by_admin,
            expires_at: self.state.now + limits::RESET,
            ended: None,
        };
        self.state.resets.entry(person).or_default().push(reset);
    }

    /// Sets a new password and ends all sessions of the person.
    fn reset_password(&mut self, key: Key, person: Person, mail: usize) -> Answer {
        let resets = self.state.resets.get(&person).into_iter().flatten();
        let reset = resets.into_iter().find(|reset| reset.mail == mail);
        let reset = reset.ok_or_else(|| Outcome::problem("TOKEN_UNKNOWN"))?;
        if let Some(code) = reset.ended {
            return Err(Outcome::problem(code));
        }
        if reset.expires_at <= self.state.now {
            return Err(Outcome::problem("TOKEN_EXPIRED"));
        }
        self.end_resets(person, "TOKEN_USED", |_| true);
        let account = self.account(person)?;
        account.password = key;
        account.sessions.clear();
        self.mail(person, "PASSWORD_CHANGED");
        self.log_in_joined(person, "RESET_PASSWORD", Some(person));
        Ok(Outcome::Done)
    }
}
