//! Guards decide who may read a field. They use the viewer loaded with the request and run no
//! queries.

use super::enums::Permission;
use super::error::ApiError;
use super::request_context::RequestContext;
use crate::error::Error;
use crate::permissions;
use async_graphql::{Context, Guard, TypeDirective};
use uuid::Uuid;

/// The permission that a field, argument or enum value requires in its workspace. Without it, the
/// field is `null` with a `FORBIDDEN` error. Your own membership is always readable.
#[TypeDirective(
    location = "FieldDefinition",
    location = "ArgumentDefinition",
    location = "EnumValue"
)]
pub fn requires(
    #[graphql(desc = "The permission that the viewer must have in the workspace.")]
    permission: Permission,
) {
}

/// A guard that requires a permission in a workspace.
pub struct Requires {
    workspace_id: Uuid,
    permission: permissions::Permission,
    owner: Option<Uuid>,
}

impl Requires {
    /// Requires a permission in a workspace.
    pub fn new(workspace_id: Uuid, permission: permissions::Permission) -> Requires {
        Requires {
            workspace_id,
            permission,
            owner: None,
        }
    }

    /// Also allows the user that the field describes.
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
