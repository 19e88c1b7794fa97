//! The right to change an account. An [`AccountLock`] is obtained by locking the account and then
//! verifying, in the same transaction, what proves the right: a session, a password, or a reset
//! link.

use super::{reset, session};
use crate::App;
use crate::actor::Actor;
use crate::db::{Tx, Writer};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use entity::user;
use sea_orm::sea_query::LockType;
use sea_orm::{EntityTrait as _, QueryFilter as _, QuerySelect as _};
use std::ops::Deref;
use uuid::Uuid;

/// An account that only this transaction can change. Dereferences to the [`Writer`] of the
/// transaction.
pub struct AccountLock {
    writer: Writer,
    user: user::Model,
    now: DateTime<Utc>,
}

impl Deref for AccountLock {
    type Target = Writer;

    fn deref(&self) -> &Writer {
        &self.writer
    }
}

/// Runs an operation of a signed-in user on their own account. `work` gets the lock if the session
/// is still valid. The session cannot end before the transaction.
///
/// # Errors
/// `Unauthenticated` if the session has ended, and the errors of `work`.
pub async fn as_viewer<T, F, W>(
    app: &App,
    actor: &Actor,
    operation: &'static str,
    work: F,
) -> Result<T>
where
    F: Fn(AccountLock) -> W,
    W: Future<Output = Result<T>>,
{
    let work = &work;
    app.db
        .transaction(operation, |tx| async move {
            work(AccountLock::by_session(tx, app, actor).await?).await
        })
        .await
}

impl AccountLock {
    async fn by_session(tx: Tx, app: &App, actor: &Actor) -> Result<AccountLock> {
        let account = AccountLock::take(tx, app, actor.user_id).await?;
        let account = account.ok_or(Error::Unauthenticated)?;
        let session_id = actor.session_id.ok_or(Error::Unauthenticated)?;
        let alive = entity::session::Entity::find()
            .filter(session::usable(app, session_id, actor.user_id))
            .lock(LockType::Update)
            .one(account.writer())
            .await?;
        alive.map(|_| account).ok_or(Error::Unauthenticated)
    }

    /// Locks the account whose password was verified outside of the transaction. Returns `None` if
    /// the password has changed since.
    pub async fn by_password(
        tx: Tx,
        app: &App,
        verified: &user::Model,
    ) -> Result<Option<AccountLock>> {
        let account = AccountLock::take(tx, app, verified.id).await?;
        Ok(account.filter(|account| account.user.password_hash == verified.password_hash))
    }

    /// Locks the account `seen`, which a reset link was found to belong to outside of the
    /// transaction, and checks the link again under the lock.
    ///
    /// # Errors
    /// Those of [`reset::find`].
    pub async fn by_reset_link(tx: Tx, app: &App, token: &str, seen: Uuid) -> Result<AccountLock> {
        let account = AccountLock::take(tx, app, seen).await?;
        let account = account.ok_or_else(crate::mail::tokens::unknown)?;
        let (_, user) = reset::find(account.writer(), token, app.now()).await?;
        if user.id != seen {
            return Err(crate::mail::tokens::unknown().into());
        }
        Ok(account)
    }

    /// Locks the account to continue a change that its owner has made. Returns `None` if the
    /// account no longer exists.
    pub async fn to_go_on(tx: Tx, app: &App, user_id: Uuid) -> Result<Option<AccountLock>> {
        AccountLock::take(tx, app, user_id).await
    }

    async fn take(tx: Tx, app: &App, user_id: Uuid) -> Result<Option<AccountLock>> {
        let writer = tx.into_writer();
        let user = user::Entity::find_by_id(user_id)
            .lock(LockType::NoKeyUpdate)
            .one(&writer)
            .await?;
        Ok(user.map(|user| AccountLock {
            writer,
            user,
            now: app.now(),
        }))
    }

    /// Returns the time at which the lock was taken.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Returns the connection for reads and writes under the lock.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Returns the locked account.
    pub fn user(&self) -> &user::Model {
        &self.user
    }
}
