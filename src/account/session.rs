//! Sessions: how they begin and end.

use super::lock::{self, AccountLock};
use super::sessions;
use crate::App;
use crate::actor::{Actor, ClientInfo};
use crate::db::Writer;
use crate::error::{Error, Result};
use crate::token::Token;
use chrono::{DateTime, Utc};
use entity::{member_activity, membership, session};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use uuid::Uuid;

/// The maximum length of a stored user agent in characters.
const MAX_USER_AGENT: usize = 200;

/// Begins a session and returns its token, which is not stored. The user must be locked. If they
/// have as many sessions as allowed, the longest-idle one ends.
pub async fn begin(
    writer: &Writer,
    app: &App,
    user_id: Uuid,
    origin: &ClientInfo,
) -> Result<Token> {
    sessions::make_room(writer, app, user_id).await?;
    begin_first(writer, app, user_id, origin).await
}

/// Begins the first session of a user who has just signed up.
pub async fn begin_first(
    writer: &Writer,
    app: &App,
    user_id: Uuid,
    origin: &ClientInfo,
) -> Result<Token> {
    let now = app.now();
    let token = Token::random().map_err(Error::internal)?;
    let session = session::Model {
        id: Uuid::now_v7(),
        user_id,
        token_hash: token.hash(),
        active_workspace_id: None,
        created_at: now,
        last_used_at: now,
        expires_at: now + app.config.session_lifetime,
        address: origin.address.clone(),
        user_agent: origin.user_agent.chars().take(MAX_USER_AGENT).collect(),
    };
    session::Entity::insert(session.into_active_model())
        .exec_without_returning(writer)
        .await?;
    Ok(token)
}

/// Returns the condition for a user's session that is neither expired nor idle for too long.
pub fn usable(app: &App, session_id: Uuid, user_id: Uuid) -> Condition {
    let column = |column| Expr::col((session::Entity, column));
    Condition::all()
        .add(column(session::Column::Id).eq(session_id))
        .add(column(session::Column::UserId).eq(user_id))
        .add(column(session::Column::ExpiresAt).gt(app.now()))
        .add(column(session::Column::LastUsedAt).gt(app.now() - app.config.session_idle))
}

/// Ends one session of the actor.
///
/// # Errors
/// Those of [`lock::as_viewer`]. `NotFound` if the actor has no such session.
pub async fn end(app: &App, actor: &Actor, session_id: Uuid) -> Result<()> {
    lock::as_viewer(app, actor, "END_SESSION", |account| async move {
        let ended = session::Entity::delete_many()
            .filter(session::Column::Id.eq(session_id))
            .filter(session::Column::UserId.eq(account.user().id))
            .exec(account.writer())
            .await?;
        if ended.rows_affected == 0 {
            return Err(Error::NotFound("session"));
        }
        Ok(())
    })
    .await
}

/// Ends all sessions of an account, except `but`.
pub async fn end_all(account: &AccountLock, but: Option<Uuid>) -> Result<()> {
    let user_id = account.user().id;
    let mut doomed = session::Entity::delete_many().filter(session::Column::UserId.eq(user_id));
    if let Some(kept) = but {
        doomed = doomed.filter(session::Column::Id.ne(kept));
    }
    doomed.exec(account.writer()).await?;
    Ok(())
}

/// Records that a user was active in workspaces.
pub async fn mark_active(
    writer: &Writer,
    user_id: Uuid,
    workspace_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    member_activity::Entity::update_many()
        .col_expr(member_activity::Column::LastActiveAt, now.into())
        .filter(member_activity::Column::WorkspaceId.is_in(workspace_ids.iter().copied()))
        .filter(member_activity::Column::UserId.eq(user_id))
        .filter(member_activity::Column::Status.eq(membership::MembershipStatus::Active))
        .filter(member_activity::Column::LastActiveAt.lt(now))
        .exec(writer)
        .await?;
    Ok(())
}
