//! Runs HTTP, the mail worker, and periodic tasks until a clean shutdown.

use crate::App;
use crate::clearing;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http;
use crate::http::connections::Ending;
use crate::mail::delivery::MailWorker;
use crate::mail::render::Renderer;
use crate::mail::smtp::{Smtp, SmtpConfigError, SmtpSettings};
use crate::team::invitation::expire;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How often expired invitations are marked.
const SWEEP: Duration = Duration::from_secs(20);
/// How often old rows are deleted.
const CLEARING: Duration = Duration::from_secs(1800);
/// The maximum duration of a delivery.
const SMTP_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves until `stop` is canceled, then finishes running requests and returns.
///
/// # Errors
/// If the settings of the mail server, a template, or the schema is invalid.
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) -> Result<()> {
    if app.config.is_plain() {
        tracing::warn!(
            public_url = %app.config.public_url(),
            "TOKENVUE_PUBLIC_URL is http and not a loopback address: passwords, session cookies and \
             links in mails cross the network unencrypted. Put a proxy with TLS in front, and set \
             the URL to https"
        );
    }
    let mail_worker = mail_worker(&app)?;
    let router = http::router(&app, &stop)?;
    if let Some(mail_worker) = mail_worker {
        app.background.spawn(mail_worker.run(stop.clone()));
    }
    app.background
        .spawn(run_periodic_tasks(app.clone(), stop.clone()));
    app.background.spawn(app.db.clone().watch(stop.clone()));
    let ending = Ending {
        leaving: app.leaving.clone(),
        stop: stop.clone(),
    };
    let serving = http::connections::serve(listener, router, &app.config, ending);
    let patience = app.config.shutdown_timeout.to_std().unwrap_or_default();
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = serving => {}
        () = overdue => tracing::warn!("requests were still running at shutdown and were aborted"),
    }
    app.background.close();
    if tokio::time::timeout(patience, app.background.wait())
        .await
        .is_err()
    {
        tracing::warn!("background work was still running at shutdown and was aborted");
    }
    app.db.close().await;
    Ok(())
}

/// Returns the mail worker, or `None` if no mail server is configured.
fn mail_worker(app: &App) -> Result<Option<MailWorker>> {
    let renderer = Renderer::new().map_err(Error::internal)?;
    let smtp = mail_server(&app.config)?;
    Ok(smtp.map(|smtp| MailWorker::new(app.clone(), renderer, smtp)))
}

/// Returns the configured mail server, if any, without opening a connection.
///
/// # Errors
/// Which setting is invalid, and what it should be.
pub fn mail_server(config: &Config) -> Result<Option<Smtp>> {
    let Some(url) = &config.smtp_url else {
        return Ok(None);
    };
    let smtp = Smtp::new(&SmtpSettings {
        url,
        ca_file: config.smtp_ca_file.as_deref(),
        ehlo_name: config.smtp_ehlo_name.clone(),
        from: &config.mail_from,
        timeout: SMTP_TIMEOUT,
    });
    smtp.map(Some).map_err(|error| {
        let setting = match error {
            SmtpConfigError::CaFile { .. } => "TOKENVUE_SMTP_CA_FILE",
            SmtpConfigError::Sender(_) | SmtpConfigError::SenderUnset(_) => "TOKENVUE_MAIL_FROM",
            _ => "TOKENVUE_SMTP_URL",
        };
        Error::internal(format!("{setting}: {error}"))
    })
}

/// Runs the periodic tasks until the server stops. Clearing may take long, so marking does not wait
/// for it.
async fn run_periodic_tasks(app: App, stop: CancellationToken) {
    let marking = repeat(SWEEP, || async {
        if let Err(error) = expire::mark_expired(&app).await {
            tracing::warn!(%error, "expired invitations were not marked");
        }
    });
    let clearing = repeat(CLEARING, || async {
        match clearing::clear_away(&app).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "old rows were deleted"),
            Err(error) => tracing::warn!(%error, "old rows were not deleted"),
        }
    });
    let both = async { tokio::join!(marking, clearing) };
    stop.run_until_cancelled(both).await;
}

/// Repeats work with pauses.
async fn repeat<W: Future<Output = ()>>(pause: Duration, work: impl Fn() -> W) -> ! {
    loop {
        work().await;
        tokio::time::sleep(pause).await;
    }
}
