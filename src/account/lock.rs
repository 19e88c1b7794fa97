//! The right to change an account. An [`AccountLock`] can only be had by locking the account and
//! then checking, inside the same transaction, what proves the right: a session, a password, or
//! the link of a reset.

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

/// An account that only this transaction can change until it ends, and the right to do so. It
/// dereferences to the [`Writer`] of the transaction.
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

/// Runs an operation of a signed-in person on their own account. `work` gets the lock once their
/// session is still alive; it cannot end before the transaction does.
///
/// # Errors
/// `Unauthenticated` where the session has ended; the errors of `work`.
pub async fn as_viewer<T, F, W>(app: &App, actor: &Actor, work: F) -> Result<T>
where
    F: Fn(AccountLock) -> W,
    W: Future<Output = Result<T>>,
{
    let work = &work;
    app.db
        .transaction(|tx| async move { work(AccountLock::by_session(tx, app, actor).await?).await })
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

    /// Locks the account whose password was found right outside of the transaction; `None` where it
    /// has another password by now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_password(
        tx: Tx,
        app: &App,
        verified: &user::Model,
    ) -> Result<Option<AccountLock>> {
        let account = AccountLock::take(tx, app, verified.id).await?;
        Ok(account.filter(|account| account.user.password_hash == verified.password_hash))
    }

    /// Locks the account that a reset link was seen to be for, outside of the transaction, and
    /// reads the link again under the lock.
    ///
    /// # Errors
    /// Those of [`reset::find`].
    pub async fn by_reset_link(tx: Tx, app: &App, token: &str, seen: Uuid) -> Result<AccountLock> {
        let account = AccountLock::take(tx, app, seen).await?;
        let account = account.ok_or_else(crate::team::link::unknown)?;
        let (_, user) = reset::find(account.writer(), token, app.now()).await?;
        if user.id != seen {
            return Err(crate::team::link::unknown().into());
        }
        Ok(account)
    }

    /// Locks the account to go on with a change that its owner has made; `None` where it is gone.
    ///
    /// # Errors
    /// Those of the database.
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

    /// The time of the transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The connection that reads and writes under the lock.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// The account as it is under the lock.
    pub fn user(&self) -> &user::Model {
        &self.user
    }
}
