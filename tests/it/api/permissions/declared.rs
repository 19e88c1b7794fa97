//! The permissions that the schema declares, and the reasons why other fields need none.

use crate::support::introspection::Field;
use async_graphql::Value as ConstValue;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use std::collections::HashMap;
use tokenvue::permissions::{self, Permission, Role};

/// Fields without a permission, with the reason. `Type.*` means types without any guarded
/// field.
const PUBLIC: &[(&str, &str)] = &[
    ("Query.viewer", "the viewer, or null when signed out"),
    ("Query.workspace", "finds only the viewer's own workspaces"),
    ("Query.node", "finds only what the viewer may see"),
    ("Query.nodes", "finds only what the viewer may see"),
    ("Query.roles", "the same for all clients"),
    ("Query.invitationPreview", "authorized by the token"),
    ("Query.passwordResetPreview", "authorized by the token"),
    ("Query.service", "needed before signing in"),
    ("Mutation.signIn", "signing in"),
    ("Mutation.setUp", "authorized by the one-time token"),
    ("Mutation.acceptInvitation", "authorized by the token"),
    ("Mutation.declineInvitation", "authorized by the token"),
    ("Mutation.requestNewInvitation", "authorized by the token"),
    (
        "Mutation.requestPasswordReset",
        "the same response for all addresses",
    ),
    ("Mutation.resetPassword", "authorized by the token"),
    ("Mutation.signOut", "the viewer's own session"),
    ("Mutation.revokeSession", "the viewer's own sessions"),
    ("Mutation.switchWorkspace", "the viewer's own session"),
    ("Mutation.updateProfile", "the viewer's own names"),
    ("Mutation.changePassword", "the viewer's own password"),
    ("Mutation.leaveWorkspace", "the viewer's own membership"),
    (
        "Mutation.createWorkspace",
        "a setting of the server decides",
    ),
    (
        "Workspace.id",
        "a Workspace is always one of the viewer's own",
    ),
    ("Workspace.name", "as above"),
    ("Workspace.slug", "as above"),
    ("Workspace.createdAt", "as above"),
    (
        "Workspace.viewerMembership",
        "the viewer's own is always visible",
    ),
    ("Membership.id", "an ID reveals nothing"),
    ("Membership.user", "its fields have guards of their own"),
    ("Membership.workspace", "one of the viewer's own"),
    (
        "Membership.availableActions",
        "about the viewer; empty without TEAM_MANAGE",
    ),
    ("Invitation.id", "an ID reveals nothing"),
    ("Invitation.workspace", "null unless it is the viewer's own"),
    ("User.id", "an ID reveals nothing"),
    ("AuditEvent.id", "an ID reveals nothing"),
    ("Viewer.*", "the viewer's own data"),
    ("Session.*", "only the viewer's own are found"),
    ("AccessDecision.*", "about the viewer"),
    ("RoleDefinition.*", "the same for all clients"),
    ("ServiceInfo.*", "needed before signing in"),
    ("PageInfo.*", "part of a list that has its own guard"),
    ("MembershipConnection.*", "behind the guard of its list"),
    ("MembershipEdge.*", "behind the guard of its list"),
    ("InvitationConnection.*", "behind the guard of its list"),
    ("InvitationEdge.*", "behind the guard of its list"),
    ("AuditEventConnection.*", "behind the guard of its list"),
    ("AuditEventEdge.*", "behind the guard of its list"),
    ("SessionConnection.*", "the viewer's own sessions"),
    ("SessionEdge.*", "the viewer's own sessions"),
    ("AuditDetail.*", "behind the guard of AuditEvent.details"),
    ("TeamSummary.*", "behind the guard of Workspace.teamSummary"),
    (
        "WorkspaceSettings.*",
        "behind the guard of Workspace.settings",
    ),
    (
        "InvitationDelivery.*",
        "behind the guard of Invitation.delivery",
    ),
    ("MailServer.*", "behind the guard of Workspace.mailServer"),
    ("InvitationPreview.*", "authorized by the token"),
    ("InvitationPlacement.*", "authorized by the token"),
    ("PasswordResetPreview.*", "authorized by the token"),
    (
        "InviteUsersPreview.*",
        "behind the guard of Query.inviteUsersPreview",
    ),
    ("InviteOutcome.*", "only for viewers who may invite"),
    ("UserError.*", "about the viewer's own input"),
    (
        "AcceptInvitationPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "AssignToWorkspacesPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "ChangePasswordPayload.*",
        "only for the viewer of the mutation",
    ),
    ("ChangeRolePayload.*", "only for the viewer of the mutation"),
    (
        "CreateWorkspacePayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "DeclineInvitationPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "InviteUsersPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "LeaveWorkspacePayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "RemoveMemberPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "RequestNewInvitationPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "RequestPasswordResetPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "ResendInvitationPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "ResetPasswordPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "RevokeInvitationPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "RevokeSessionPayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "SendPasswordResetPayload.*",
        "only for the viewer of the mutation",
    ),
    ("SetUpPayload.*", "only for the viewer of the mutation"),
    ("SignInPayload.*", "only for the viewer of the mutation"),
    ("SignOutPayload.*", "only for the viewer of the mutation"),
    (
        "SwitchWorkspacePayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "UpdateProfilePayload.*",
        "only for the viewer of the mutation",
    ),
    (
        "UpdateWorkspacePayload.*",
        "only for the viewer of the mutation",
    ),
];

/// The permissions that fields declare with `@requires`.
pub struct Declared(HashMap<String, Permission>);

impl Declared {
    /// Reads schema.graphql.
    pub fn read() -> Declared {
        let document = parse_schema(include_str!("../../../../schema.graphql")).unwrap();
        let mut declared = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let TypeKind::Object(object) = &definition.node.kind else {
                continue;
            };
            for field in &object.fields {
                let directives = &field.node.directives;
                let requires = directives.iter().find(|d| d.node.name.node == "requires");
                let Some(requires) = requires else { continue };
                let argument = requires.node.get_argument("permission").unwrap();
                let ConstValue::Enum(code) = &argument.node else {
                    panic!("@requires without a permission");
                };
                let path = format!("{}.{}", definition.node.name.node, field.node.name.node);
                declared.insert(path, permission(code));
            }
        }
        Declared(declared)
    }

    /// Returns the permission that a field declares.
    pub fn permission(&self, path: &str) -> Option<Permission> {
        self.0.get(path).copied()
    }

    /// Asserts that each field either declares a permission or is listed as public with a reason.
    pub fn check_public(&self, fields: &[Field]) {
        for field in fields {
            let path = field.path();
            let everything = format!("{}.*", field.owner);
            let by_name = PUBLIC.iter().any(|(public, _)| *public == path);
            let by_type = PUBLIC.iter().any(|(public, _)| *public == everything);
            match self.permission(&path) {
                Some(_) => assert!(!by_name && !by_type, "{path} is guarded, not public"),
                None => assert!(
                    by_name || by_type,
                    "{path} has neither @requires nor a reason"
                ),
            }
        }
        for (public, _) in PUBLIC {
            let owner = public.strip_suffix(".*");
            let known = |field: &Field| owner.map_or(field.path() == *public, |o| o == field.owner);
            assert!(
                fields.iter().any(known),
                "{public} is no longer in the schema"
            );
        }
    }
}

/// Admins have every permission, so theirs is the complete list.
fn permission(code: &str) -> Permission {
    let all = permissions::permissions(Role::WorkspaceAdmin);
    let found = all.into_iter().find(|permission| permission.code() == code);
    found.unwrap_or_else(|| panic!("no permission {code}"))
}
