//! Password resets requested by anonymous visitors. All work is done after the response is sent, at
//! a random time, and by the same statements whether or not there is an account.
//!
//! The quota window of an address is as long as the lifetime of a link, so when the quota is used
//! up, the links of this window still work. Unproven requests therefore cannot take away an account
//! owner's way to reset the password.

use super::reset_queue::ResetRequest;
use crate::App;
use crate::actor::ClientInfo;
use crate::db::Writer;
use crate::email::EmailAddress;
use crate::error::Result;
use crate::mail::outbox::{self, MailKind, OutboxMail};
use crate::name;
use crate::network;
use crate::throttle::{self, Quota};
use chrono::Duration;
use entity::user::{self, UserStatus};
use entity::{outbox as mails, password_reset};
use rand::Rng as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use std::time::Duration as StdDuration;
use uuid::Uuid;

/// The quota window of a network.
const WINDOW: Duration = Duration::hours(1);
/// The maximum random delay before a request is processed, so that the visitor's next request does
/// not coincide with this work.
const SPREAD: StdDuration = StdDuration::from_secs(1);

/// Sends a reset link to the address if it has an account.
pub fn request(app: &App, email: &str, origin: &ClientInfo) {
    let Ok(email) = EmailAddress::parse(email, app.config.email_domains) else {
        return;
    };
    let (network, limit) = (
        network::of_client(&origin.address),
        app.config.quotas.resets_per_network,
    );
    if !app.reset_flood.admits(&network, limit, WINDOW, app.now()) {
        return refuse();
    }
    let origin = origin.clone();
    if !app.resets.push(ResetRequest { email, origin }) {
        return;
    }
    let task = app.clone();
    app.background.spawn(async move {
        let wait = SPREAD.mul_f64(rand::rng().random());
        tokio::time::sleep(wait).await;
        let _permit = task.resets.permits.acquire().await;
        if let Some(request) = task.resets.pop() {
            process(&task, &request).await;
        }
    });
}

fn refuse() {
    metrics::counter!("tokenvue_password_resets_refused_total").increment(1);
    tracing::debug!(
        "refused a password reset: too many requests from its network or for its address"
    );
}

async fn process(app: &App, request: &ResetRequest) {
    let worked = app
        .db
        .transaction("REQUEST_PASSWORD_RESET", |tx| async move {
            request_in(&tx.into_writer(), app, request).await
        })
        .await;
    match worked {
        // Also if no mail was written: the worker looks equally often in both cases.
        Ok(true) => app.mail_queued.notify_one(),
        Ok(false) => refuse(),
        Err(error) => tracing::error!(%error, "failed to create a password reset"),
    }
}

/// Creates a reset if there is an account. Returns whether the quotas allowed it.
async fn request_in(tx: &Writer, app: &App, request: &ResetRequest) -> Result<bool> {
    let user = user::Entity::find()
        .filter(user::Column::EmailKey.eq(request.email.key()))
        .filter(user::Column::Status.eq(UserStatus::Active))
        .one(tx)
        .await?;
    for quota in quotas(app, request) {
        // One after the other: a request that the network's quota refuses does not count for the
        // address.
        if throttle::take(tx, &[quota], app.now()).await? != [None] {
            return Ok(false);
        }
    }
    let (greeted, email) = user.map_or_else(
        || (String::new(), request.email.typed().to_owned()),
        |user| {
            let greeted = name::display(&user.first_name, &user.last_name, "");
            (greeted, user.email)
        },
    );
    let mail = OutboxMail::new(greeted, email, MailKind::PasswordReset { by: None });
    let mail_id = mail.id();
    insert_if_account_exists(tx, app, &request.email, mail_id).await?;
    outbox::enqueue(tx, app.now(), [mail]).await?;
    delete_mail_without_reset(tx, mail_id).await?;
    Ok(true)
}

fn quotas(app: &App, request: &ResetRequest) -> [Quota; 2] {
    let quotas = &app.config.quotas;
    [
        Quota {
            key: throttle::key(
                "reset-network",
                &network::of_client(&request.origin.address),
            ),
            limit: quotas.resets_per_network,
            window: WINDOW,
        },
        Quota {
            key: throttle::key("reset-address", request.email.key()),
            limit: quotas.resets_per_address,
            window: app.config.password_reset_lifetime,
        },
    ]
}

/// Creates a reset if there is an account, in one statement either way. Open resets stay open.
async fn insert_if_account_exists(
    tx: &Writer,
    app: &App,
    email: &EmailAddress,
    mail_id: Uuid,
) -> Result<()> {
    use password_reset::Column;
    let now = app.now();
    let account = Query::select()
        .expr(Expr::value(Uuid::now_v7()))
        .column(user::Column::Id)
        .expr(Expr::value(mail_id))
        .expr(Expr::value(now))
        .expr(Expr::value(now + app.config.password_reset_lifetime))
        .from(user::Entity)
        .and_where(Expr::col(user::Column::EmailKey).eq(email.key()))
        .and_where(user::Column::Status.eq(UserStatus::Active))
        .take();
    let columns = [
        Column::Id,
        Column::UserId,
        Column::MailId,
        Column::CreatedAt,
        Column::ExpiresAt,
    ];
    let insert = Query::insert()
        .into_table(password_reset::Entity)
        .columns(columns)
        .select_from(account)
        .map_err(crate::error::Error::internal)?
        .take();
    tx.execute(&insert).await?;
    Ok(())
}

/// Deletes the mail if there was no account for a reset.
async fn delete_mail_without_reset(tx: &Writer, mail_id: Uuid) -> Result<()> {
    let open = Query::select()
        .column(password_reset::Column::MailId)
        .from(password_reset::Entity)
        .and_where(Expr::col(password_reset::Column::MailId).eq(mail_id))
        .take();
    mails::Entity::delete_many()
        .filter(mails::Column::Id.eq(mail_id))
        .filter(mails::Column::Id.not_in_subquery(open))
        .exec(tx)
        .await?;
    Ok(())
}
