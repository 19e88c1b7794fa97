use crate::App;
use crate::error::Error;
use crate::graphql::error::Result;
use async_graphql::SimpleObject;
use entity::workspace;
use sea_orm::EntityTrait as _;
use uuid::Uuid;

/// The settings of a workspace. Change them with `updateWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct WorkspaceSettings {
    /// The lifetime of invitation links in days; `null` for the server's default.
    invitation_lifetime_days: Option<i32>,
    /// Domains whose email addresses may be invited; an empty list allows all.
    allowed_email_domains: Vec<String>,
}

impl WorkspaceSettings {
    /// Loads the settings.
    pub async fn load(app: &App, workspace_id: Uuid) -> Result<WorkspaceSettings> {
        let row = workspace::Entity::find_by_id(workspace_id)
            .one(&app.db)
            .await?;
        let row = row.ok_or(Error::NotFound("workspace"))?;
        let domains = row
            .allowed_email_domains
            .as_array()
            .cloned()
            .unwrap_or_default();
        Ok(WorkspaceSettings {
            invitation_lifetime_days: row.invitation_lifetime_days,
            allowed_email_domains: domains
                .iter()
                .filter_map(|domain| domain.as_str().map(str::to_owned))
                .collect(),
        })
    }
}
