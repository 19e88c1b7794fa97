//! The worker that sends what is in the outbox. Replicas share the work: each claims mails for a
//! while, and what a replica has not finished by then, another one takes up.

use super::compose;
use super::render::Renderer;
use super::smtp::{Refusal, SendError, Smtp};
use crate::App;
use crate::db::Writer;
use crate::error::{Error, Result};
use chrono::{DateTime, Duration, Utc};
use entity::outbox::{self, Column, Entity, MailState, Model};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use tokio_util::sync::CancellationToken;

/// Mails that one replica sends at once.
const AT_ONCE: u64 = 4;
/// How long a replica keeps a mail to itself; longer than any attempt takes.
const CLAIM: Duration = Duration::minutes(3);
/// How long the worker waits for news before it looks by itself: other replicas cannot wake it.
const POLL: std::time::Duration = std::time::Duration::from_secs(2);
/// The pause before the second attempt; it doubles from there on, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::seconds(15);
/// The longest pause between attempts.
const MAX_PAUSE: Duration = Duration::hours(1);

/// Sends mails until it is told to stop.
pub struct Postman {
    app: App,
    renderer: Renderer,
    smtp: Smtp,
}

/// What came of an attempt.
enum Attempt {
    Sent,
    /// What the mail was about has ended.
    Ended,
    Later(String),
    Never(String),
}

impl Postman {
    /// Prepares for a mail server.
    pub fn new(app: App, renderer: Renderer, smtp: Smtp) -> Postman {
        Postman {
            app,
            renderer,
            smtp,
        }
    }

    /// Delivers mails as they come. Finishes what it has begun before it stops.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.deliver_due().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::error!(%error, "the outbox could not be worked on"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.app.mail_queued.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        self.smtp.close().await;
    }

    /// Claims some mails and tries each once; gives how many there were.
    async fn deliver_due(&self) -> Result<usize> {
        let until = self.app.now() + CLAIM;
        let now = self.app.now();
        let claimed = self
            .app
            .db
            .transaction(|tx| async move { claim(&tx.into_writer(), now, until).await })
            .await?;
        let attempts = claimed.iter().map(|mail| self.deliver(mail));
        for outcome in futures_util::future::join_all(attempts).await {
            outcome?;
        }
        Ok(claimed.len())
    }

    async fn deliver(&self, mail: &Model) -> Result<()> {
        let attempt = self.attempt(mail).await;
        let outcome = match &attempt {
            Attempt::Sent => "sent",
            Attempt::Ended => "cancelled",
            Attempt::Later(_) => "deferred",
            Attempt::Never(_) => "failed",
        };
        metrics::counter!("tokenvue_mails_total", "outcome" => outcome).increment(1);
        match &attempt {
            Attempt::Sent | Attempt::Ended => tracing::info!(mail = %mail.id, outcome, "mail"),
            Attempt::Later(reason) | Attempt::Never(reason) => {
                tracing::warn!(mail = %mail.id, outcome, reason, "mail");
            }
        }
        self.settle(mail, attempt).await
    }

    async fn attempt(&self, mail: &Model) -> Attempt {
        let rendered = match compose::render(&self.app, &self.renderer, mail).await {
            Ok(Some(rendered)) => rendered,
            Ok(None) => return Attempt::Ended,
            Err(Error::Internal(cause)) => {
                tracing::error!(mail = %mail.id, cause, "a mail could not be rendered");
                return Attempt::Never("this mail could not be put together".to_owned());
            }
            Err(error) => {
                tracing::error!(mail = %mail.id, %error, "a mail could not be rendered");
                return Attempt::Later("the database did not answer".to_owned());
            }
        };
        let sent = self
            .smtp
            .send(
                mail.id,
                &mail.recipient_name,
                &mail.recipient_email,
                &rendered,
            )
            .await;
        match sent {
            Ok(()) => Attempt::Sent,
            Err(
                SendError::Transient { reason }
                | SendError::NoAnswer { reason }
                | SendError::Unavailable { reason, .. }
                | SendError::Refused(Refusal { reason, .. }),
            ) => Attempt::Later(reason),
            Err(SendError::Permanent { reason }) => Attempt::Never(reason),
        }
    }

    /// Stores what came of an attempt, unless the claim has run out meanwhile.
    async fn settle(&self, mail: &Model, attempt: Attempt) -> Result<()> {
        let now = self.app.now();
        let too_old = now >= mail.created_at + self.app.config.mail_give_up_after;
        let attempts = mail.attempts + 1;
        let (state, reason) = match attempt {
            Attempt::Sent => (MailState::Sent, None),
            Attempt::Ended => (MailState::Cancelled, None),
            Attempt::Later(reason) if too_old => (MailState::Failed, Some(reason)),
            Attempt::Later(reason) => (MailState::Queued, Some(reason)),
            Attempt::Never(reason) => (MailState::Failed, Some(reason)),
        };
        Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Attempts, attempts.into())
            .col_expr(Column::NextAttemptAt, (now + pause_after(attempts)).into())
            .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(
                Column::SentAt,
                Expr::value((state == MailState::Sent).then_some(now)),
            )
            .col_expr(Column::LastError, Expr::value(reason))
            .filter(Column::Id.eq(mail.id))
            .filter(Column::ClaimedUntil.eq(mail.claimed_until))
            .exec(&self.app.db.maintenance())
            .await?;
        Ok(())
    }
}

/// How long a mail rests after so many attempts.
fn pause_after(attempts: i32) -> Duration {
    (FIRST_PAUSE * (1 << (attempts - 1).clamp(0, 16))).min(MAX_PAUSE)
}

async fn claim(tx: &Writer, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Model>> {
    let mut due = Entity::find()
        .filter(Column::State.eq(MailState::Queued))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(
            Column::ClaimedUntil
                .is_null()
                .or(Column::ClaimedUntil.lte(now)),
        )
        .order_by_asc(Column::NextAttemptAt)
        .limit(AT_ONCE)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    let ids: Vec<_> = due.iter().map(|mail| mail.id).collect();
    if !ids.is_empty() {
        outbox::Entity::update_many()
            .col_expr(Column::ClaimedUntil, until.into())
            .filter(Column::Id.is_in(ids))
            .exec(tx)
            .await?;
    }
    for mail in &mut due {
        mail.claimed_until = Some(until);
    }
    Ok(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        assert_eq!(pause_after(1), Duration::seconds(15));
        assert_eq!(pause_after(2), Duration::seconds(30));
        assert_eq!(pause_after(9), MAX_PAUSE);
        assert_eq!(pause_after(i32::MAX), MAX_PAUSE);
    }
}
