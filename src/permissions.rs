//! The table of roles and permissions. Pure: no I/O and no configuration.

pub use entity::Role;

/// A permission in a workspace, granted by a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    TeamView,
    TeamReview,
    TeamManage,
    WorkspaceManage,
    BillingManage,
    KeysManage,
    GuardrailsManage,
    RoutingManage,
    DailyReviewsManage,
    LogsView,
    BreachesView,
    SpendView,
    AccessHistoryView,
}

use Permission::*;
use Role::*;

/// The permissions and the roles that grant them.
const TABLE: [(Permission, &[Role]); 13] = [
    (
        TeamView,
        &[WorkspaceAdmin, GatewayOperator, SecurityAuditor],
    ),
    (TeamReview, &[WorkspaceAdmin, SecurityAuditor]),
    (TeamManage, &[WorkspaceAdmin]),
    (WorkspaceManage, &[WorkspaceAdmin]),
    (BillingManage, &[WorkspaceAdmin]),
    (KeysManage, &[WorkspaceAdmin, GatewayOperator]),
    (GuardrailsManage, &[WorkspaceAdmin, GatewayOperator]),
    (RoutingManage, &[WorkspaceAdmin, GatewayOperator]),
    (DailyReviewsManage, &[WorkspaceAdmin, GatewayOperator]),
    (LogsView, &[WorkspaceAdmin, SecurityAuditor]),
    (BreachesView, &[WorkspaceAdmin, SecurityAuditor]),
    (SpendView, &[WorkspaceAdmin, SecurityAuditor]),
    (AccessHistoryView, &[WorkspaceAdmin, SecurityAuditor]),
];

/// Returns whether a role grants a permission.
pub fn allows(role: Role, permission: Permission) -> bool {
    TABLE
        .iter()
        .any(|(p, roles)| *p == permission && roles.contains(&role))
}

/// Returns the permissions of a role, in table order.
pub fn permissions(role: Role) -> Vec<Permission> {
    TABLE
        .iter()
        .filter(|(_, roles)| roles.contains(&role))
        .map(|(permission, _)| *permission)
        .collect()
}

/// Returns the names of the roles that grant a permission, as listed in a sentence.
pub fn holders(permission: Permission) -> String {
    let names: Vec<&str> = Role::ALL
        .into_iter()
        .filter(|role| allows(*role, permission))
        .map(Role::display_name)
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

impl Permission {
    /// Returns the name of the permission in the API.
    pub fn code(self) -> &'static str {
        match self {
            TeamView => "TEAM_VIEW",
            TeamReview => "TEAM_REVIEW",
            TeamManage => "TEAM_MANAGE",
            WorkspaceManage => "WORKSPACE_MANAGE",
            BillingManage => "BILLING_MANAGE",
            KeysManage => "KEYS_MANAGE",
            GuardrailsManage => "GUARDRAILS_MANAGE",
            RoutingManage => "ROUTING_MANAGE",
            DailyReviewsManage => "DAILY_REVIEWS_MANAGE",
            LogsView => "LOGS_VIEW",
            BreachesView => "BREACHES_VIEW",
            SpendView => "SPEND_VIEW",
            AccessHistoryView => "ACCESS_HISTORY_VIEW",
        }
    }
}

/// Returns a description of a role, for people who choose one.
pub fn describe(role: Role) -> &'static str {
    match role {
        WorkspaceAdmin => {
            "Full access: manages the team, settings and billing, and has all permissions of the other roles."
        }
        GatewayOperator => {
            "Standard access: manages keys, guardrails, routing and daily reviews, and can view the team."
        }
        SecurityAuditor => {
            "Read-only access: can view the team, logs, breaches, spend and access history."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One column per role: admin, operator, auditor.
    #[test]
    fn permission_table_is_unchanged() {
        let table = TABLE
            .iter()
            .map(|(permission, _)| {
                let marks: String = Role::ALL
                    .iter()
                    .map(|role| if allows(*role, *permission) { '+' } else { '.' })
                    .collect();
                format!("{marks} {}", permission.code())
            })
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(table, @r"
        +++ TEAM_VIEW
        +.+ TEAM_REVIEW
        +.. TEAM_MANAGE
        +.. WORKSPACE_MANAGE
        +.. BILLING_MANAGE
        ++. KEYS_MANAGE
        ++. GUARDRAILS_MANAGE
        ++. ROUTING_MANAGE
        ++. DAILY_REVIEWS_MANAGE
        +.+ LOGS_VIEW
        +.+ BREACHES_VIEW
        +.+ SPEND_VIEW
        +.+ ACCESS_HISTORY_VIEW
        ");
    }

    #[test]
    fn holders_are_listed_in_a_sentence() {
        assert_eq!(holders(TeamManage), "Workspace Admin");
        assert_eq!(holders(TeamReview), "Workspace Admin or Security Auditor");
        assert_eq!(
            holders(TeamView),
            "Workspace Admin, Gateway Operator or Security Auditor"
        );
    }
}
