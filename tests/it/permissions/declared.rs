//! The permissions that the schema declares, and the reasons why other fields need none.

use crate::support::introspection::Field;
use async_graphql::Value as ConstValue;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use std::collections::HashMap;
use tokenvue::permissions::{self, Permission, Role};

/// Fields without a permission, with the reason. `Type.*` stands for types without any guarded
/// field.
const PUBLIC: &[(&str, &str)] = &[
    ("Query.viewer", "whoever is signed in, or nobody"),
    ("Query.workspace", "finds only the viewer's own workspaces"),
    ("Query.node", "finds only what the viewer may see"),
    ("Query.nodes", "finds only what the viewer may see"),
    ("Query.roles", "the same for everybody"),
    (
        "Query.invitationPreview",
        "the token is the right to see it",
    ),
    (
        "Query.passwordResetPreview",
        "the token is the right to see it",
    ),
    ("Query.service", "needed before anybody signs in"),
    ("Mutation.signIn", "the way in"),
    ("Mutation.setUp", "the one-time token is the right to it"),
    ("Mutation.acceptInvitation", "the token is the right to it"),
    ("Mutation.declineInvitation", "the token is the right to it"),
    (
        "Mutation.requestNewInvitation",
        "the token is the right to it",
    ),
    ("Mutation.requestPasswordReset", "answers everybody alike"),
    ("Mutation.resetPassword", "the token is the right to it"),
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
        "a Workspace is only ever one of the viewer's own",
    ),
    ("Workspace.name", "as above"),
    ("Workspace.slug", "as above"),
    ("Workspace.createdAt", "as above"),
    ("Workspace.viewerMembership", "one's own is always visible"),
    ("Membership.id", "an id tells nothing"),
    ("Membership.user", "its fields have guards of their own"),
    ("Membership.workspace", "one of the viewer's own"),
    (
        "Membership.availableActions",
        "about the viewer; empty without TEAM_MANAGE",
    ),
    ("Invitation.id", "an id tells nothing"),
    ("Invitation.workspace", "null unless it is the viewer's own"),
    ("User.id", "an id tells nothing"),
    ("AuditEvent.id", "an id tells nothing"),
    ("Viewer.*", "the viewer about themselves"),
    ("Session.*", "only the viewer's own are ever found"),
    ("AccessDecision.*", "about the viewer"),
    ("RoleDefinition.*", "the same for everybody"),
    ("ServiceInfo.*", "needed before anybody signs in"),
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
    ("InvitationPreview.*", "the token is the right to see it"),
    ("InvitationPlacement.*", "the token is the right to see it"),
    ("PasswordResetPreview.*", "the token is the right to see it"),
    (
        "InviteUsersPreview.*",
        "behind the guard of Query.inviteUsersPreview",
    ),
    ("InviteOutcome.*", "for whoever may invite"),
    ("UserError.*", "about the viewer's own input"),
    ("AcceptInvitationPayload.*", "for whom the mutation ran"),
    ("AssignToWorkspacesPayload.*", "for whom the mutation ran"),
    ("ChangePasswordPayload.*", "for whom the mutation ran"),
    ("ChangeRolePayload.*", "for whom the mutation ran"),
    ("CreateWorkspacePayload.*", "for whom the mutation ran"),
    ("DeclineInvitationPayload.*", "for whom the mutation ran"),
    ("InviteUsersPayload.*", "for whom the mutation ran"),
    ("LeaveWorkspacePayload.*", "for whom the mutation ran"),
    ("RemoveMemberPayload.*", "for whom the mutation ran"),
    ("RequestNewInvitationPayload.*", "for whom the mutation ran"),
    ("RequestPasswordResetPayload.*", "for whom the mutation ran"),
    ("ResendInvitationPayload.*", "for whom the mutation ran"),
    ("ResetPasswordPayload.*", "for whom the mutation ran"),
    ("RevokeInvitationPayload.*", "for whom the mutation ran"),
    ("RevokeSessionPayload.*", "for whom the mutation ran"),
    ("SendPasswordResetPayload.*", "for whom the mutation ran"),
    ("SetUpPayload.*", "for whom the mutation ran"),
    ("SignInPayload.*", "for whom the mutation ran"),
    ("SignOutPayload.*", "for whom the mutation ran"),
    ("SwitchWorkspacePayload.*", "for whom the mutation ran"),
    ("UpdateProfilePayload.*", "for whom the mutation ran"),
    ("UpdateWorkspacePayload.*", "for whom the mutation ran"),
];

/// The permissions that fields declare with `@requires`.
pub struct Declared(HashMap<String, Permission>);

impl Declared {
    /// Reads schema.graphql.
    pub fn read() -> Declared {
        let document = parse_schema(include_str!("../../../schema.graphql")).unwrap();
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
