//! Workspaces: creating them and changing their settings.

use super::lock::{self, Right, TeamLock};
use super::memberships;
use crate::App;
use crate::account;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::config::WorkspaceCreators;
use crate::db::Writer;
use crate::email::{Domain, DomainScope};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::permissions::{self, Permission};
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::{Role, user, workspace};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

/// The longest that a workspace's invitation links may stay valid, in days.
pub const MAX_INVITATION_DAYS: i32 = 90;
/// Domains that a workspace can name, at most.
const MAX_DOMAINS: usize = 50;

/// Creates a workspace; whoever creates it is its first Workspace Admin.
///
/// # Errors
/// `Unauthenticated` where the actor's session has ended; `Denied` where the settings do not let
/// the actor create workspaces; `NameInvalid` and `WorkspaceCapReached` as problems.
pub async fn create(app: &App, actor: &Actor, workspace_name: &str) -> Result<workspace::Model> {
    let workspace_name = name::parse_required("name", workspace_name)?;
    let workspace_name = &workspace_name;
    account::lock::as_viewer(app, actor, |account| async move {
        if !may_create(&account, app, actor.user_id).await? {
            let message = "The settings of this server do not let you create workspaces.";
            return Err(Error::Denied(message.to_owned()));
        }
        // The account is locked, so that one person creates one workspace after the other.
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

/// Whether the settings let a user create workspaces. The membership that lets them cannot change
/// before the transaction ends.
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
    let created = workspace::Entity::find()
        .filter(workspace::Column::CreatorId.eq(creator_id))
        .count(writer)
        .await?;
    if i64::try_from(created).unwrap_or(i64::MAX) < cap.into() {
        return Ok(());
    }
    let message = format!("You have created {cap} workspaces, which is the most.");
    Err(Problem::new(ProblemCode::WorkspaceCapReached, &[], message).into())
}

/// Writes a workspace with its first admin. The caller has checked that the actor may create it.
///
/// # Errors
/// Those of the database.
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
    let keys = memberships::keys(
        &admin.first_name,
        &admin.last_name,
        &admin.email,
        &admin.email_key,
    );
    let member = membership::Model {
        workspace_id: id,
        user_id: admin.id,
        role: Role::WorkspaceAdmin,
        status: MembershipStatus::Active,
        first_name: admin.first_name.clone(),
        last_name: admin.last_name.clone(),
        email: admin.email.clone(),
        name_key: keys.name,
        email_key: keys.email,
        search_key: keys.search,
        joined_at: now,
        invite_sent_at: None,
    };
    memberships::insert(&team, &[member]).await?;
    let entry = Entry::done(id, AuditKind::CreateWorkspace).with("name", workspace_name);
    audit::record(&team, now, actor, [entry]).await?;
    Ok(workspace)
}

/// A name for URLs: what is left of the workspace's name in ASCII, made unique by its id.
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

/// New settings; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    /// Days from 1 to [`MAX_INVITATION_DAYS`]; `Some(None)` goes back to the server's default.
    pub invitation_lifetime_days: Option<Option<i32>>,
    pub allowed_email_domains: Option<Vec<String>>,
}

/// What changing a workspace's settings needs.
pub const UPDATE: Right = Right {
    permission: Permission::WorkspaceManage,
    kind: AuditKind::UpdateWorkspace,
};

/// Changes a workspace's name and settings.
///
/// # Errors
/// Those of [`lock::with_right`]; `NameInvalid` and `ValueInvalid` as problems.
pub async fn update(
    app: &App,
    actor: &Actor,
    workspace_id: Uuid,
    changes: &Changes,
) -> Result<workspace::Model> {
    let new_name = changes
        .name
        .as_deref()
        .map(|text| name::parse_required("name", text))
        .transpose()?;
    let domains = changes
        .allowed_email_domains
        .as_deref()
        .map(|domains| parse_domains(domains, app.config.email_domains))
        .transpose()?;
    if let Some(Some(days)) = changes.invitation_lifetime_days
        && !(1..=MAX_INVITATION_DAYS).contains(&days)
    {
        let message = format!("Choose from 1 to {MAX_INVITATION_DAYS} days.");
        return Err(Problem::new(
            ProblemCode::ValueInvalid,
            &["invitationLifetimeDays"],
            message,
        )
        .into());
    }
    let (new_name, domains) = (&new_name, &domains);
    lock::with_right(app, actor, UPDATE, &[workspace_id], |team| async move {
        let before = team.workspace(workspace_id)?;
        let mut workspace = before.clone();
        if let Some(new_name) = new_name {
            workspace.name.clone_from(new_name);
        }
        if let Some(days) = changes.invitation_lifetime_days {
            workspace.invitation_lifetime_days = days;
        }
        if let Some(domains) = domains {
            workspace.allowed_email_domains = serde_json::json!(domains);
        }
        store(&team, actor, before, &workspace).await?;
        Ok(workspace)
    })
    .await
}

async fn store(
    team: &TeamLock,
    actor: &Actor,
    before: &workspace::Model,
    after: &workspace::Model,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    workspace::Entity::update(after.clone().into_active_model().reset_all())
        .exec(team.writer())
        .await?;
    let mut entry = Entry::done(after.id, AuditKind::UpdateWorkspace);
    if before.name != after.name {
        entry = entry.with("name", &after.name);
    }
    if before.invitation_lifetime_days != after.invitation_lifetime_days {
        let days = after
            .invitation_lifetime_days
            .map_or("default".to_owned(), |days| days.to_string());
        entry = entry.with("invitationLifetimeDays", days);
    }
    if before.allowed_email_domains != after.allowed_email_domains {
        entry = entry.with(
            "allowedEmailDomains",
            after.allowed_email_domains.to_string(),
        );
    }
    audit::record(team, team.now(), actor, [entry]).await
}

/// Domains in the form in which [`EmailAddress::domain`](crate::email::EmailAddress::domain) gives
/// them, each once.
fn parse_domains(domains: &[String], scope: DomainScope) -> Result<Vec<String>, Problem> {
    let field = "allowedEmailDomains";
    if domains.len() > MAX_DOMAINS {
        let message = format!("Name {MAX_DOMAINS} domains at most.");
        return Err(Problem::new(ProblemCode::TooMany, &[field], message));
    }
    let mut parsed = Vec::new();
    for (index, domain) in domains.iter().enumerate() {
        let domain = domain.trim();
        let domain = domain.strip_prefix('@').unwrap_or(domain);
        let Some(domain) = Domain::parse(domain, scope) else {
            let message = "This is not a domain. Write it like example.com.";
            return Err(Problem::new(
                ProblemCode::ValueInvalid,
                &[field, &index.to_string()],
                message,
            ));
        };
        let domain = domain.as_str().to_owned();
        if !parsed.contains(&domain) {
            parsed.push(domain);
        }
    }
    Ok(parsed)
}
