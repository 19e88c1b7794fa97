//! Actions available to a viewer on a member.

use crate::account::viewer::Viewer;
use crate::permissions::Permission;
use crate::team::member::Member;
use entity::membership::MembershipStatus;

/// An action on a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    ResendInvitation,
    RevokeInvitation,
    SendPasswordReset,
    ChangeRole,
    Remove,
    AssignWorkspaces,
}

/// Returns the actions that the viewer's role and the member's status allow. Rules that depend on
/// other rows (the last admin, a cooldown) are checked by the mutation.
pub fn available(viewer: &Viewer, member: &Member) -> Vec<Action> {
    let row = member;
    if !viewer.can(row.workspace_id, Permission::TeamManage) {
        return Vec::new();
    }
    let mut actions = match row.status {
        MembershipStatus::Invited => vec![Action::ResendInvitation, Action::RevokeInvitation],
        MembershipStatus::Active => vec![Action::SendPasswordReset],
    };
    actions.extend([Action::ChangeRole, Action::Remove]);
    let manages_another = viewer.memberships.iter().any(|managed| {
        managed.workspace_id != row.workspace_id
            && viewer.can(managed.workspace_id, Permission::TeamManage)
    });
    if manages_another {
        actions.push(Action::AssignWorkspaces);
    }
    actions
}
