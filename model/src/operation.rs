//! What people do.

use crate::state::{Key, Minutes, Person, Role};
use std::fmt;

/// A person with the session that they use.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Actor {
    pub person: Person,
    pub session: Key,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in session {:?}", self.person, self.session)
    }
}

/// Somebody to invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Invitee {
    pub person: Person,
    pub role: Role,
}

/// An operation of the API, or time passing. Links are numbered by the mails of the person who
/// uses them, and passwords are named by the operations that set them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `inviteUsers`. The names that the admin enters are made of the key.
    Invite {
        key: Key,
        actor: Actor,
        invitees: Vec<Invitee>,
        workspaces: Vec<Key>,
    },
    /// `assignToWorkspaces`.
    Assign {
        actor: Actor,
        from: Key,
        person: Person,
        to: Vec<Key>,
        role: Role,
    },
    /// `resendInvitation`, of the latest invitation of a person.
    Resend {
        actor: Actor,
        workspace: Key,
        person: Person,
    },
    /// `revokeInvitation`, likewise.
    Revoke {
        actor: Actor,
        workspace: Key,
        person: Person,
    },
    /// `changeRole`.
    ChangeRole {
        actor: Actor,
        workspace: Key,
        person: Person,
        role: Role,
        revoke: bool,
    },
    /// `removeMember`.
    Remove {
        actor: Actor,
        workspace: Key,
        person: Person,
        revoke: bool,
    },
    /// `leaveWorkspace`.
    Leave { actor: Actor, workspace: Key },
    /// `sendPasswordReset`.
    SendReset {
        actor: Actor,
        workspace: Key,
        person: Person,
    },
    /// `createWorkspace`; the key names the workspace.
    Create { key: Key, actor: Actor },
    /// `updateWorkspace`: a new name, made of the key, or other days for invitations.
    Update {
        key: Key,
        actor: Actor,
        workspace: Key,
        lifetime_days: Option<u32>,
    },
    /// `switchWorkspace`.
    Switch { actor: Actor, workspace: Key },
    /// `updateProfile`; the name is made of the key.
    Rename { key: Key, actor: Actor },
    /// `changePassword`; the key names the new one.
    ChangePassword {
        key: Key,
        actor: Actor,
        current: Key,
    },
    /// `signOut`.
    SignOut { actor: Actor },
    /// `revokeSession`.
    RevokeSession { actor: Actor, session: Key },
    /// `signIn`; the key names the session.
    SignIn {
        key: Key,
        person: Person,
        password: Key,
    },
    /// `acceptInvitation`, by a link of the person; with their session or none. The key names the
    /// session and the password of somebody who signs up by it.
    Accept {
        key: Key,
        person: Person,
        mail: usize,
        session: Option<Key>,
    },
    /// `declineInvitation`.
    Decline { person: Person, mail: usize },
    /// `requestNewInvitation`.
    RequestInvitation { person: Person, mail: usize },
    /// `requestPasswordReset`.
    RequestReset { person: Person },
    /// `resetPassword`; the key names the new password.
    ResetPassword {
        key: Key,
        person: Person,
        mail: usize,
    },
    /// The clock moves on.
    Advance { minutes: Minutes },
}
