//! Accepting: the way in for the invited.

use super::link::Link;
use super::{invitation, roster};
use crate::App;
use crate::account::session;
use crate::actor::{Actor, Origin};
use crate::audit::{self, AuditKind, Entry};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::token::Token;
use entity::invitation::{InvitationState, Model};
use entity::membership;
use entity::user::{self, UserStatus};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

/// What somebody who accepts types.
#[derive(Clone, Debug, Default)]
pub struct Acceptance {
    pub token: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub password: Option<SecretString>,
}

/// What came of accepting.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub user_id: Uuid,
    pub workspace_ids: Vec<Uuid>,
    /// The new session of somebody who has just signed up.
    pub session: Option<Token>,
}

/// Who they are going to be: checked before the transaction, since hashing takes long.
struct SignUp {
    first_name: String,
    last_name: String,
    password_hash: String,
}

/// Accepts all invitations that a link names, and with them, since the mailbox is proved, every
/// other pending invitation of that address. Who has no account signs up by it; who has one must
/// be signed in: a link never touches an existing account's password.
///
/// # Errors
/// As problems: those of the link, `AccountExists`, `PasswordRequired`, and those of names and
/// password.
pub async fn accept(
    app: &App,
    signed_in: Option<Uuid>,
    acceptance: &Acceptance,
    origin: &Origin,
) -> Result<Accepted> {
    let link = Link::find(&app.db, &acceptance.token, app.now()).await?;
    let user_id = invited_user(&link)?;
    let user = user::Entity::find_by_id(user_id).one(&app.db).await?;
    let user = user.ok_or_else(super::link::unknown)?;
    let sign_up = match user.status {
        UserStatus::Active if signed_in == Some(user.id) => None,
        UserStatus::Active => return Err(account_exists().into()),
        UserStatus::Invited => Some(check(app, &user, &link, acceptance).await?),
    };
    let sign_up = sign_up.as_ref();
    app.db
        .transaction(
            |tx| async move { accept_in(&tx, app, user_id, acceptance, sign_up, origin).await },
        )
        .await
}

fn account_exists() -> Problem {
    let message = "This address has an account already. Sign in first, then open the link again.";
    Problem::new(ProblemCode::AccountExists, &["token"], message)
}

fn invited_user(link: &Link) -> Result<Uuid> {
    let valid = link.valid()?;
    let first = valid.first().ok_or_else(super::link::unknown)?;
    Ok(first.user_id)
}

async fn check(app: &App, user: &user::Model, link: &Link, typed: &Acceptance) -> Result<SignUp> {
    let invitation = link
        .valid()?
        .into_iter()
        .next()
        .ok_or_else(super::link::unknown)?;
    let member = roster::member(&app.db, invitation.workspace_id, user.id).await?;
    let first_name = typed.first_name.as_deref().unwrap_or(&member.first_name);
    let last_name = typed.last_name.as_deref().unwrap_or(&member.last_name);
    let first_name = name::parse_required("firstName", first_name)?;
    let last_name = name::parse("lastName", last_name)?;
    let password = typed.password.as_ref().ok_or_else(|| {
        let message = "Choose a password to sign up.";
        Problem::new(ProblemCode::PasswordRequired, &["password"], message)
    })?;
    let personal = [user.email.as_str(), &first_name, &last_name];
    let password = app.passwords.check("password", password, &personal)?;
    Ok(SignUp {
        password_hash: app.passwords.hash(&password, app).await?,
        first_name,
        last_name,
    })
}

async fn accept_in(
    tx: &DatabaseTransaction,
    app: &App,
    user_id: Uuid,
    acceptance: &Acceptance,
    sign_up: Option<&SignUp>,
    origin: &Origin,
) -> Result<Accepted> {
    let now = app.now();
    let places: Vec<Uuid> = pending(tx, user_id, now)
        .await?
        .iter()
        .map(|i| i.workspace_id)
        .collect();
    roster::lock(tx, &places).await?;
    let user = user::Entity::find_by_id(user_id)
        .lock(LockType::Update)
        .one(tx)
        .await?;
    let mut user = user.ok_or_else(super::link::unknown)?;
    let link = Link::find(tx, &acceptance.token, now).await?;
    if invited_user(&link)? != user_id {
        return Err(Error::Conflict("the link has passed to another user"));
    }
    match (user.status, sign_up) {
        (UserStatus::Active, Some(_)) => return Err(account_exists().into()),
        (UserStatus::Active, None) | (UserStatus::Invited, Some(_)) => {}
        (UserStatus::Invited, None) => return Err(Error::Conflict("the account is gone")),
    }
    let invitations = pending(tx, user_id, now).await?;
    if let Some(sign_up) = sign_up {
        user = signed_up(tx, user, sign_up, &link, now).await?;
    }
    let workspace_ids: Vec<Uuid> = invitations.iter().map(|i| i.workspace_id).collect();
    roster::activate(tx, &workspace_ids, &user, now).await?;
    invitation::end(tx, &invitations, InvitationState::Accepted, now).await?;
    session::mark_active(tx, user_id, &workspace_ids, now).await?;
    note(tx, now, &user, &invitations, origin).await?;
    let session = match sign_up {
        Some(_) => Some(session::begin(tx, app, user_id, origin).await?),
        None => None,
    };
    Ok(Accepted {
        user_id,
        workspace_ids,
        session,
    })
}

/// The invitations of a user that wait for an answer.
async fn pending(
    tx: &DatabaseTransaction,
    user_id: Uuid,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<Model>> {
    use entity::invitation::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::State.eq(InvitationState::Pending))
        .filter(Column::ExpiresAt.gt(now))
        .order_by_asc(Column::WorkspaceId)
        .all(tx)
        .await?)
}

async fn signed_up(
    tx: &DatabaseTransaction,
    user: user::Model,
    sign_up: &SignUp,
    link: &Link,
    now: chrono::DateTime<chrono::Utc>,
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
        signed_up_at: Some(now),
        ..user
    };
    user::Entity::update(user.clone().into_active_model().reset_all())
        .exec(tx)
        .await?;
    Ok(user)
}

async fn note(
    tx: &DatabaseTransaction,
    now: chrono::DateTime<chrono::Utc>,
    user: &user::Model,
    invitations: &[Model],
    origin: &Origin,
) -> Result<()> {
    let actor = Actor::of(user, origin);
    let entries = invitations.iter().map(|invitation| {
        Entry::done(invitation.workspace_id, AuditKind::AcceptInvitation)
            .to(user.id, &user.email)
            .with("role", invitation.role.code())
    });
    audit::record(tx, now, &actor, entries).await
}

/// The memberships that were accepted, by workspace.
///
/// # Errors
/// Those of the database.
pub async fn memberships(app: &App, accepted: &Accepted) -> Result<Vec<membership::Model>> {
    Ok(membership::Entity::find()
        .filter(membership::Column::UserId.eq(accepted.user_id))
        .filter(membership::Column::WorkspaceId.is_in(accepted.workspace_ids.iter().copied()))
        .order_by_asc(membership::Column::WorkspaceId)
        .all(&app.db)
        .await?)
}
