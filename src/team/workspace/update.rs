//! Changing a workspace's name and settings.

use crate::App;
use crate::actor::Actor;
use crate::audit::{self, AuditKind, Entry};
use crate::email::{Domain, DomainScope};
use crate::error::{Problem, ProblemCode, Result};
use crate::name;
use crate::permissions::Permission;
use crate::team::lock::{self, Right, TeamLock};
use entity::workspace;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;

/// The maximum lifetime of a workspace's invitations in days.
pub const MAX_INVITATION_DAYS: i32 = 90;
/// The maximum number of allowed email domains of a workspace.
const MAX_DOMAINS: usize = 50;

/// New settings. `None` leaves a setting unchanged.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    /// Days from 1 to [`MAX_INVITATION_DAYS`]. `Some(None)` restores the server's default.
    pub invitation_lifetime_days: Option<Option<i32>>,
    pub allowed_email_domains: Option<Vec<String>>,
}

/// The right to change a workspace's settings.
pub const RIGHT: Right = Right {
    permission: Permission::WorkspaceManage,
    kind: AuditKind::UpdateWorkspace,
};

/// Changes a workspace's name and settings.
///
/// # Errors
/// Those of [`lock::with_right`]. Refused with `NameInvalid` or `ValueInvalid`.
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
    lock::with_right(app, actor, RIGHT, &[workspace_id], |team| async move {
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

/// Parses domains into the form of [`EmailAddress::domain`](crate::email::EmailAddress::domain),
/// without duplicates.
fn parse_domains(domains: &[String], scope: DomainScope) -> Result<Vec<String>, Problem> {
    let field = "allowedEmailDomains";
    if domains.len() > MAX_DOMAINS {
        let message = format!("Enter at most {MAX_DOMAINS} domains.");
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
