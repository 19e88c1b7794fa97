//! Creating a workspace.

use crate::App;
use crate::account;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::config::WorkspaceCreators;
use crate::db::Writer;
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::page;
use crate::permissions::{self, Permission};
use crate::team::lock::TeamLock;
use crate::team::memberships;
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::{Role, user, workspace};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

/// Creates a workspace with the actor as its first Workspace Admin.
///
/// # Errors
/// `Unauthenticated` if the session has ended. `Denied` if the settings do not allow the actor to
/// create workspaces. Refused with `NameInvalid` or `WorkspaceCapReached`.
pub async fn create(app: &App, actor: &Actor, workspace_name: &str) -> Result<workspace::Model> {
    let workspace_name = name::parse_required("name", workspace_name)?;
    let workspace_name = &workspace_name;
    let operation = AuditKind::CreateWorkspace.code();
    account::lock::as_viewer(app, actor, operation, |account| async move {
        if !may_create(&account, app, actor.user_id).await? {
            let message = "The settings of this server do not allow you to create workspaces.";
            return Err(Error::Denied(message.to_owned()));
        }
        // The account is locked, so one person creates one workspace at a time.
        within_cap(&account, app, actor.user_id).await?;
        create_in(
            &account,
            account.now(),
            actor,
            workspace_name,
            account.user(),
        )
        .await
    })
    .await
}

/// Returns whether the settings allow a user to create workspaces. The membership that allows it
/// cannot change before the transaction ends.
async fn may_create(writer: &Writer, app: &App, user_id: Uuid) -> Result<bool> {
    match app.config.workspace_creators {
        WorkspaceCreators::Everyone => return Ok(true),
        WorkspaceCreators::Nobody => return Ok(false),
        WorkspaceCreators::Admins => {}
    }
    let may_manage = |role: &Role| permissions::allows(*role, Permission::TeamManage);
    let managers = Role::ALL.into_iter().filter(may_manage);
    let managed = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user_id))
        .filter(membership::Column::Status.eq(MembershipStatus::Active))
        .filter(membership::Column::Role.is_in(managers))
        .order_by_asc(membership::Column::WorkspaceId)
        .lock(LockType::Share)
        .one(writer)
        .await?;
    Ok(managed.is_some())
}

async fn within_cap(writer: &Writer, app: &App, creator_id: Uuid) -> Result<()> {
    let cap = app.config.quotas.workspaces_per_creator;
    let created = workspace::Entity::find().filter(workspace::Column::CreatorId.eq(creator_id));
    if page::count(writer, created).await? < cap.into() {
        return Ok(());
    }
    let message = format!("You have created {cap} workspaces, which is the maximum.");
    Err(Problem::new(ProblemCode::WorkspaceCapReached, &[], message).into())
}

/// Inserts a workspace with its first admin. The caller has checked that the actor may create it.
pub async fn create_in(
    writer: &Writer,
    now: DateTime<Utc>,
    actor: &Actor,
    workspace_name: &str,
    admin: &user::Model,
) -> Result<workspace::Model> {
    let id = Uuid::now_v7();
    let workspace = workspace::Model {
        id,
        name: workspace_name.to_owned(),
        slug: slug(workspace_name, id),
        created_at: now,
        creator_id: Some(admin.id),
        invitation_lifetime_days: None,
        allowed_email_domains: serde_json::json!([]),
    };
    let team = TeamLock::of_new(writer, workspace.clone()).await?;
    let member = memberships::active(id, Role::WorkspaceAdmin, admin, now);
    memberships::store(&team, &[member]).await?;
    let entry = Entry::done(id, AuditKind::CreateWorkspace).with("name", workspace_name);
    audit::record(&team, now, actor, [entry]).await?;
    Ok(workspace)
}

/// Returns a name for URLs: the ASCII letters and digits of the workspace's name, made unique by
/// its ID.
fn slug(workspace_name: &str, id: Uuid) -> String {
    let folded = name::fold(workspace_name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let tail = &id.simple().to_string()[26..];
    let start: String = words.join("-").chars().take(40).collect();
    if start.is_empty() {
        tail.to_owned()
    } else {
        format!("{start}-{tail}")
    }
}
