//! Signing in by email and password.

use super::lock::AccountLock;
use super::{session, throttle};
use crate::App;
use crate::actor::{Actor, Origin};
use crate::audit::{self, AuditKind, Entry};
use crate::email::EmailAddress;
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::network;
use crate::team::roster;
use crate::token::Token;
use entity::{session as sessions, user};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
};
use secrecy::SecretString;
use uuid::Uuid;

/// Begins a session for whoever knows the password.
///
/// # Errors
/// `CredentialsInvalid`, the same for a wrong password and for an unknown or only invited
/// address; `RateLimited` after too many failures.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: &SecretString,
    origin: &Origin,
) -> Result<Token> {
    // What is no address has no account; it takes the same way as one that is unknown.
    let key = EmailAddress::parse(email)
        .map_or_else(|_| String::new(), |address| address.key().to_owned());
    let user = user::Entity::find()
        .filter(user::Column::EmailKey.eq(&key))
        .one(&app.db)
        .await?;
    let counters = count_attempt(app, &key, user.as_ref().map(|user| user.id), origin).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let verified = app.passwords.verify(password, hash, app).await?;
    let Some(user) = user.filter(|_| verified) else {
        return Err(wrong_credentials().into());
    };
    let (user, counters) = (&user, &counters);
    app.db
        .transaction(|tx| async move {
            // A reset may have replaced the password while it was being checked.
            let account = AccountLock::by_password(tx, app, user).await?;
            let account = account.ok_or_else(wrong_credentials)?;
            throttle::forgive(&account, &counters.account).await?;
            throttle::refund(&account, &counters.address).await?;
            let token = session::begin(&account, app, user.id, origin).await?;
            note_sign_in(&account, origin).await?;
            Ok(token)
        })
        .await
}

fn wrong_credentials() -> Problem {
    let message = "Email or password is not right. Check both, or ask for a password reset.";
    Problem::new(ProblemCode::CredentialsInvalid, &[], message)
}

/// The counters that a failure stays on.
struct Counters {
    account: String,
    address: String,
}

/// Counts the attempt as failed until it has succeeded. Where somebody else's failures have
/// slowed down an account, addresses that its owner is signed in from have a counter of their own.
async fn count_attempt(
    app: &App,
    email_key: &str,
    user_id: Option<Uuid>,
    origin: &Origin,
) -> Result<Counters> {
    let (now, config) = (app.now(), &app.config);
    let address = throttle::key("sign-in-address", &network::of_client(&origin.address));
    throttle::attempt(
        &app.db,
        &address,
        config.sign_in_failures_per_address,
        config.sign_in_max_wait,
        now,
    )
    .await?;
    let account = throttle::key("sign-in-account", email_key);
    let free = config.sign_in_failures_per_account;
    let slowed = throttle::attempt(&app.db, &account, free, config.sign_in_max_wait, now).await;
    let Err(Error::RateLimited(until)) = slowed else {
        slowed?;
        return Ok(Counters { account, address });
    };
    if !is_familiar(&app.db, user_id, &origin.address).await? {
        return Err(Error::RateLimited(until));
    }
    let familiar = throttle::key(
        "sign-in-familiar",
        &format!("{email_key} {}", origin.address),
    );
    throttle::attempt(&app.db, &familiar, free, config.sign_in_max_wait, now).await?;
    Ok(Counters {
        account: familiar,
        address,
    })
}

async fn is_familiar(
    db: &impl ConnectionTrait,
    user_id: Option<Uuid>,
    address: &str,
) -> Result<bool> {
    let Some(user_id) = user_id else {
        return Ok(false);
    };
    let sessions = sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(user_id))
        .filter(sessions::Column::Address.eq(address))
        .count(db)
        .await?;
    Ok(sessions > 0)
}

/// Writes the sign-in into the audit log of each workspace of the user.
async fn note_sign_in(account: &AccountLock, origin: &Origin) -> Result<()> {
    let (user, now) = (account.user(), account.now());
    let places = roster::active_of(account.writer(), user.id).await?;
    let actor = Actor::of(user, origin);
    let entries = places
        .iter()
        .map(|place| Entry::done(place.workspace_id, AuditKind::SignIn));
    audit::record(account, now, &actor, entries).await?;
    if let [only] = places.as_slice() {
        session::mark_active(account, user.id, &[only.workspace_id], now).await?;
    }
    Ok(())
}
