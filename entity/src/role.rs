//! The roles in a workspace.

use sea_orm::entity::prelude::*;

/// A member's role in a workspace. Stored as a rank, so that lists sorted by role start with the
/// most powerful roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Role {
    /// Full access: manages the workspace and its team.
    #[sea_orm(num_value = 1)]
    WorkspaceAdmin,
    /// Standard access: operates the gateway.
    #[sea_orm(num_value = 2)]
    GatewayOperator,
    /// Read-only access: reviews activity.
    #[sea_orm(num_value = 3)]
    SecurityAuditor,
}

impl Role {
    /// All roles, in rank order.
    pub const ALL: [Role; 3] = [
        Role::WorkspaceAdmin,
        Role::GatewayOperator,
        Role::SecurityAuditor,
    ];

    /// Returns the number that represents this role in the database.
    pub fn rank(self) -> i16 {
        match self {
            Role::WorkspaceAdmin => 1,
            Role::GatewayOperator => 2,
            Role::SecurityAuditor => 3,
        }
    }

    /// Returns the display name.
    pub fn display_name(self) -> &'static str {
        match self {
            Role::WorkspaceAdmin => "Workspace Admin",
            Role::GatewayOperator => "Gateway Operator",
            Role::SecurityAuditor => "Security Auditor",
        }
    }

    /// Returns the name in the API and the audit log.
    pub fn code(self) -> &'static str {
        match self {
            Role::WorkspaceAdmin => "WORKSPACE_ADMIN",
            Role::GatewayOperator => "GATEWAY_OPERATOR",
            Role::SecurityAuditor => "SECURITY_AUDITOR",
        }
    }
}
