//! Accepting invitations.

use crate::App;
use crate::account::session;
use crate::actor::{Actor, ClientInfo};
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::team::invitation;
use crate::team::invitation::link::Link;
use crate::team::invitation::store;
use crate::team::lock::{Reach, TeamLock};
use crate::team::memberships;
use crate::token::Token;
use entity::invitation::{InvitationState, Model};
use entity::membership;
use entity::user::{self, UserStatus};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, QuerySelect as _};
use secrecy::SecretString;
use uuid::Uuid;

/// The input of a person who accepts an invitation.
#[derive(Clone, Debug, Default)]
pub struct Acceptance {
    pub token: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub password: Option<SecretString>,
}

/// The result of accepting.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub user_id: Uuid,
    pub workspace_ids: Vec<Uuid>,
    /// The session of a person who has just signed up.
    pub session: Option<Token>,
}

/// The validated data of a new account. Created before the transaction, because hashing takes long.
struct SignUp {
    first_name: String,
    last_name: String,
    password_hash: String,
}

/// Accepts all invitations of a link and, because the link verifies the mailbox, every other
/// pending invitation of the same person. A person without an account signs up; a person with an
/// account must be signed in. A link never changes the password of an existing account.
///
/// # Errors
/// Refused with the problem of the link, `AccountExists`, `PasswordRequired`, or the codes of
/// invalid names and passwords.
pub async fn accept(
    app: &App,
    signed_in: Option<&Actor>,
    acceptance: &Acceptance,
    origin: &ClientInfo,
) -> Result<Accepted> {
    let link = Link::find(&app.db, &acceptance.token, app.now()).await?;
    let first = first_of(&link)?;
    let user_id = first.user_id;
    let found = memberships::member_and_user(&app.db, first.workspace_id, user_id).await;
    let (member, user) = found.map_err(|error| match error {
        Error::NotFound(_) => crate::team::invitation::link::revoked().into(),
        error => error,
    })?;
    let sign_up = match user.status {
        UserStatus::Active if signed_in.is_some_and(|actor| actor.user_id == user.id) => None,
        UserStatus::Active => return Err(account_exists().into()),
        UserStatus::Invited => Some(check(app, &user, &member, acceptance).await?),
    };
    let (sign_up, seen) = (sign_up.as_ref(), &link);
    app.db
        .transaction(AuditKind::AcceptInvitation.code(), |tx| async move {
            let reach = Reach::Mailbox;
            let token = &acceptance.token;
            let (team, link) = TeamLock::by_link(tx, app, token, seen, reach).await?;
            if first_of(&link)?.user_id != user_id {
                return Err(Error::Conflict("the link now belongs to another user"));
            }
            accept_in(&team, app, &link, signed_in, sign_up, origin).await
        })
        .await
}

fn account_exists() -> Problem {
    let message = "This address already has an account. Sign in first, then open the link again.";
    Problem::new(ProblemCode::AccountExists, &["token"], message)
}

/// Returns the first invitation that can be accepted.
fn first_of(link: &Link) -> Result<&Model> {
    let first = link.valid()?.into_iter().next();
    Ok(first.ok_or_else(crate::mail::tokens::unknown)?)
}

async fn check(
    app: &App,
    user: &user::Model,
    member: &membership::Model,
    typed: &Acceptance,
) -> Result<SignUp> {
    let first_name = typed.first_name.as_deref().unwrap_or(&member.first_name);
    let last_name = typed.last_name.as_deref().unwrap_or(&member.last_name);
    let first_name = name::parse_required("firstName", first_name)?;
    let last_name = name::parse("lastName", last_name)?;
    let password = typed.password.as_ref().ok_or_else(|| {
        let message = "Choose a password to sign up.";
        Problem::new(ProblemCode::PasswordRequired, &["password"], message)
    })?;
    let personal = [user.email.as_str(), &first_name, &last_name];
    let password = app
        .passwords
        .check("password", password, &personal, app)
        .await?;
    Ok(SignUp {
        password_hash: app.passwords.hash(&password, app).await?,
        first_name,
        last_name,
    })
}

async fn accept_in(
    team: &TeamLock,
    app: &App,
    link: &Link,
    signed_in: Option<&Actor>,
    sign_up: Option<&SignUp>,
    origin: &ClientInfo,
) -> Result<Accepted> {
    let (user_id, now) = (first_of(link)?.user_id, team.now());
    // Lock the user and check that their status has not changed since the link was read.
    let user = user::Entity::find_by_id(user_id)
        .lock(LockType::Update)
        .one(team.writer())
        .await?;
    let mut user = user.ok_or_else(crate::team::invitation::link::revoked)?;
    match (user.status, sign_up) {
        (UserStatus::Active, Some(_)) => return Err(account_exists().into()),
        (UserStatus::Active, None) | (UserStatus::Invited, Some(_)) => {}
        (UserStatus::Invited, None) => return Err(Error::Conflict("the account is gone")),
    }
    if let (None, Some(actor)) = (sign_up, signed_in) {
        team.require_session(app, actor).await?;
    }
    let invitations = acceptable(team, link, user_id).await?;
    let workspace_ids: Vec<Uuid> = invitations.iter().map(|i| i.workspace_id).collect();
    if team.covers(&workspace_ids).is_err() {
        return Err(Error::Conflict(
            "the person has been invited to another workspace",
        ));
    }
    // Sign the person up, and activate the memberships.
    if let Some(sign_up) = sign_up {
        user = signed_up(team, user, sign_up, link).await?;
    }
    memberships::activate(team, &workspace_ids, &user).await?;
    store::end(team, &invitations, InvitationState::Accepted).await?;
    session::mark_active(team, user_id, &workspace_ids, now).await?;
    audit_acceptance(team, &user, &invitations, origin).await?;
    let session = match sign_up {
        Some(_) => Some(session::begin_first(team, app, user_id, origin).await?),
        None => None,
    };
    Ok(Accepted {
        user_id,
        workspace_ids,
        session,
    })
}

/// Returns the pending invitations of the mailbox and those of the link.
async fn acceptable(team: &TeamLock, link: &Link, user_id: Uuid) -> Result<Vec<Model>> {
    let mut invitations = invitation::pending_of(team.writer(), user_id, team.now()).await?;
    let named = link.valid()?.into_iter();
    let named = named.filter(|named| !invitations.iter().any(|other| other.id == named.id));
    invitations.extend(named.cloned().collect::<Vec<_>>());
    Ok(invitations)
}

async fn signed_up(
    team: &TeamLock,
    user: user::Model,
    sign_up: &SignUp,
    link: &Link,
) -> Result<user::Model> {
    let email = link
        .valid()?
        .first()
        .map_or(user.email.clone(), |i| i.email.clone());
    let user = user::Model {
        status: UserStatus::Active,
        email,
        first_name: sign_up.first_name.clone(),
        last_name: sign_up.last_name.clone(),
        password_hash: Some(sign_up.password_hash.clone()),
        signed_up_at: Some(team.now()),
        ..user
    };
    user::Entity::update(user.clone().into_active_model().reset_all())
        .exec(team.writer())
        .await?;
    Ok(user)
}

async fn audit_acceptance(
    team: &TeamLock,
    user: &user::Model,
    invitations: &[Model],
    origin: &ClientInfo,
) -> Result<()> {
    let actor = Actor::of(user, origin);
    let entries = invitations.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::AcceptInvitation)
            .to(user.id, &user.email)
            .with("role", invitation.role.code())
    });
    audit::record(team, team.now(), &actor, entries).await
}
