//! Changes that users make to their own account.

use super::lock::{self, AccountLock};
use super::reset;
use crate::App;
use crate::actor::Actor;
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::team::memberships;
use crate::throttle;
use entity::user;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use secrecy::SecretString;
use uuid::Uuid;

/// Changes the actor's names in all their workspaces: in a hundred of them before it returns, and
/// in the others in the background.
///
/// # Errors
/// Those of [`lock::as_viewer`]. Refused with `NameInvalid`.
pub async fn rename(app: &App, actor: &Actor, first_name: &str, last_name: &str) -> Result<()> {
    let first_name = &name::parse_required("firstName", first_name)?;
    let last_name = &name::parse("lastName", last_name)?;
    let last = lock::as_viewer(app, actor, "UPDATE_PROFILE", |account| async move {
        let user = user::Model {
            first_name: first_name.clone(),
            last_name: last_name.clone(),
            ..account.user().clone()
        };
        user::Entity::update(user.clone().into_active_model().reset_all())
            .exec(account.writer())
            .await?;
        memberships::rename(&account, &user, Uuid::nil()).await
    })
    .await?;
    if let Some(last) = last {
        let (task, user_id) = (app.clone(), actor.user_id);
        app.background.spawn(async move {
            if let Err(error) = rename_remaining(&task, user_id, last).await {
                tracing::warn!(%error, %user_id, "failed to change a name in all workspaces");
            }
        });
    }
    Ok(())
}

/// Copies the user's current names to their memberships after workspace `last`, a hundred in each
/// transaction. Because it reads the current names, the later of two concurrent changes wins.
async fn rename_remaining(app: &App, user_id: Uuid, mut last: Uuid) -> Result<()> {
    loop {
        let next = app.db.transaction("UPDATE_PROFILE", |tx| async move {
            match AccountLock::to_go_on(tx, app, user_id).await? {
                Some(account) => memberships::rename(&account, account.user(), last).await,
                None => Ok(None),
            }
        });
        let Some(next) = next.await? else {
            return Ok(());
        };
        last = next;
    }
}

/// Changes the actor's password and ends their other sessions.
///
/// # Errors
/// Those of [`lock::as_viewer`] and [`Passwords::check`](super::password::Passwords::check).
/// Refused with `CredentialsInvalid` on `currentPassword`. `RateLimited` after too many wrong
/// passwords.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
) -> Result<()> {
    let user = user::Entity::find_by_id(actor.user_id).one(&app.db).await?;
    let user = user.ok_or(Error::Unauthenticated)?;
    let personal = [user.email.as_str(), &user.first_name, &user.last_name];
    let new = app
        .passwords
        .check("newPassword", new, &personal, app)
        .await?;
    let counter = throttle::key("change-password", &user.id.to_string());
    let (free, max_wait) = (
        app.config.sign_in_failures_per_account,
        app.config.sign_in_max_wait,
    );
    throttle::attempt(&app.db, &counter, free, max_wait, app.now()).await?;
    if !app
        .passwords
        .verify(current, user.password_hash.as_deref(), app)
        .await?
    {
        return Err(wrong_password().into());
    }
    let hash = app.passwords.hash(&new, app).await?;
    let (user, hash, counter) = (&user, hash.as_str(), counter.as_str());
    lock::as_viewer(app, actor, "CHANGE_PASSWORD", |account| async move {
        if account.user().password_hash != user.password_hash {
            // The password has changed since it was verified.
            return Err(wrong_password().into());
        }
        throttle::forgive(&account, &[counter]).await?;
        reset::replace(&account, app, hash, actor.session_id).await
    })
    .await?;
    app.mail_queued.notify_one();
    Ok(())
}

fn wrong_password() -> Problem {
    let message = "This is not your current password.";
    Problem::new(
        ProblemCode::CredentialsInvalid,
        &["currentPassword"],
        message,
    )
}
