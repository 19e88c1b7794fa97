//! Password resets that visitors ask for. Everything is done behind the answer, at a time that the
//! visitor does not know, and by the same statements whether or not there is an account.
//!
//! The quota of an address has the length of a link's life as its window: where it is used up, the
//! links of this window still work. So no request that proves nothing can take the way back from
//! the owner of an account.

use super::reset_queue::ResetRequest;
use super::throttle::{self, Quota};
use crate::App;
use crate::actor::ClientInfo;
use crate::db::Writer;
use crate::email::EmailAddress;
use crate::error::Result;
use crate::mail::outbox::{self, MailKind, OutboxMail};
use crate::{name, network};
use chrono::Duration;
use entity::user::{self, UserStatus};
use entity::{outbox as mails, password_reset};
use rand::Rng as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use std::time::Duration as StdDuration;
use uuid::Uuid;

/// The window of a network's quota.
const WINDOW: Duration = Duration::hours(1);
/// The longest that a request waits before it is worked on, so that what the visitor sends next
/// does not meet its work.
const SPREAD: StdDuration = StdDuration::from_secs(1);

/// Mails a reset link to the person who has an account with this address, if there is one.
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
            work_on(&task, &request).await;
        }
    });
}

fn refuse() {
    metrics::counter!("tokenvue_password_resets_refused_total").increment(1);
    tracing::debug!("a password reset was refused: its network or address has asked too often");
}

async fn work_on(app: &App, request: &ResetRequest) {
    let worked = app
        .db
        .transaction(|tx| async move { request_in(&tx.into_writer(), app, request).await })
        .await;
    match worked {
        // Also where no mail has been written: the worker is to look as often in either case.
        Ok(true) => app.mail_queued.notify_one(),
        Ok(false) => refuse(),
        Err(error) => tracing::error!(%error, "a password reset could not be opened"),
    }
}

/// Opens a reset where there is an account; gives whether the quotas allowed it.
async fn request_in(tx: &Writer, app: &App, request: &ResetRequest) -> Result<bool> {
    let user = user::Entity::find()
        .filter(user::Column::EmailKey.eq(request.email.key()))
        .filter(user::Column::Status.eq(UserStatus::Active))
        .one(tx)
        .await?;
    for quota in quotas(app, request) {
        // One after the other: what the network's quota refuses uses up nothing of the address's.
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
    open_if_there(tx, app, &request.email, mail_id).await?;
    outbox::enqueue(tx, app.now(), [mail]).await?;
    take_back_unless_open(tx, mail_id).await?;
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

/// Writes a reset for the account, if there is one, in one statement either way. Resets that are
/// open stay so.
async fn open_if_there(tx: &Writer, app: &App, email: &EmailAddress, mail_id: Uuid) -> Result<()> {
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

/// Deletes the mail where there was no account to write it to.
async fn take_back_unless_open(tx: &Writer, mail_id: Uuid) -> Result<()> {
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
