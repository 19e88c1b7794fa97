//! The worker's tasks, which call the database and the mail server. Each one reports back with an
//! event, even if it fails or panics.

use super::attempt::{Attempt, Outcome};
use super::claimed::lane_of;
use super::claims::{self, Moment};
use super::gauges::{self, Queue};
use super::record::{self, Report};
use super::slots::Lane;
use super::{MailWorker, Permit, Sending};
use crate::App;
use crate::error::{Error, Result};
use crate::mail::compose;
use crate::mail::render::{RenderedMail, Renderer};
use crate::mail::smtp::Smtp;
use chrono::{DateTime, Duration, Utc};
use entity::mail_server;
use entity::outbox::Model;
use futures_util::FutureExt as _;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// How long a replica has the exclusive right to test the mail server.
const PROBE: Duration = Duration::seconds(30);

/// The dependencies of tasks.
pub(super) struct Parts {
    pub app: App,
    pub renderer: Renderer,
    pub smtp: Smtp,
    /// Identifies this worker in claims.
    pub id: Uuid,
    /// How long a claim lasts.
    pub claim: std::time::Duration,
    /// The timeout of database calls, short enough to notice a broken connection while the claims
    /// are valid.
    pub patience: std::time::Duration,
}

/// A composed mail: `None` if its subject has ended.
pub(super) type Composed = (Arc<Model>, Result<Option<RenderedMail>>);

/// The result of a task.
pub(super) enum Event {
    /// The state of the mail server and the database's time, and when they were read.
    Pulse(Result<(mail_server::Model, DateTime<Utc>)>, Instant),
    /// Lanes with due mails.
    Lanes(Result<Vec<Lane>>),
    /// Claimed mails, and when they were claimed.
    Claimed(Result<Vec<Model>>, Instant),
    /// The number of renewed claims, and when they were renewed.
    Renewed(Result<u64>, Instant),
    /// Mails ready to be sent; all of them if the database failed. The flag tells whether they are
    /// bulk mail.
    Composed(Result<Vec<Composed>, (Error, Vec<Arc<Model>>)>, bool),
    Attempted(Outcome),
    Stored(Result<()>, Arc<Report>),
    Counted(Result<Queue>),
}

impl Parts {
    pub(super) fn new(
        app: App,
        renderer: Renderer,
        smtp: Smtp,
        claim: std::time::Duration,
    ) -> Parts {
        Parts {
            app,
            renderer,
            smtp,
            id: Uuid::now_v7(),
            claim,
            patience: claim / 3,
        }
    }

    /// Runs a database call with a timeout. A panic is an error as well.
    async fn bounded<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let work = tokio::time::timeout(self.patience, work);
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Error::internal("the database did not answer in time")),
            Err(_) => Err(Error::internal("a background task panicked")),
        }
    }

    /// Claims mails of some lanes. With `probing`, claims at most one, and only if no other replica
    /// is testing the mail server.
    async fn claim(
        &self,
        wanted: &[(Lane, usize)],
        moment: Moment,
        probing: bool,
    ) -> Result<Vec<Model>> {
        let app = &self.app;
        let ids = claims::due_mails(&app.db, wanted, moment).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = if probing { &ids[..1] } else { &ids[..] };
        let until = moment.database + self.claim;
        app.db
            .transaction("CLAIM_MAILS", |tx| async move {
                let writer = tx.into_writer();
                if probing {
                    let taken = mail_server::Entity::update_many()
                        .col_expr(mail_server::Column::RetryAt, (moment.now + PROBE).into())
                        .filter(mail_server::Column::RetryAt.lte(moment.now))
                        .exec(&writer)
                        .await?;
                    if taken.rows_affected == 0 {
                        return Ok(Vec::new());
                    }
                }
                claims::claim(&writer, self.id, ids, moment, until).await
            })
            .await
    }

    async fn compose(
        &self,
        mails: Vec<Arc<Model>>,
    ) -> Result<Vec<Composed>, (Error, Vec<Arc<Model>>)> {
        let work = compose::render_all(&self.app, &self.renderer, &mails);
        match self.bounded(work).await {
            Ok(rendered) => Ok(mails.into_iter().zip(rendered).collect()),
            Err(error) => Err((error, mails)),
        }
    }

    /// Sends one mail. A mail that cannot be built must not stop the others.
    async fn attempt(&self, mail: Arc<Model>, rendered: RenderedMail) -> Outcome {
        let began = self.app.now();
        let sent = self.smtp.send(
            mail.id,
            &mail.recipient_name,
            &mail.recipient_email,
            &rendered,
        );
        let attempt = match AssertUnwindSafe(sent).catch_unwind().await {
            Ok(sent) => Attempt::from(sent),
            Err(_) => Attempt::Never("the mail could not be built".to_owned()),
        };
        Outcome {
            mail,
            attempt,
            began,
            ended: self.app.now(),
        }
    }
}

