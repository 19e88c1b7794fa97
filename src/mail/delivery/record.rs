//! Stores the results of attempts in batches.

use super::attempt::{Attempt, Outcome};
use crate::App;
use crate::db::Writer;
use crate::error::Result;
use crate::mail::ids::padded;
use chrono::{DateTime, Utc};
use entity::mail_server;
use entity::outbox::{Column, Entity, MailState};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};
use std::sync::Arc;
use uuid::Uuid;

/// The results to store in one transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub outcomes: Vec<Outcome>,
    /// A new state of the mail server.
    pub mail_server: Option<mail_server::Model>,
    /// Claims to release.
    pub released: Vec<Uuid>,
}

impl Report {
    pub(super) fn is_empty(&self) -> bool {
        self.outcomes.is_empty() && self.mail_server.is_none() && self.released.is_empty()
    }

    /// Restores a report that could not be stored, before newer results.
    pub(super) fn put_back(&mut self, mut earlier: Report) {
        earlier.outcomes.append(&mut self.outcomes);
        earlier.released.append(&mut self.released);
        earlier.mail_server = self.mail_server.take().or(earlier.mail_server);
        *self = earlier;
    }
}

/// Stores a report in one transaction.
pub(super) async fn store(app: &App, worker: Uuid, report: Arc<Report>) -> Result<()> {
    let (app, report) = (&app, &report);
    app.db
        .transaction("STORE_DELIVERIES", |tx| async move {
            store_in(&tx.into_writer(), app, worker, report).await
        })
        .await
}

async fn store_in(writer: &Writer, app: &App, worker: Uuid, report: &Report) -> Result<()> {
    let now = app.now();
    for (attempt, state) in [
        (Attempt::Sent, MailState::Sent),
        (Attempt::Ended, MailState::Cancelled),
    ] {
        let with = report.outcomes.iter().filter(|o| o.attempt == attempt);
        let ids: Vec<_> = with.map(|outcome| outcome.mail.id).collect();
        finish(writer, &ids, state, now).await?;
    }
    for outcome in &report.outcomes {
        if outcome.attempt.reason().is_some() {
            defer(writer, app, worker, outcome).await?;
        }
    }
    if !report.released.is_empty() {
        super::claims::release(writer, worker, &report.released).await?;
    }
    if let Some(row) = &report.mail_server {
        let row = row.clone().into_active_model().reset_all();
        mail_server::Entity::update(row).exec(writer).await?;
    }
    Ok(())
}

/// Completes mails. Sent mails are recorded even if the claim was lost.
async fn finish(writer: &Writer, ids: &[Uuid], state: MailState, now: DateTime<Utc>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sent_at = (state == MailState::Sent).then_some(now);
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::ClaimedBy, Expr::value(None::<Uuid>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::SentAt, Expr::value(sent_at))
        .col_expr(Column::LastError, Expr::value(None::<String>))
        .filter(Column::Id.is_in(padded(ids)))
        .filter(Column::State.eq(MailState::Queued))
        .exec(writer)
        .await?;
    Ok(())
}

/// Postpones a mail or gives it up, unless the claim was lost.
async fn defer(writer: &Writer, app: &App, worker: Uuid, outcome: &Outcome) -> Result<()> {
    let mail = &outcome.mail;
    let deferral = outcome.deferral(&app.config);
    let reason = outcome.attempt.reason().map(str::to_owned);
    Entity::update_many()
        .col_expr(Column::State, Expr::value(deferral.state))
        .col_expr(Column::Attempts, mail.attempts.saturating_add(1).into())
        .col_expr(Column::NextAttemptAt, deferral.next_attempt_at.into())
        .col_expr(Column::DeferredSince, Expr::value(deferral.deferred_since))
        .col_expr(Column::ClaimedBy, Expr::value(None::<Uuid>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::LastError, Expr::value(reason))
        .filter(Column::Id.eq(mail.id))
        .filter(Column::ClaimedBy.eq(worker))
        .filter(Column::State.eq(MailState::Queued))
        .exec(writer)
        .await?;
    Ok(())
}
