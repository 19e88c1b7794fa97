//! The settings of a workspace.

use crate::error::{Error, Result};
use entity::workspace;
use sea_orm::{ConnectionTrait, EntityTrait as _};
use uuid::Uuid;

/// Loads a workspace with its settings.
///
/// # Errors
/// `NotFound`.
pub async fn load(db: &impl ConnectionTrait, workspace_id: Uuid) -> Result<workspace::Model> {
    let row = workspace::Entity::find_by_id(workspace_id).one(db).await?;
    row.ok_or(Error::NotFound("workspace"))
}

/// Returns the domains whose addresses may be invited; none means all.
pub fn allowed_domains(workspace: &workspace::Model) -> Vec<String> {
    let domains = workspace.allowed_email_domains.as_array();
    domains
        .into_iter()
        .flatten()
        .filter_map(|domain| domain.as_str().map(str::to_owned))
        .collect()
}
