//! The first workspace and admin of an empty installation.

use crate::App;
use crate::account::session;
use crate::actor::{Actor, ClientInfo};
use crate::db::Writer;
use crate::email::EmailAddress;
use crate::error::{Problem, ProblemCode, Result};
use crate::mail::tokens;
use crate::name;
use crate::team::workspace::create;
use crate::token::Token;
use entity::link_token::{self, LinkPurpose};
use entity::user::{self, UserStatus};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

/// The input of the first admin.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub password: SecretString,
    pub workspace: String,
}

/// The validated input.
struct Checked {
    email: EmailAddress,
    first_name: String,
    last_name: String,
    password_hash: String,
    workspace: String,
}

/// Returns whether no user has signed up yet.
pub async fn is_open(db: &impl ConnectionTrait) -> Result<bool> {
    let user = user::Entity::find()
        .filter(user::Column::Status.eq(UserStatus::Active))
        .limit(1)
        .one(db)
        .await?;
    Ok(user.is_none())
}

/// Creates the one-time token of the setup link. Returns `None` if a user has signed up.
pub async fn offer(app: &App) -> Result<Option<Token>> {
    if !is_open(&app.db).await? {
        return Ok(None);
    }
    tokens::mint(app, Uuid::nil(), LinkPurpose::Setup)
        .await
        .map(Some)
}

/// Sets up the first workspace and signs its admin in.
///
/// # Errors
/// Refused with `TokenUnknown`, `TokenExpired`, `TokenUsed`, or the codes of invalid input.
pub async fn complete(
    app: &App,
    token: &str,
    admin: &FirstAdmin,
    origin: &ClientInfo,
) -> Result<Token> {
    check_token(&app.db, app, token).await?;
    let checked = &check(app, admin).await?;
    app.db
        .transaction("SET_UP", |tx| async move {
            let writer = tx.into_writer();
            check_token(&writer, app, token).await?;
            let (user, _) = create(&writer, app, checked, origin, true).await?;
            session::begin(&writer, app, user.id, origin).await
        })
        .await
}

/// Sets up the first workspace and its admin from the command line.
///
/// # Errors
/// Refused with `TokenUsed` if a user has signed up, or the codes of invalid input.
pub async fn bootstrap(
    app: &App,
    admin: &FirstAdmin,
) -> Result<(user::Model, entity::workspace::Model)> {
    let checked = &check(app, admin).await?;
    let origin = &ClientInfo {
        address: "command line".to_owned(),
        ..ClientInfo::default()
    };
    app.db
        .transaction("SET_UP", |tx| async move {
            create(&tx.into_writer(), app, checked, origin, false).await
        })
        .await
}

async fn check_token(db: &impl ConnectionTrait, app: &App, token: &str) -> Result<()> {
    if !is_open(db).await? {
        return Err(already_set_up().into());
    }
    let token = Token::parse(token).ok_or_else(unknown)?;
    let row = link_token::Entity::find_by_id(token.hash()).one(db).await?;
    let row = row
        .filter(|row| row.purpose == LinkPurpose::Setup)
        .ok_or_else(unknown)?;
    if row.created_at + app.config.setup_lifetime <= app.now() {
        let message = "This link has expired. Restart the server to get a new one.";
        return Err(Problem::new(ProblemCode::TokenExpired, &["token"], message).into());
    }
    Ok(())
}

async fn check(app: &App, admin: &FirstAdmin) -> Result<Checked> {
    let email = EmailAddress::parse(&admin.email, app.config.email_domains)?;
    let first_name = name::parse_required("firstName", &admin.first_name)?;
    let last_name = name::parse("lastName", &admin.last_name)?;
    let workspace = name::parse_required("workspaceName", &admin.workspace)?;
    let personal = [email.typed(), &first_name, &last_name, &workspace];
    let password = app
        .passwords
        .check("password", &admin.password, &personal, app)
        .await?;
    let password_hash = app.passwords.hash(&password, app).await?;
    Ok(Checked {
        email,
        first_name,
        last_name,
        password_hash,
        workspace,
    })
}

async fn create(
    tx: &Writer,
    app: &App,
    admin: &Checked,
    origin: &ClientInfo,
    by_link: bool,
) -> Result<(user::Model, entity::workspace::Model)> {
    let now = app.now();
    if !is_open(tx).await? {
        return Err(already_set_up().into());
    }
    // Of two concurrent setups, the second waits here and then finds its link deleted.
    let links = link_token::Entity::delete_many()
        .filter(link_token::Column::Purpose.eq(LinkPurpose::Setup))
        .exec(tx)
        .await?;
    if by_link && links.rows_affected == 0 {
        return Err(already_set_up().into());
    }
    let user = user::Model {
        id: Uuid::now_v7(),
        email: admin.email.typed().to_owned(),
        email_key: admin.email.key().to_owned(),
        status: UserStatus::Active,
        first_name: admin.first_name.clone(),
        last_name: admin.last_name.clone(),
        password_hash: Some(admin.password_hash.clone()),
        created_at: now,
        signed_up_at: Some(now),
    };
    user::Entity::insert(user.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    let actor = Actor::of(&user, origin);
    let workspace = create::create_in(tx, now, &actor, &admin.workspace, &user).await?;
    Ok((user, workspace))
}

/// Refuses an unknown setup link. Unlike other links, it is not sent by mail.
fn unknown() -> Problem {
    let message = "This link is not complete. Copy all of it from the server's output.";
    Problem::new(ProblemCode::TokenUnknown, &["token"], message)
}

fn already_set_up() -> Problem {
    let message = "This installation is already set up. Sign in instead.";
    Problem::new(ProblemCode::TokenUsed, &["token"], message)
}