impl MailWorker {
    pub(super) fn start_pulse(&mut self, now: Instant) {
        if std::mem::replace(&mut self.running.pulse, true) {
            return;
        }
        let parts = self.parts.clone();
        self.tasks.spawn(async move {
            Event::Pulse(parts.bounded(claims::pulse(&parts.app.db)).await, now)
        });
    }

    pub(super) fn start_count(&mut self) {
        if std::mem::replace(&mut self.running.count, true) {
            return;
        }
        let parts = self.parts.clone();
        self.tasks.spawn(async move {
            Event::Counted(parts.bounded(gauges::count(&parts.app.db)).await)
        });
    }

    /// Looks up due mails if there may be any.
    pub(super) fn start_look(&mut self, now: Instant) {
        let permit = self.monitor.permit(self.parts.app.now());
        let may_try = match permit {
            Permit::Any => true,
            Permit::One => self.probe.is_none(),
            Permit::None => false,
        };
        // Mails that are being released must not be claimed at the same time.
        let gives_back = |report: &Arc<Report>| !report.released.is_empty();
        let gives_back = self.running.storing.as_ref().is_some_and(gives_back);
        if !self.look.wanted || self.running.claim || !may_try || gives_back {
            return;
        }
        let Some(moment) = self.moment() else {
            return self.start_pulse(now);
        };
        self.look.wanted = false;
        self.running.claim = true;
        let (parts, cursors) = (self.parts.clone(), self.look.cursors.clone());
        self.tasks.spawn(async move {
            let look = claims::due_lanes(&parts.app.db, &cursors, moment);
            Event::Lanes(parts.bounded(look).await)
        });
    }

    pub(super) fn start_claim(&mut self, wanted: Vec<(Lane, usize)>, probing: bool) {
        let Some(moment) = self.moment() else { return };
        self.running.claim = true;
        let (parts, now) = (self.parts.clone(), Instant::now());
        self.tasks.spawn(async move {
            let claimed = parts.bounded(parts.claim(&wanted, moment, probing)).await;
            Event::Claimed(claimed, now)
        });
    }

    pub(super) fn start_renewal(&mut self, now: Instant) {
        let ids = self.held();
        if ids.is_empty() {
            self.lease.since = None;
            return;
        }
        let Some(moment) = self.moment().filter(|_| !self.running.renew) else {
            return;
        };
        self.running.renew = true;
        let parts = self.parts.clone();
        self.tasks.spawn(async move {
            let (id, ids, until) = (parts.id, &ids, moment.database + parts.claim);
            let renewal = parts.app.db.transaction("RENEW_CLAIMS", |tx| async move {
                claims::renew(&tx.into_writer(), id, ids, until).await
            });
            Event::Renewed(parts.bounded(renewal).await, now)
        });
    }

    pub(super) fn start_compose(&mut self, mails: Vec<Arc<Model>>, bulk: bool) {
        let parts = self.parts.clone();
        self.tasks
            .spawn(async move { Event::Composed(parts.compose(mails).await, bulk) });
    }

    pub(super) fn start_attempt(&mut self, mail: Arc<Model>, rendered: RenderedMail) {
        let (parts, id, lane) = (self.parts.clone(), mail.id, lane_of(&mail));
        let abort = self
            .tasks
            .spawn(async move { Event::Attempted(parts.attempt(mail, rendered).await) });
        self.sending.insert(id, Sending { lane, abort });
    }

    pub(super) fn start_store(&mut self) {
        if self.report.is_empty() || self.running.storing.is_some() {
            return;
        }
        let report = Arc::new(std::mem::take(&mut self.report));
        self.running.storing = Some(report.clone());
        let parts = self.parts.clone();
        self.tasks.spawn(async move {
            let store = record::store(&parts.app, parts.id, report.clone());
            Event::Stored(parts.bounded(store).await, report)
        });
    }
}
