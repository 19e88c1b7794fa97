use crate::team::workspace::settings;
use async_graphql::SimpleObject;
use entity::workspace;

/// The settings of a workspace. Change them with `updateWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct WorkspaceSettings {
    /// The lifetime of invitation links in days; `null` for the server's default.
    invitation_lifetime_days: Option<i32>,
    /// Domains whose email addresses may be invited; an empty list allows all.
    allowed_email_domains: Vec<String>,
}

impl From<workspace::Model> for WorkspaceSettings {
    fn from(row: workspace::Model) -> WorkspaceSettings {
        WorkspaceSettings {
            invitation_lifetime_days: row.invitation_lifetime_days,
            allowed_email_domains: settings::allowed_domains(&row),
        }
    }
}
