//! The operations of the model.

use crate::state::{Key, Minutes, Person, Role};
use std::fmt;

/// A person and the session that they use.
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

/// A person to invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Invitee {
    pub person: Person,
    pub role: Role,
}

/// An operation of the API, or passing time. Links are identified by the numbers of the recipient's
/// mails, passwords by the operations that set them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `inviteUsers`. The entered names are derived from the key.
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
    /// `resendInvitation` of a person's latest invitation.
    Resend {
        actor: Actor,
        workspace: Key,
        person: Person,
    },
    /// `revokeInvitation` of a person's latest invitation.
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
    /// `createWorkspace`. The key names the workspace.
    Create { key: Key, actor: Actor },
    /// `updateWorkspace`: a new name derived from the key, or another invitation lifetime.
    Update {
        key: Key,
        actor: Actor,
        workspace: Key,
        lifetime_days: Option<u32>,
    },
    /// `switchWorkspace`.
    Switch { actor: Actor, workspace: Key },
    /// `updateProfile`. The name is derived from the key.
    Rename { key: Key, actor: Actor },
    /// `changePassword`. The key names the new password.
    ChangePassword {
        key: Key,
        actor: Actor,
        current: Key,
    },
    /// `signOut`.
    SignOut { actor: Actor },
    /// `revokeSession`.
    RevokeSession { actor: Actor, session: Key },
    /// `signIn`. The key names the session.
    SignIn {
        key: Key,
        person: Person,
        password: Key,
    },
    /// `acceptInvitation` with a link of the person, signed in or not. The key names the session
    /// and password of a person who signs up.
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
    /// `resetPassword`. The key names the new password.
    ResetPassword {
        key: Key,
        person: Person,
        mail: usize,
    },
    /// Time passes.
    Advance { minutes: Minutes },
}
