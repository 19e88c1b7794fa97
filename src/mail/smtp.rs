//! Sends rendered letters over SMTP (RFC 5321), on connections that are kept and used again.

mod message;
mod reason;
mod server;
mod url;

pub use reason::SendError;
pub use url::SmtpConfigError;

use crate::mail::render::Rendered;
use lettre::message::Mailbox;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use secrecy::SecretString;
use server::Server;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use uuid::Uuid;

/// How many idle connections are kept.
const KEPT: usize = 4;

/// How long a connection is kept idle. Servers may end it after five minutes (RFC 5321, 4.5.3.2.7),
/// and many do after one.
const KEPT_FOR: Duration = Duration::from_secs(45);

/// An SMTP server and the connections to it.
///
/// The pool is not lettre's: that one takes a connection back whose send was cancelled half-way, and
/// the late answers are then read as answers to the next mail. Here, a connection is kept only after
/// a whole, successful send.
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
    /// Reads an SMTP URL; opens no connection yet.
    ///
    /// `smtp://` upgrades with STARTTLS and `smtps://` speaks TLS from the start:
    /// `smtp://user:password@host:port/ehlo-name?tls=required`. What is left out:
    /// - `tls` is `required`, but `none` for a server on this machine (`localhost`, `127.0.0.0/8`,
    ///   `::1`). `opportunistic` upgrades where the server offers it; `none` never does.
    /// - the port is 465 for `smtps`, 25 with `tls=none`, else 587.
    /// - user and password are percent-encoded; the EHLO name is this machine's host name.
    ///
    /// `ca_file` holds certificates (PEM) to trust besides the public ones, `from` is the sender,
    /// and `timeout` bounds a whole delivery from connecting on.
    ///
    /// # Errors
    /// [`SmtpConfigError`] says what is wrong, without the password.
    pub fn from_url(
        url: &SecretString,
        from: &Mailbox,
        ca_file: Option<&Path>,
        timeout: Duration,
    ) -> Result<Smtp, SmtpConfigError> {
        Ok(Smtp {
            server: Server::from_url(url, ca_file)?,
            from: message::sender(from)?,
            timeout,
            idle: Mutex::default(),
        })
    }

    /// Sends a letter to one person. `row` is the id of its outbox row: the Message-ID follows from
    /// it, so that a letter delivered twice can be recognised.
    ///
    /// # Errors
    /// `Permanent` where trying again is useless, `Transient` where it may help.
    pub async fn send(
        &self,
        row: Uuid,
        name: &str,
        email: &str,
        mail: &Rendered,
    ) -> Result<(), SendError> {
        let message = message::build(row, &self.from, name, email, mail)?;
        match tokio::time::timeout(self.timeout, self.deliver(&message)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(SendError::transient(
                "the mail server did not answer in time",
            )),
        }
    }

    /// Says goodbye on idle connections, for a clean stop.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().await);
        for mut idle in idle {
            // The connection is dropped either way; a server that hangs must not hold up the stop.
            let _ = tokio::time::timeout(Duration::from_secs(1), idle.connection.quit()).await;
        }
    }

    async fn deliver(&self, message: &lettre::Message) -> Result<(), SendError> {
        let mut connection = match self.take_idle().await {
            Some(connection) => connection,
            None => self.server.connect().await?,
        };
        let sent = connection
            .send(message.envelope(), &message.formatted())
            .await;
        sent.map_err(SendError::of_send)?;
        self.keep(connection).await;
        Ok(())
    }

    async fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let Idle {
                mut connection,
                since,
            } = self.idle.lock().await.pop()?;
            if since.elapsed() < KEPT_FOR && connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    async fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().await;
        if idle.len() < KEPT {
            let since = Instant::now();
            idle.push(Idle { connection, since });
        }
    }
}
