//! Sends rendered mails over SMTP (RFC 5321), with a connection pool.

mod hello;
mod message;
mod plaintext;
mod reason;
mod reply;
mod server;
mod transaction;
mod url;

pub use hello::ehlo_name;
pub use reason::{Refusal, SendError};
pub use url::SmtpConfigError;

use crate::mail::render::RenderedMail;
use lettre::message::Mailbox;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;
use server::Server;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use transaction::Failure;
use uuid::Uuid;

/// How long the server may take to answer a command between mails.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long a connection may be idle and still be used without a test.
const FRESH: Duration = Duration::from_secs(2);

/// How long an idle connection is kept. Servers may close it after five minutes (RFC 5321,
/// 4.5.3.2.7), and many do after one.
const KEPT_FOR: Duration = Duration::from_secs(45);

/// The settings for sending.
#[derive(Clone, Debug)]
pub struct SmtpSettings<'a> {
    /// The URL of the server: see [`Smtp::new`].
    pub url: &'a SecretString,
    /// A PEM file of certificates to trust besides the public ones.
    pub ca_file: Option<&'a Path>,
    /// The name in EHLO. By default, this machine's name or an address literal.
    pub ehlo_name: Option<ClientId>,
    /// The sender of all mails.
    pub from: &'a Mailbox,
    /// The maximum duration of a transaction, from the first command to the last reply. Connecting
    /// may take as long again.
    pub timeout: Duration,
}

/// An SMTP server and the connections to it.
///
/// lettre's pool is not used: it takes a connection back whose transaction was canceled, and late
/// replies are then read as replies to the next mail. This pool keeps a connection only after a
/// completed transaction.
pub struct Smtp {
    server: Server,
    from: Mailbox,
    timeout: Duration,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    /// Reads the settings, without opening a connection.
    ///
    /// `smtp://` upgrades with STARTTLS, and `smtps://` uses TLS from the start:
    /// `smtp://user:password@host:port?tls=required`. Defaults:
    /// - `tls` is `required`, or `none` for a server on this machine (`localhost`, `127.0.0.0/8`,
    ///   `::1`). `opportunistic` upgrades if the server offers STARTTLS; `none` never does.
    /// - The port is 465 for `smtps`, 25 with `tls=none`, and 587 otherwise.
    /// - User and password are percent-encoded.
    ///
    /// # Errors
    /// [`SmtpConfigError`] describes the error, without the password.
    pub fn new(settings: &SmtpSettings<'_>) -> Result<Smtp, SmtpConfigError> {
        let hello = settings.ehlo_name.clone();
        Ok(Smtp {
            server: Server::from_url(settings.url, settings.ca_file, hello)?,
            from: message::sender(settings.from)?,
            timeout: settings.timeout,
            idle: Mutex::default(),
        })
    }

    /// Sends a mail to one person. `row` is the ID of its outbox row. The Message-ID is derived
    /// from it, so duplicates can be recognized.
    ///
    /// # Errors
    /// [`SendError`] tells whether to try again, and which mails it concerns.
    pub async fn send(
        &self,
        row: Uuid,
        name: &str,
        email: &str,
        mail: &RenderedMail,
    ) -> Result<(), SendError> {
        let message = message::build(row, &self.from, name, email, mail)?;
        if let Some(connection) = self.take_idle().await {
            match self.transact(connection, &message).await {
                // The server closed the connection while it was idle, and knows nothing of the
                // mail.
                Err(Failure::Unheard(_)) => self.idle().clear(),
                outcome => return outcome.map_err(Failure::into_reason),
            }
        }
        let connection = self.connect().await?;
        let outcome = self.transact(connection, &message).await;
        outcome.map_err(Failure::into_reason)
    }

    /// Closes idle connections with QUIT, for a clean shutdown.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for mut idle in idle {
            // The connection is dropped either way. A server that hangs must not delay the
            // shutdown.
            let _ = tokio::time::timeout(GOODBYE, idle.connection.quit()).await;
        }
    }

    /// Drops connections that have been idle for too long.
    pub fn prune(&self) {
        self.idle().retain(|idle| idle.since.elapsed() < KEPT_FOR);
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let connected = tokio::time::timeout(self.timeout, self.server.connect()).await;
        connected.unwrap_or_else(|_| {
            let reason = "no connection to the mail server: it did not answer in time";
            Err(SendError::unavailable(reason))
        })
    }

    /// Sends a message over a connection, and keeps the connection if it can be used again.
    async fn transact(
        &self,
        mut connection: AsyncSmtpConnection,
        message: &lettre::Message,
    ) -> Result<(), Failure> {
        let run = transaction::run(&mut connection, message);
        let outcome = tokio::time::timeout(self.timeout, run).await;
        let outcome = outcome.unwrap_or_else(|_| {
            let reason = "the mail server did not answer in time";
            Err(Failure::Broken(SendError::no_answer(reason)))
        });
        let is_usable = match &outcome {
            Ok(()) | Err(Failure::Unsupported(_)) => true,
            Err(Failure::Refused(_)) => {
                let reset = tokio::time::timeout(GOODBYE, transaction::reset(&mut connection));
                reset.await.unwrap_or(false)
            }
            Err(Failure::Unheard(_) | Failure::Broken(_)) => false,
        };
        if is_usable {
            let since = Instant::now();
            self.idle().push(Idle { connection, since });
        }
        outcome
    }

    async fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let newest = self.idle().pop()?;
            let (mut connection, idle_for) = (newest.connection, newest.since.elapsed());
            if idle_for < FRESH {
                return Some(connection);
            }
            let lives = tokio::time::timeout(GOODBYE, connection.test_connected());
            if idle_for < KEPT_FOR && lives.await.unwrap_or(false) {
                return Some(connection);
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
