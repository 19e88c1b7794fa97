//! Password resets.

use super::device::DeviceProof;
use super::lock::AccountLock;
use super::{attempts, session};
use crate::App;
use crate::actor::{Actor, ClientInfo};
use crate::audit::{self, AuditKind, Entry};
use crate::db::Writer;
use crate::error::{Problem, ProblemCode, Result};
use crate::mail::outbox::{self, MailKind, OutboxMail, RequestedBy};
use crate::mail::tokens;
use crate::name;
use crate::team::memberships;
use crate::throttle;
use crate::token::Token;
use chrono::{DateTime, Utc};
use entity::link_token::{self, LinkPurpose};
use entity::{password_reset, user};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, JoinType,
    PaginatorTrait as _, QueryFilter as _, QuerySelect as _, RelationDef,
};
use secrecy::SecretString;
use uuid::Uuid;

/// Creates a reset that an admin sends to a user, and queues its mail. Ends an open reset from an
/// admin; those that were requested anonymously stay open.
pub async fn open(
    tx: &Writer,
    app: &App,
    user: &user::Model,
    admin_id: Uuid,
    by: RequestedBy,
) -> Result<()> {
    let now = app.now();
    let by_admin = password_reset::Column::AdminId.is_not_null();
    end_open(tx, user.id, Condition::all().add(by_admin), now).await?;
    let greeted = name::display(&user.first_name, &user.last_name, "");
    let kind = MailKind::PasswordReset { by: Some(by) };
    let mail = OutboxMail::new(greeted, &user.email, kind);
    let reset = password_reset::Model {
        id: Uuid::now_v7(),
        user_id: user.id,
        admin_id: Some(admin_id),
        mail_id: mail.id(),
        created_at: now,
        expires_at: now + app.config.password_reset_lifetime,
        ended_at: None,
    };
    password_reset::Entity::insert(reset.into_active_model())
        .exec_without_returning(tx)
        .await?;
    outbox::enqueue(tx, now, [mail]).await
}

async fn end_open(tx: &Writer, user_id: Uuid, which: Condition, now: DateTime<Utc>) -> Result<()> {
    password_reset::Entity::update_many()
        .col_expr(password_reset::Column::EndedAt, now.into())
        .filter(password_reset::Column::UserId.eq(user_id))
        .filter(password_reset::Column::EndedAt.is_null())
        .filter(which)
        .exec(tx)
        .await?;
    Ok(())
}

/// Finds the reset and the user of a link. Does not use up the link.
///
/// # Errors
/// Refused with `TokenUnknown`, `TokenExpired`, `TokenUsed`, or `TokenReplaced`.
pub async fn find(
    db: &impl ConnectionTrait,
    token: &str,
    now: DateTime<Utc>,
) -> Result<(password_reset::Model, user::Model)> {
    let token = Token::parse(token).ok_or_else(tokens::unknown)?;
    let [to_token, to_user] = joins();
    let (reset, user) = password_reset::Entity::find()
        .join(JoinType::InnerJoin, to_token)
        .join(JoinType::LeftJoin, to_user)
        .filter(link_token::Column::TokenHash.eq(token.hash()))
        .filter(link_token::Column::Purpose.eq(LinkPurpose::PasswordReset))
        .select_also(user::Entity)
        .one(db)
        .await?
        .ok_or_else(tokens::unknown)?;
    let over = |code, message| Err(Problem::new(code, &["token"], message).into());
    if let Some(ended_at) = reset.ended_at {
        if is_replaced(db, &reset, ended_at).await? {
            return over(
                ProblemCode::TokenReplaced,
                "A newer email has replaced this link. Open the latest one.",
            );
        }
        return over(
            ProblemCode::TokenUsed,
            "This link has already been used. Request another reset if you cannot sign in.",
        );
    }
    if reset.expires_at <= now {
        return over(
            ProblemCode::TokenExpired,
            "This link has expired. Request another reset.",
        );
    }
    Ok((reset, user.ok_or_else(tokens::unknown)?))
}

/// Returns the joins from a reset to the tokens of its mail and to its user.
fn joins() -> [RelationDef; 2] {
    let token = password_reset::Entity::belongs_to(link_token::Entity)
        .from(password_reset::Column::MailId)
        .to(link_token::Column::MailId);
    let user = password_reset::Entity::belongs_to(user::Entity)
        .from(password_reset::Column::UserId)
        .to(user::Column::Id);
    [token.into(), user.into()]
}

/// Returns whether a reset has ended because an admin sent a newer one. Both have the same time.
async fn is_replaced(
    db: &impl ConnectionTrait,
    reset: &password_reset::Model,
    ended_at: DateTime<Utc>,
) -> Result<bool> {
    let newer = password_reset::Entity::find()
        .filter(password_reset::Column::UserId.eq(reset.user_id))
        .filter(password_reset::Column::AdminId.is_not_null())
        .filter(password_reset::Column::CreatedAt.eq(ended_at))
        .count(db)
        .await?;
    Ok(newer > 0)
}

/// Sets a new password, ends all reset links and sessions of the user, and notifies them by mail.
/// Returns a proof that makes the client a known device.
///
/// # Errors
/// Those of [`find`] and [`Passwords::check`](super::password::Passwords::check).
pub async fn reset(
    app: &App,
    token: &str,
    password: &SecretString,
    origin: &ClientInfo,
) -> Result<DeviceProof> {
    let (_, user) = find(&app.db, token, app.now()).await?;
    let seen = user.id;
    let personal = [user.email.as_str(), &user.first_name, &user.last_name];
    let password = app
        .passwords
        .check("newPassword", password, &personal, app)
        .await?;
    let hash = app.passwords.hash(&password, app).await?;
    let hash = hash.as_str();
    app.db
        .transaction(AuditKind::ResetPassword.code(), |tx| async move {
            let account = AccountLock::by_reset_link(tx, app, token, seen).await?;
            let user = account.user();
            replace(&account, app, hash, None).await?;
            let here = attempts::account_from_network_counter(&user.email_key, origin);
            throttle::forgive(&account, &[&here]).await?;
            audit_reset(&account, origin).await
        })
        .await?;
    app.mail_queued.notify_one();
    DeviceProof::issue(user.id, hash, app.now())
}

/// Stores a new password, ends the account's reset links and its sessions except `kept_session`,
/// and queues a notification.
pub async fn replace(
    account: &AccountLock,
    app: &App,
    hash: &str,
    kept_session: Option<Uuid>,
) -> Result<()> {
    let user = account.user();
    end_open(account, user.id, Condition::all(), account.now()).await?;
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, hash.into())
        .filter(user::Column::Id.eq(user.id))
        .exec(account.writer())
        .await?;
    session::end_all(account, kept_session).await?;
    throttle::forgive(account, &[&attempts::account_counter(&user.email_key)]).await?;
    let greeted = name::display(&user.first_name, &user.last_name, "");
    let kind = MailKind::PasswordChanged { at: app.now() };
    outbox::enqueue(
        account,
        app.now(),
        [OutboxMail::new(greeted, &user.email, kind)],
    )
    .await
}

async fn audit_reset(account: &AccountLock, origin: &ClientInfo) -> Result<()> {
    let user = account.user();
    let memberships = memberships::active_of(account.writer(), user.id).await?;
    let workspace_ids: Vec<Uuid> = memberships
        .iter()
        .map(|membership| membership.workspace_id)
        .collect();
    let entries = Entry::of_account(&workspace_ids, AuditKind::ResetPassword)
        .map(|entry| entry.to(user.id, &user.email));
    audit::record(account, account.now(), &Actor::of(user, origin), entries).await
}
