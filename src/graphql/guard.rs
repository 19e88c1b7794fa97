//! Guards: who may read a field, answered at once from the viewer that the request has loaded.

use super::enums::Permission;
use super::error::ApiError;
use super::request_context::RequestContext;
use crate::error::Error;
use crate::permissions;
use async_graphql::{Context, Guard, TypeDirective};
use uuid::Uuid;

/// The permission that a field needs in its workspace, or that an argument or one of its values
/// needs besides. Without it the field is `null`, with an error of code `FORBIDDEN`; one's own
/// membership is always readable.
#[TypeDirective(
    location = "FieldDefinition",
    location = "ArgumentDefinition",
    location = "EnumValue"
)]
pub fn requires(
    #[graphql(desc = "What the viewer must hold in the workspace that the field is about.")]
    permission: Permission,
) {
}

/// Lets those pass who hold a permission in a workspace.
pub struct Requires {
    workspace_id: Uuid,
    permission: permissions::Permission,
    owner: Option<Uuid>,
}

impl Requires {
    /// Asks for a permission in a workspace.
    pub fn new(workspace_id: Uuid, permission: permissions::Permission) -> Requires {
        Requires {
            workspace_id,
            permission,
            owner: None,
        }
    }

    /// Lets one user pass in any case: whom the field is about.
    pub fn or_user(mut self, user_id: Uuid) -> Requires {
        self.owner = Some(user_id);
        self
    }
}

impl Guard for Requires {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let allowed = (|| {
            let viewer = RequestContext::of(ctx)?
                .viewer()
                .ok_or(Error::Unauthenticated)?;
            if self.owner == Some(viewer.user_id) {
                return Ok(());
            }
            viewer
                .require(self.workspace_id, self.permission)
                .map(|_| ())
        })();
        allowed.map_err(|error: Error| ApiError::from(error).into())
    }
}
