use crate::graphql::enums::{Permission, Role};
use crate::permissions;
use async_graphql::SimpleObject;

/// A role with its permissions.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoleDefinition {
    /// The role.
    role: Role,
    /// The display name.
    name: &'static str,
    /// A description of the role.
    description: &'static str,
    /// The permissions of the role in a workspace.
    permissions: Vec<Permission>,
}

impl RoleDefinition {
    /// Returns all roles, starting with full access.
    pub fn all() -> Vec<RoleDefinition> {
        let define = |role: permissions::Role| RoleDefinition {
            role: role.into(),
            name: role.display_name(),
            description: permissions::describe(role),
            permissions: permissions::permissions(role)
                .into_iter()
                .map(Permission::from)
                .collect(),
        };
        permissions::Role::ALL.into_iter().map(define).collect()
    }
}
