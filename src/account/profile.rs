//! What people change about themselves.

use super::reset;
use super::throttle;
use super::viewer::Viewer;
use crate::App;
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::name;
use crate::team::roster;
use entity::user;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use secrecy::SecretString;

/// Changes the viewer's names, in all their workspaces.
///
/// # Errors
/// `NameInvalid` as a problem.
pub async fn rename(app: &App, viewer: &Viewer, first_name: &str, last_name: &str) -> Result<()> {
    let first_name = &name::parse_required("firstName", first_name)?;
    let last_name = &name::parse("lastName", last_name)?;
    app.db
        .transaction(|tx| async move {
            let user = user::Entity::find_by_id(viewer.user_id).one(&*tx).await?;
            let mut user = user.ok_or(Error::Unauthenticated)?;
            user.first_name.clone_from(first_name);
            user.last_name.clone_from(last_name);
            user::Entity::update(user.clone().into_active_model().reset_all())
                .exec(&*tx)
                .await?;
            roster::rename(&*tx, &user).await
        })
        .await
}

/// Changes the viewer's password; their other sessions end.
///
/// # Errors
/// `CredentialsInvalid` on `currentPassword` and those of the new password, as problems;
/// `RateLimited` after too many wrong ones.
pub async fn change_password(
    app: &App,
    viewer: &Viewer,
    current: &SecretString,
    new: &SecretString,
) -> Result<()> {
    let user = user::Entity::find_by_id(viewer.user_id)
        .one(&app.db)
        .await?;
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
        let message = "This is not your current password.";
        return Err(Problem::new(
            ProblemCode::CredentialsInvalid,
            &["currentPassword"],
            message,
        )
        .into());
    }
    let hash = app.passwords.hash(&new, app).await?;
    let (user, hash, counter) = (&user, hash.as_str(), counter.as_str());
    app.db
        .transaction(|tx| async move {
            throttle::forgive(&*tx, counter).await?;
            reset::replace(&*tx, app, user, hash, Some(viewer.session_id)).await
        })
        .await?;
    app.mail_queued.notify_one();
    Ok(())
}
