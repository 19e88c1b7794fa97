//! Daily quotas of mails, per address and per sender. Password resets have their own quotas, so
//! that neither uses up the other.

use crate::App;
use crate::actor::Actor;
use crate::db::Writer;
use crate::error::{Problem, ProblemCode, Result};
use crate::throttle::{self, Quota};
use chrono::{DateTime, Duration, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// The window of the quotas.
const WINDOW: Duration = Duration::days(1);

/// Counts one mail from a person to each address, in one statement. Returns, in the order of the
/// addresses, the problem if a quota is exceeded.
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

/// Returns what [`count`] would return, without counting.
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

/// Counts a password reset that an admin sends. Other mails do not count, so only the admin's own
/// resets can prevent one.
///
/// # Errors
/// Refused with `MailCapReached`.
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

/// Returns two quotas for each mail: one of the address, one of the sender.
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
            "This address has received too many emails today.",
            until,
        )),
        [None, Some(until)] => Some(too_many("You have sent too many emails today.", until)),
        _ => None,
    };
    used_up.chunks(2).map(of_mail).collect()
}

/// Builds the problem; the quota resets at `until`.
fn too_many(message: &str, until: DateTime<Utc>) -> Problem {
    let message = format!("{message} Try again tomorrow.");
    Problem::new(ProblemCode::MailCapReached, &[], message).retry_at(until)
}
