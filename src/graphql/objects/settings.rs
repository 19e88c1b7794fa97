use crate::App;
use crate::error::Error;
use crate::graphql::error::Result;
use async_graphql::SimpleObject;
use entity::workspace;
use sea_orm::EntityTrait as _;
use uuid::Uuid;

/// A workspace's settings. Change them with `updateWorkspace`.
#[derive(Clone, Debug, SimpleObject)]
pub struct WorkspaceSettings {
    /// Days that an invitation link stays valid; `null` for the server's default.
    invitation_lifetime_days: Option<i32>,
    /// Domains whose addresses may be invited; empty allows all.
    allowed_email_domains: Vec<String>,
}

impl WorkspaceSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Those of the database.
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
