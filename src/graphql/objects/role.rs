use crate::graphql::enums::{Permission, Role};
use crate::permissions;
use async_graphql::SimpleObject;

/// A role, and what it may do.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoleDefinition {
    /// The role.
    role: Role,
    /// What people call it.
    name: &'static str,
    /// What it is for.
    description: &'static str,
    /// What it may do in a workspace.
    permissions: Vec<Permission>,
}

impl RoleDefinition {
    /// All roles, those with full access first.
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
