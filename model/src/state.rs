//! The state of the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A person, identified by one email address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u8);

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

impl Person {
    /// Returns the email address.
    pub fn email(self) -> String {
        format!("p{}@acme.example", self.0)
    }
}

/// The number of an operation. Names the workspace or session that the operation creates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u32);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Time in whole minutes. All limits are whole minutes too, and a test takes less than a minute of
/// its own, so seconds make no difference.
pub type Minutes = u32;

/// A role in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Admin,
    Operator,
    Auditor,
}

impl Role {
    /// Returns the role's code in the API.
    pub fn code(self) -> &'static str {
        match self {
            Role::Admin => "WORKSPACE_ADMIN",
            Role::Operator => "GATEWAY_OPERATOR",
            Role::Auditor => "SECURITY_AUDITOR",
        }
    }
}

/// An account, created by signing up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    pub name: String,
    pub password: Key,
    /// Sessions that have not been ended. In tests, they do not expire.
    pub sessions: BTreeSet<Key>,
}

/// A user known to the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    /// The number of the user, in the order of creation.
    pub number: u32,
    pub account: Option<Account>,
}

/// A membership: invited while it has an open invitation, and active otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    pub role: Role,
    pub is_active: bool,
    pub name: String,
    /// The number of the operation in which the member joined.
    pub joined: u32,
}

/// The state of an invitation, regardless of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvitationState {
    Open,
    Accepted,
    Declined,
    Revoked,
}

/// An invitation of one person to one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Invitation {
    pub state: InvitationState,
    pub inviter: Person,
    /// The mail with the valid link, as an index of the person's mails.
    pub mail: usize,
    pub sent_at: Minutes,
    pub sent_count: u32,
    pub expires_at: Minutes,
    /// The time of the person's last request for a new invitation.
    pub requested_at: Option<Minutes>,
}

impl Invitation {
    /// Returns whether the invitation is open and expired.
    pub fn is_expired(&self, now: Minutes) -> bool {
        self.state == InvitationState::Open && self.expires_at <= now
    }
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Workspace {
    pub name: String,
    /// The workspace's own invitation lifetime in days, if set.
    pub lifetime_days: Option<u32>,
    pub members: BTreeMap<Person, Member>,
    /// All invitations of each person, the latest last.
    pub invitations: BTreeMap<Person, Vec<Invitation>>,
}

/// A password reset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reset {
    /// The mail with the link, as an index of the person's mails.
    pub mail: usize,
    /// Whether an admin has sent it. The next reset from an admin replaces it.
    pub by_admin: bool,
    pub expires_at: Minutes,
    /// The error code of its link once it has ended.
    pub ended: Option<&'static str>,
}

/// The state of the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub now: Minutes,
    pub users: BTreeMap<Person, User>,
    pub workspaces: BTreeMap<Key, Workspace>,
    /// The number of mails sent to each person.
    pub mails: BTreeMap<Person, usize>,
    /// The invitations in a mail: the workspace and the index among the person's invitations there.
    pub ties: BTreeMap<(Person, usize), Vec<(Key, usize)>>,
    pub resets: BTreeMap<Person, Vec<Reset>>,
    /// The number of operations so far.
    pub(crate) operations: u32,
    /// The number of users so far.
    pub(crate) known: u32,
}

/// The limits of the service, in minutes.
pub(crate) mod limits {
    use super::Minutes;

    pub const HOUR: Minutes = 60;
    pub const DAY: Minutes = 24 * HOUR;
    pub const INVITATION: Minutes = 7 * DAY;
    pub const RESEND_COOLDOWN: Minutes = 1;
    pub const RESET: Minutes = HOUR;
    /// The minimum time between two requests to an inviter for a new invitation.
    pub const REQUEST_PAUSE: Minutes = DAY;
}

impl State {
    /// Creates the state of an installation with one workspace and its admin, who has no session
    /// yet. The key names the workspace and the admin's password.
    pub fn new(admin: Person, name: &str, workspace: &str, key: Key) -> State {
        let account = Account {
            name: name.to_owned(),
            password: key,
            sessions: BTreeSet::new(),
        };
        let user = User {
            number: 0,
            account: Some(account),
        };
        let mut state = State {
            now: 0,
            users: BTreeMap::from([(admin, user)]),
            workspaces: BTreeMap::new(),
            mails: BTreeMap::new(),
            ties: BTreeMap::new(),
            resets: BTreeMap::new(),
            operations: 1,
            known: 1,
        };
        state.found(key, workspace, admin);
        state
    }

