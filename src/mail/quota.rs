//! How many mails people may cause in a day: to one address, and from one sender. Password resets
//! have quotas of their own, so that neither can use up the other's.

use crate::App;
use crate::actor::Actor;
use crate::db::Writer;
use crate::error::{Problem, ProblemCode, Result};
use crate::throttle::{self, Quota};
use chrono::{DateTime, Duration, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// The time for which mails are counted together.
const WINDOW: Duration = Duration::days(1);

/// Counts one mail from a person to each of the addresses, in one statement. Gives, in their order,
/// the problem to show where there were too many today.
///
/// # Errors
/// Those of the database.
pub async fn count(
    db: &Writer,
    app: &App,
    sender_id: Uuid,
    email_keys: &[&str],
) -> Result<Vec<Option<Problem>>> {
    let quotas = quotas(app, sender_id, email_keys);
    let used_up = throttle::take(db, &quotas, app.now()).await?;
    Ok(problems(&used_up))
}

/// What [`count`] would give, without counting anything.
///
/// # Errors
/// Those of the database.
pub async fn foresee(
    db: &impl ConnectionTrait,
    app: &App,
    sender_id: Uuid,
    email_keys: &[&str],
) -> Result<Vec<Option<Problem>>> {
    let quotas = quotas(app, sender_id, email_keys);
    let used_up = throttle::peek(db, &quotas, app.now()).await?;
    Ok(problems(&used_up))
}

/// Counts a password reset that an admin sends. No other mails count, so that nothing but the
/// admin's own resets can stand in the way of one.
///
/// # Errors
/// Those of the database; `MailCapReached` as a problem.
pub async fn count_reset(db: &Writer, app: &App, admin: &Actor) -> Result<()> {
    let quota = Quota {
        key: throttle::key("reset-admin", &admin.user_id.to_string()),
        limit: app.config.quotas.resets_per_admin,
        window: WINDOW,
    };
    let used_up = throttle::take(db, &[quota], app.now()).await?;
    match used_up.into_iter().flatten().next() {
        Some(until) => Err(too_many("You have sent too many password resets today.", until).into()),
        None => Ok(()),
    }
}

/// Two quotas for each mail: its address's and its sender's.
fn quotas(app: &App, sender_id: Uuid, email_keys: &[&str]) -> Vec<Quota> {
    let sender = throttle::key("mail-sender", &sender_id.to_string());
    let quota = |key, limit| Quota {
        key,
        limit,
        window: WINDOW,
    };
    let of_mail = |email_key: &&str| {
        [
            quota(
                throttle::key("mail", email_key),
                app.config.mails_per_address,
            ),
            quota(sender.clone(), app.config.quotas.mails_per_sender),
        ]
    };
    email_keys.iter().flat_map(of_mail).collect()
}

fn problems(used_up: &[Option<DateTime<Utc>>]) -> Vec<Option<Problem>> {
    let of_mail = |used_up: &[Option<DateTime<Utc>>]| match *used_up {
        [Some(until), _] => Some(too_many(
            "This address has got too many mails today.",
            until,
        )),
        [None, Some(until)] => Some(too_many("You have sent too many mails today.", until)),
        _ => None,
    };
    used_up.chunks(2).map(of_mail).collect()
}

/// The counting starts again at `until`.
fn too_many(message: &str, until: DateTime<Utc>) -> Problem {
    let message = format!("{message} Try again tomorrow.");
    Problem::new(ProblemCode::MailCapReached, &[], message).retry_at(until)
}
