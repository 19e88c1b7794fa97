//! The closed set of workspace roles.

use sea_orm::entity::prelude::*;

/// What a member is in one workspace. Stored as a rank, so that lists sorted by role start with
/// those who may do most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Role {
    /// Full access: runs the workspace and its team.
    #[sea_orm(num_value = 1)]
    WorkspaceAdmin,
    /// Standard access: operates the gateway.
    #[sea_orm(num_value = 2)]
    GatewayOperator,
    /// Read-only access: reviews what happened.
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

    /// The number this role is stored as.
    pub fn rank(self) -> i16 {
        match self {
            Role::WorkspaceAdmin => 1,
            Role::GatewayOperator => 2,
            Role::SecurityAuditor => 3,
        }
    }

    /// The role as people read it.
    pub fn display_name(self) -> &'static str {
        match self {
            Role::WorkspaceAdmin => "Workspace Admin",
            Role::GatewayOperator => "Gateway Operator",
            Role::SecurityAuditor => "Security Auditor",
        }
    }

    /// The role's name in the API and in the audit log.
    pub fn code(self) -> &'static str {
        match self {
            Role::WorkspaceAdmin => "WORKSPACE_ADMIN",
            Role::GatewayOperator => "GATEWAY_OPERATOR",
            Role::SecurityAuditor => "SECURITY_AUDITOR",
        }
    }
}
