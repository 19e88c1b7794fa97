//! Sign-in with email and password.

use super::attempts::Counters;
use super::device::DeviceProof;
use super::lock::AccountLock;
use super::session;
use crate::App;
use crate::actor::{Actor, ClientInfo};
use crate::audit::{self, AuditKind, Entry};
use crate::email::EmailAddress;
use crate::error::{Problem, ProblemCode, Result};
use crate::team::memberships;
use crate::token::Token;
use entity::user;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use secrecy::SecretString;
use uuid::Uuid;

/// The result of a sign-in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The token of the new session.
    pub session: Token,
    /// A proof that makes the client a known device.
    pub device: DeviceProof,
}

/// Verifies the password and begins a session.
///
/// # Errors
/// Refused with `CredentialsInvalid`, which does not distinguish a wrong password from an unknown
/// or only invited address. `RateLimited` after too many failures.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: &SecretString,
    origin: &ClientInfo,
) -> Result<SignedIn> {
    // An invalid address has no account and is handled like an unknown one.
    let key = EmailAddress::parse(email, app.config.email_domains)
        .map_or_else(|_| String::new(), |address| address.key().to_owned());
    let user = user::Entity::find()
        .filter(user::Column::EmailKey.eq(&key))
        .one(&app.db)
        .await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let device = known_device(app, user.as_ref().map(|user| user.id), hash, origin);
    let counters = Counters::of(&key, origin, device.as_deref());
    counters.count(app).await?;
    let verified = app.passwords.verify(password, hash, app).await?;
    let Some(user) = user.filter(|_| verified) else {
        return Err(wrong_credentials().into());
    };
    if let Some(signed_in) = begin(app, &user, password, &counters, origin).await? {
        return Ok(signed_in);
    }
    // A reset has replaced the password since it was verified, or a concurrent sign-in its hash.
    let user = user::Entity::find_by_id(user.id).one(&app.db).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let verified = app.passwords.verify(password, hash, app).await?;
    let user = user.filter(|_| verified).ok_or_else(wrong_credentials)?;
    let signed_in = begin(app, &user, password, &counters, origin).await?;
    signed_in.ok_or_else(|| wrong_credentials().into())
}

/// Begins the session, and stores a new hash of the password if the hash is outdated. Returns
/// `None` if the account's hash has changed since it was verified.
async fn begin(
    app: &App,
    user: &user::Model,
    password: &SecretString,
    counters: &Counters,
    origin: &ClientInfo,
) -> Result<Option<SignedIn>> {
    let hash = user.password_hash.as_deref().unwrap_or_default();
    let renewed = app.passwords.renewed(password, hash, app).await;
    let renewed = renewed.as_deref();
    app.db
        .transaction(AuditKind::SignIn.code(), |tx| async move {
            let Some(account) = AccountLock::by_password(tx, app, user).await? else {
                return Ok(None);
            };
            counters.succeed(&account).await?;
            if let Some(hash) = renewed {
                renew_hash(&account, hash).await?;
            }
            let session = session::begin(&account, app, user.id, origin).await?;
            audit_sign_in(&account, origin).await?;
            let device = DeviceProof::issue(user.id, renewed.unwrap_or(hash), account.now())?;
            Ok(Some(SignedIn { session, device }))
        })
        .await
}

/// Stores another hash of the same password. Other known devices of the account count as unknown
/// until they sign in again, because the hash is the key of their proofs.
async fn renew_hash(account: &AccountLock, hash: &str) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, hash.into())
        .filter(user::Column::Id.eq(account.user().id))
        .exec(account.writer())
        .await?;
    Ok(())
}

/// Returns the name of the client's device if it proves that the account has signed in on it. An
/// unknown account is checked in the same way.
fn known_device(
    app: &App,
    user_id: Option<Uuid>,
    hash: Option<&str>,
    origin: &ClientInfo,
) -> Option<String> {
    let proof = DeviceProof::sent(origin.device.clone()?);
    let lifetime = app.config.quotas.known_device_lifetime;
    let hash = app.passwords.hash_or_decoy(hash);
    proof.verify(user_id.unwrap_or_default(), hash, lifetime, app.now())
}

fn wrong_credentials() -> Problem {
    let message = "The email or password is incorrect. Check both, or request a password reset.";
    Problem::new(ProblemCode::CredentialsInvalid, &[], message)
}

/// Writes the sign-in to the audit log of each of the user's workspaces.
async fn audit_sign_in(account: &AccountLock, origin: &ClientInfo) -> Result<()> {
    let (user, now) = (account.user(), account.now());
    let memberships = memberships::active_of(account.writer(), user.id).await?;
    let workspace_ids: Vec<Uuid> = memberships
        .iter()
        .map(|membership| membership.workspace_id)
        .collect();
    let entries = Entry::of_account(&workspace_ids, AuditKind::SignIn);
    audit::record(account, now, &Actor::of(user, origin), entries).await?;
    if let [only] = workspace_ids[..] {
        session::mark_active(account, user.id, &[only], now).await?;
    }
    Ok(())
}
