//! Sends rendered mails over SMTP (RFC 5321), on connections that are kept and used again.

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

/// How long a server may take to answer what is asked between mails.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long a connection may be idle and still be used without asking whether it lives.
const FRESH: Duration = Duration::from_secs(2);

/// How long a connection is kept idle. Servers may end it after five minutes (RFC 5321, 4.5.3.2.7),
/// and many do after one.
const KEPT_FOR: Duration = Duration::from_secs(45);

/// What is needed to send.
#[derive(Clone, Debug)]
pub struct SmtpSettings<'a> {
    /// Where the server is: see [`Smtp::new`].
    pub url: &'a SecretString,
    /// Certificates (PEM) to trust besides the public ones.
    pub ca_file: Option<&'a Path>,
    /// The name to say in EHLO; by default this machine's, or an address literal.
    pub ehlo_name: Option<ClientId>,
    /// The sender of all mails.
    pub from: &'a Mailbox,
    /// How long a mail may take from the first command to the last answer. Connecting may take as
    /// long again.
    pub timeout: Duration,
}

/// An SMTP server and the connections to it.
///
/// The pool is not lettre's: that one takes a connection back whose send was cancelled half-way, and
/// the late answers are then read as answers to the next mail. Here, a connection is kept only after
/// a transaction that was answered to its end.
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
    /// Reads the settings; opens no connection yet.
    ///
    /// `smtp://` upgrades with STARTTLS and `smtps://` speaks TLS from the start:
    /// `smtp://user:password@host:port?tls=required`. What is left out:
    /// - `tls` is `required`, but `none` for a server on this machine (`localhost`, `127.0.0.0/8`,
    ///   `::1`). `opportunistic` upgrades where the server offers it; `none` never does.
    /// - the port is 465 for `smtps`, 25 with `tls=none`, else 587.
    /// - user and password are percent-encoded.
    ///
    /// # Errors
    /// [`SmtpConfigError`] says what is wrong, without the password.
    pub fn new(settings: &SmtpSettings<'_>) -> Result<Smtp, SmtpConfigError> {
        let hello = settings.ehlo_name.clone();
        Ok(Smtp {
            server: Server::from_url(settings.url, settings.ca_file, hello)?,
            from: message::sender(settings.from)?,
            timeout: settings.timeout,
            idle: Mutex::default(),
        })
    }

    /// Sends a mail to one person. `row` is the id of its outbox row: the Message-ID follows from
    /// it, so that a mail delivered twice can be recognized.
    ///
    /// # Errors
    /// [`SendError`] says whether trying again makes sense, and for which mails.
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
                // The server ended the connection while it was idle: it knows nothing of the mail.
                Err(Failure::Unheard(_)) => self.idle().clear(),
                outcome => return outcome.map_err(Failure::into_reason),
            }
        }
        let connection = self.connect().await?;
        let outcome = self.transact(connection, &message).await;
        outcome.map_err(Failure::into_reason)
    }

    /// Says goodbye on idle connections, for a clean stop.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for mut idle in idle {
            // The connection is dropped either way; a server that hangs must not hold up the stop.
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

    /// Sends a message over a connection, and keeps that where it can be used again.
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
