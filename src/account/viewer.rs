//! The viewer: the signed-in user, with everything that guards need without I/O.

use crate::App;
use crate::actor::{Actor, ClientInfo};
use crate::error::{Error, Result};
use crate::name;
use crate::permissions::{self, Permission, Role};
use crate::team::memberships;
use crate::token::Token;
use chrono::{DateTime, Utc};
use entity::role;
use sea_orm::{ConnectionTrait as _, FromQueryResult, Statement};
use uuid::Uuid;

/// A workspace of which the viewer is an active member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewerMembership {
    pub workspace_id: Uuid,
    pub name: String,
    pub slug: String,
    pub created_at: DateTime<Utc>,
    pub role: Role,
}

/// The signed-in user with their session and memberships.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub session_id: Uuid,
    pub user_id: Uuid,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Active memberships ordered by workspace name: the oldest [`memberships::MAX_OF_USER`] and
    /// that of the active workspace.
    pub memberships: Vec<ViewerMembership>,
    active_workspace_id: Option<Uuid>,
}

/// One row for each membership, or one row without a membership for a user who has none.
#[derive(FromQueryResult)]
struct Row {
    session_id: Uuid,
    active_workspace_id: Option<Uuid>,
    user_id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    workspace_id: Option<Uuid>,
    role: Option<role::Role>,
    name: Option<String>,
    slug: Option<String>,
    created_at: Option<DateTime<Utc>>,
}

/// Selects the first `$4` memberships and that of the active workspace.
const LOAD: &str = "SELECT v.session_id, v.active_workspace_id, v.user_id, v.email, v.first_name,
        v.last_name, m.workspace_id, m.role, w.name, w.slug, w.created_at
    FROM (
        SELECT s.id AS session_id, s.active_workspace_id, u.id AS user_id, u.email, u.first_name,
            u.last_name
        FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3
    ) v
    LEFT JOIN (
        SELECT workspace_id, role FROM (
            SELECT workspace_id, role FROM memberships
            WHERE user_id = (SELECT user_id FROM sessions WHERE token_hash = $1)
                AND status = 'ACTIVE'
            ORDER BY workspace_id LIMIT $4
        ) oldest
        UNION
        SELECT m.workspace_id, m.role
        FROM sessions s JOIN memberships m
            ON m.workspace_id = s.active_workspace_id AND m.user_id = s.user_id
        WHERE s.token_hash = $1 AND m.status = 'ACTIVE'
    ) m ON TRUE
    LEFT JOIN workspaces w ON w.id = m.workspace_id
    ORDER BY w.name, w.id";

impl Viewer {
    /// Loads the viewer of a session token in one statement. Returns `None` if the token is
    /// unknown, expired, or ended.
    pub async fn load(app: &App, token: &Token) -> Result<Option<Viewer>> {
        let now = app.now();
        let values = [
            token.hash().into(),
            now.into(),
            (now - app.config.session_idle).into(),
            memberships::MAX_OF_USER.into(),
        ];
        let backend = app.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, LOAD, values);
        let rows = Row::find_by_statement(statement).all(&app.db).await?;
        Ok(Viewer::from_rows(rows))
    }

    fn from_rows(rows: Vec<Row>) -> Option<Viewer> {
        let mut viewer: Option<Viewer> = None;
        for row in rows {
            let viewer = viewer.get_or_insert_with(|| Viewer {
                session_id: row.session_id,
                user_id: row.user_id,
                email: row.email,
                first_name: row.first_name,
                last_name: row.last_name,
                memberships: Vec::new(),
                active_workspace_id: row.active_workspace_id,
            });
            let membership = (|| {
                Some(ViewerMembership {
                    workspace_id: row.workspace_id?,
                    name: row.name?,
                    slug: row.slug?,
                    created_at: row.created_at?,
                    role: row.role?,
                })
            })();
            viewer.memberships.extend(membership);
        }
        viewer
    }

    /// Returns the first and last name, or the email address if there are none.
    pub fn name(&self) -> String {
        name::display(&self.first_name, &self.last_name, &self.email)
    }

    /// Returns the viewer as the actor of a change.
    pub fn actor(&self, origin: &ClientInfo) -> Actor {
        Actor {
            user_id: self.user_id,
            session_id: Some(self.session_id),
            name: self.name(),
            email: self.email.clone(),
            origin: origin.clone(),
        }
    }

    /// Returns the viewer's membership of a workspace by ID.
    pub fn membership(&self, workspace_id: Uuid) -> Option<&ViewerMembership> {
        self.memberships
            .iter()
            .find(|membership| membership.workspace_id == workspace_id)
    }

    /// Returns the viewer's membership of a workspace by slug.
    pub fn membership_by_slug(&self, slug: &str) -> Option<&ViewerMembership> {
        self.memberships
            .iter()
            .find(|membership| membership.slug == slug)
    }

    /// Returns the membership of the active workspace: the last one chosen, or else the first.
    pub fn active_membership(&self) -> Option<&ViewerMembership> {
        self.active_workspace_id
            .and_then(|id| self.membership(id))
            .or_else(|| self.memberships.first())
    }

    /// Returns whether the viewer has a permission in a workspace.
    pub fn can(&self, workspace_id: Uuid, permission: Permission) -> bool {
        self.membership(workspace_id)
            .is_some_and(|membership| permissions::allows(membership.role, permission))
    }

    /// Returns why the viewer lacks a permission in a workspace, in a sentence; `None` if they have
    /// it.
    pub fn reason_against(
        &self,
        workspace_id: Option<Uuid>,
        permission: Permission,
    ) -> Option<String> {
        let Some(membership) = workspace_id.and_then(|id| self.membership(id)) else {
            let reason = "You do not belong to this workspace, or it does not exist.";
            return Some(reason.to_owned());
        };
        if permissions::allows(membership.role, permission) {
            return None;
        }
        Some(format!(
            "Your role in {} is {}; {} requires {}.",
            membership.name,
            membership.role.display_name(),
            permission.code(),
            permissions::holders(permission),
        ))
    }

    /// Requires a permission in a workspace, and returns the viewer's membership.
    ///
    /// # Errors
    /// `NotFound` if the viewer does not belong to the workspace. `Forbidden` if their role lacks
    /// the permission.
    pub fn require(&self, workspace_id: Uuid, permission: Permission) -> Result<&ViewerMembership> {
        let membership = self
            .membership(workspace_id)
            .ok_or(Error::NotFound("workspace"))?;
        if permissions::allows(membership.role, permission) {
            Ok(membership)
        } else {
            Err(Error::Forbidden(permission))
        }
    }
}
