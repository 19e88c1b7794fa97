//! Operations of members, mostly admins, in a workspace.

use crate::operation::{Actor, Operation};
use crate::outcome::{Entry, Outcome};
use crate::state::{InvitationState, Key, Person, Role, limits};
use crate::step::{Answer, Step};

impl Step<'_> {
    pub fn run_member(&mut self, operation: &Operation) -> Answer {
        use Operation as O;
        match *operation {
            O::Resend {
                actor,
                workspace,
                person,
            } => self.resend(actor, workspace, person),
            O::Revoke {
                actor,
                workspace,
                person,
            } => self.revoke(actor, workspace, person),
            O::ChangeRole {
                actor,
                workspace,
                person,
                role,
                revoke,
            } => self.change_role(actor, (workspace, person), role, revoke),
            O::Remove {
                actor,
                workspace,
                person,
                revoke,
            } => {
                self.authorize(actor, &[workspace], "REMOVE_MEMBER")?;
                self.depart(actor.person, (workspace, person), revoke)
            }
            O::SendReset {
                actor,
                workspace,
                person,
            } => self.send_reset(actor, workspace, person),
            _ => Ok(Outcome::Done),
        }
    }

    pub fn run_workspace(&mut self, operation: &Operation) -> Answer {
        use Operation as O;
        match *operation {
            O::Leave { actor, workspace } => {
                self.viewer(actor)?;
                self.member_of(actor.person, workspace)?;
                self.depart(actor.person, (workspace, actor.person), false)
            }
            O::Create { key, actor } => self.create(key, actor),
            O::Update {
                key,
                actor,
                workspace,
                lifetime_days,
            } => self.update(key, actor, workspace, lifetime_days),
            _ => Ok(Outcome::Done),
        }
    }

    fn resend(&mut self, actor: Actor, key: Key, person: Person) -> Answer {
        self.authorize(actor, &[key], "RESEND_INVITATION")?;
        let now = self.state.now;
        let workspace = self.workspace(key)?;
        let lifetime = workspace.lifetime_days.map(|days| days * limits::DAY);
        let latest = workspace
            .latest(person)
            .ok_or_else(|| Outcome::refused("NOT_FOUND"))?;
        if latest.state != InvitationState::Open {
            return Err(Outcome::problem("INVITATION_ENDED"));
        }
        if now < latest.sent_at + limits::RESEND_COOLDOWN {
            return Err(Outcome::problem("COOLDOWN"));
        }
        let number = workspace.invitations[&person].len() - 1;
        let mail = self.mail(person, "INVITATION");
        self.state.ties.insert((person, mail), vec![(key, number)]);
        if let Some(open) = self.workspace(key)?.open_mut(person) {
            open.mail = mail;
            open.sent_at = now;
            open.sent_count += 1;
            open.expires_at = now + lifetime.unwrap_or(limits::INVITATION);
            open.requested_at = None;
        }
        self.log(Entry::new(key, "RESEND_INVITATION", actor.person).to(person));
        Ok(Outcome::Done)
    }

    fn revoke(&mut self, actor: Actor, key: Key, person: Person) -> Answer {
        self.authorize(actor, &[key], "REVOKE_INVITATION")?;
        let latest = self.workspace(key)?.latest(person);
        let latest = latest.ok_or_else(|| Outcome::refused("NOT_FOUND"))?;
        if latest.state != InvitationState::Open {
            return Err(Outcome::problem("INVITATION_ENDED"));
        }
        self.take_back(key, person, actor.person);
        Ok(Outcome::Done)
    }

    /// Requires that the person is not the last active admin.
    fn require_another_admin(&mut self, key: Key, person: Person) -> Result<(), Outcome> {
        let workspace = self.workspace(key)?;
        if workspace.is_admin(person) && workspace.admins().count() == 1 {
            return Err(Outcome::problem("LAST_ADMIN"));
        }
        Ok(())
    }

    fn change_role(
        &mut self,
        actor: Actor,
        (key, person): (Key, Person),
        role: Role,
        revoke: bool,
    ) -> Answer {
        self.authorize(actor, &[key], "CHANGE_ROLE")?;
        let member = self.workspace(key)?.members.get(&person);
        let before = member.ok_or_else(|| Outcome::refused("NOT_FOUND"))?.role;
        if before == role {
            return Ok(no_transfers());
        }
        self.require_another_admin(key, person)?;
        if let Some(member) = self.workspace(key)?.members.get_mut(&person) {
            member.role = role;
        }
        let entry = Entry::new(key, "CHANGE_ROLE", actor.person).to(person);
        self.log(entry.with("from", before.code()).with("to", role.code()));
        if before != Role::Admin {
            return Ok(no_transfers());
        }
        Ok(self.transfer(key, person, actor.person, revoke))
    }

    /// Ends a membership: the person leaves or is removed.
    fn depart(&mut self, actor: Person, (key, person): (Key, Person), revoke: bool) -> Answer {
        let member = self.workspace(key)?.members.get(&person);
        let role = member.ok_or_else(|| Outcome::refused("NOT_FOUND"))?.role;
        self.require_another_admin(key, person)?;
        let kind = if actor == person {
            "LEAVE_WORKSPACE"
        } else {
            "REMOVE_MEMBER"
        };
        let entry = Entry::new(key, kind, actor).to(person);
        self.log(entry.with("role", role.code()));
        let workspace = self.workspace(key)?;
        workspace.end(person, InvitationState::Revoked);
        workspace.members.remove(&person);
        self.state.forget(person);
        Ok(self.transfer(key, person, actor, revoke))
    }

    fn send_reset(&mut self, actor: Actor, key: Key, person: Person) -> Answer {
        self.authorize(actor, &[key], "SEND_PASSWORD_RESET")?;
        let member = self.workspace(key)?.members.get(&person);
        if !member
            .ok_or_else(|| Outcome::refused("NOT_FOUND"))?
            .is_active
        {
            return Err(Outcome::problem("NOT_ACTIVE"));
        }
        self.end_resets(person, "TOKEN_REPLACED", |reset| reset.by_admin);
        self.open_reset(person, true);
        self.log(Entry::new(key, "SEND_PASSWORD_RESET", actor.person).to(person));
        Ok(Outcome::Done)
    }

    /// Creates a workspace. By default, admins of any workspace may do so.
    fn create(&mut self, key: Key, actor: Actor) -> Answer {
        self.viewer(actor)?;
        let mut workspaces = self.state.workspaces.values();
        if !workspaces.any(|workspace| workspace.is_admin(actor.person)) {
            return Err(Outcome::refused("FORBIDDEN"));
        }
        let name = format!("W{}", key.0);
        self.state.found(key, &name, actor.person);
        self.log(Entry::new(key, "CREATE_WORKSPACE", actor.person).with("name", name));
        Ok(Outcome::Done)
    }

    fn update(&mut self, key: Key, actor: Actor, workspace: Key, days: Option<u32>) -> Answer {
        self.authorize(actor, &[workspace], "UPDATE_WORKSPACE")?;
        let entry = Entry::new(workspace, "UPDATE_WORKSPACE", actor.person);
        let row = self.workspace(workspace)?;
        let entry = match days {
            Some(_) if row.lifetime_days == days => return Ok(Outcome::Done),
            Some(days) => {
                row.lifetime_days = Some(days);
                entry.with("invitationLifetimeDays", days.to_string())
            }
            None => {
                row.name = format!("Renamed {}", key.0);
                entry.with("name", row.name.clone())
            }
        };
        self.log(entry);
        Ok(Outcome::Done)
    }
}

fn no_transfers() -> Outcome {
    Outcome::Moved {
        transferred: Vec::new(),
        revoked: Vec::new(),
    }
}
