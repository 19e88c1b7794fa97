//! Workspaces: creating them and changing their settings.

use super::roster;
use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use chrono::{DateTime, Utc};
use entity::membership::{self, MembershipStatus};
use entity::{Role, user, workspace};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _,
};
use uuid::Uuid;

/// Domains that a workspace can name, at most.
const MAX_DOMAINS: usize = 50;

/// Creates a workspace; whoever creates it is its first Workspace Admin.
///
/// # Errors
/// `NameInvalid` as a problem.
pub async fn create(app: &App, actor: &Actor, workspace_name: &str) -> Result<workspace::Model> {
    let workspace_name = name::parse_required("name", workspace_name)?;
    let workspace_name = &workspace_name;
    app.db
        .transaction(|tx| async move {
            let user = user::Entity::find_by_id(actor.user_id).one(&*tx).await?;
            let user = user.ok_or(Error::Unauthenticated)?;
            let workspace = create_in(&*tx, app.now(), workspace_name, &user).await?;
            let entry =
                Entry::done(workspace.id, AuditKind::CreateWorkspace).with("name", workspace_name);
            audit::record(&*tx, app.now(), actor, [entry]).await?;
            Ok(workspace)
        })
        .await
}

/// Writes a workspace with its first admin.
///
/// # Errors
/// Those of the database.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    now: DateTime<Utc>,
    workspace_name: &str,
    admin: &user::Model,
) -> Result<workspace::Model> {
    let id = Uuid::now_v7();
    let workspace = workspace::Model {
        id,
        name: workspace_name.to_owned(),
        slug: slug(workspace_name, id),
        created_at: now,
        invitation_lifetime_days: None,
        allowed_email_domains: serde_json::json!([]),
    };
    workspace::Entity::insert(workspace.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    let keys = roster::keys(
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
    membership::Entity::insert(member.into_active_model())
        .exec_without_returning(tx)
        .await?;
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
    /// Days from 1 to 90; `Some(None)` goes back to the server's default.
    pub invitation_lifetime_days: Option<Option<i32>>,
    pub allowed_email_domains: Option<Vec<String>>,
}

/// Changes a workspace's name and settings.
///
/// # Errors
/// `NotFound`; `NameInvalid` and `ValueInvalid` as problems.
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
        .map(parse_domains)
        .transpose()?;
    if let Some(Some(days)) = changes.invitation_lifetime_days
        && !(1..=90).contains(&days)
    {
        let message = "Choose from 1 to 90 days.";
        return Err(Problem::new(
            ProblemCode::ValueInvalid,
            &["invitationLifetimeDays"],
            message,
        )
        .into());
    }
    let (new_name, domains) = (&new_name, &domains);
    app.db
        .transaction(|tx| async move {
            let mut workspace = roster::lock_one(&*tx, workspace_id).await?;
            let before = workspace.clone();
            if let Some(new_name) = new_name {
                workspace.name.clone_from(new_name);
            }
            if let Some(days) = changes.invitation_lifetime_days {
                workspace.invitation_lifetime_days = days;
            }
            if let Some(domains) = domains {
                workspace.allowed_email_domains = serde_json::json!(domains);
            }
            store(&tx, app.now(), actor, &before, &workspace).await?;
            Ok(workspace)
        })
        .await
}

async fn store(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    actor: &Actor,
    before: &workspace::Model,
    after: &workspace::Model,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    workspace::Entity::update(after.clone().into_active_model().reset_all())
        .exec(tx)
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
    audit::record(tx, now, actor, [entry]).await
}

fn parse_domains(domains: &[String]) -> Result<Vec<String>, Problem> {
    let field = "allowedEmailDomains";
    if domains.len() > MAX_DOMAINS {
        let message = format!("Name {MAX_DOMAINS} domains at most.");
        return Err(Problem::new(ProblemCode::TooMany, &[field], message));
    }
    let mut parsed = Vec::new();
    for (index, domain) in domains.iter().enumerate() {
        let ascii = idna::domain_to_ascii(domain.trim().trim_start_matches('@'));
        let usable = ascii
            .ok()
            .filter(|domain| !domain.is_empty() && domain.len() <= 253);
        let Some(domain) = usable else {
            let message = "This is not a domain. Write it like example.com.";
            return Err(Problem::new(
                ProblemCode::ValueInvalid,
                &[field, &index.to_string()],
                message,
            ));
        };
        if !parsed.contains(&domain) {
            parsed.push(domain);
        }
    }
    Ok(parsed)
}