    /// Creates a workspace with its first admin.
    pub(crate) fn found(&mut self, key: Key, name: &str, admin: Person) {
        let member = Member {
            role: Role::Admin,
            is_active: true,
            name: self.account_name(admin),
            joined: self.operations,
        };
        let workspace = Workspace {
            name: name.to_owned(),
            lifetime_days: None,
            members: BTreeMap::from([(admin, member)]),
            invitations: BTreeMap::new(),
        };
        self.workspaces.insert(key, workspace);
    }

    /// Returns the account of a person who has signed up.
    pub fn account(&self, person: Person) -> Option<&Account> {
        self.users.get(&person)?.account.as_ref()
    }

    pub(crate) fn account_mut(&mut self, person: Person) -> Option<&mut Account> {
        self.users.get_mut(&person)?.account.as_mut()
    }

    /// Returns the name of a person who has signed up, and an empty string for others.
    pub(crate) fn account_name(&self, person: Person) -> String {
        let account = self.account(person);
        account.map_or_else(String::new, |account| account.name.clone())
    }

    /// Returns whether a mail need not be sent because everything it is about has ended.
    pub fn is_obsolete(&self, to: Person, mail: usize) -> bool {
        let invitations = self.ties.get(&(to, mail)).into_iter().flatten();
        let is_open = |(key, number): &(Key, usize)| {
            let invitation = &self.workspaces[key].invitations[&to][*number];
            invitation.state == InvitationState::Open
                && invitation.mail == mail
                && !invitation.is_expired(self.now)
        };
        let mut resets = self.resets.get(&to).into_iter().flatten();
        let reset = resets.find(|reset| reset.mail == mail);
        let is_reset_open =
            reset.is_some_and(|reset| reset.ended.is_none() && reset.expires_at > self.now);
        let has_link = reset.is_some() || self.ties.contains_key(&(to, mail));
        has_link && !is_reset_open && !invitations.into_iter().any(is_open)
    }

    /// Returns the index of a new mail to a person.
    pub(crate) fn next_mail(&mut self, to: Person) -> usize {
        let count = self.mails.entry(to).or_default();
        *count += 1;
        *count - 1
    }

    /// Deletes a user who never signed up and has no invitation.
    pub(crate) fn forget(&mut self, person: Person) {
        let is_member = |workspace: &Workspace| workspace.members.contains_key(&person);
        if self.account(person).is_none() && !self.workspaces.values().any(is_member) {
            self.users.remove(&person);
        }
    }
}

impl Workspace {
    /// Returns the membership of a person who has joined.
    pub fn active(&self, person: Person) -> Option<&Member> {
        self.members.get(&person).filter(|member| member.is_active)
    }

    /// Returns whether a person is an active admin.
    pub fn is_admin(&self, person: Person) -> bool {
        self.active(person)
            .is_some_and(|member| member.role == Role::Admin)
    }

    /// Returns the active admins.
    pub fn admins(&self) -> impl Iterator<Item = Person> + '_ {
        self.members
            .keys()
            .copied()
            .filter(|person| self.is_admin(*person))
    }

    /// Returns the latest invitation of a person, open or not.
    pub fn latest(&self, person: Person) -> Option<&Invitation> {
        self.invitations.get(&person)?.last()
    }

    /// Returns the open invitation of a person.
    pub fn open(&self, person: Person) -> Option<&Invitation> {
        self.latest(person)
            .filter(|invitation| invitation.state == InvitationState::Open)
    }

    pub(crate) fn open_mut(&mut self, person: Person) -> Option<&mut Invitation> {
        let latest = self.invitations.get_mut(&person)?.last_mut()?;
        (latest.state == InvitationState::Open).then_some(latest)
    }

    /// Ends the open invitation of a person.
    pub(crate) fn end(&mut self, person: Person, state: InvitationState) {
        if let Some(open) = self.open_mut(person) {
            open.state = state;
        }
    }
}
