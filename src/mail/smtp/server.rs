//! The address of the SMTP server, and how to connect to it.

use super::hello;
use super::plaintext::Plaintext;
use super::reason::SendError;
use super::url::{Security, SmtpConfigError, credentials, security, tls};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// How long one address may take to accept a connection before the next one is tried.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one address may take to greet and to answer EHLO before the next one is tried.
const GREETING: Duration = Duration::from_secs(20);

/// An SMTP server and its settings.
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    /// The name in EHLO, if it is set.
    hello: Option<ClientId>,
    /// The address that answered last.
    last_good: Mutex<Option<SocketAddr>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.security)
    }
}

impl Server {
    /// Parses the URL that [`Smtp::new`](super::Smtp::new) describes.
    pub(super) fn from_url(
        url: &SecretString,
        ca_file: Option<&Path>,
        hello: Option<ClientId>,
    ) -> Result<Server, SmtpConfigError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| SmtpConfigError::Url)?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(SmtpConfigError::Url)?;
        let host = host.trim_matches(['[', ']']);
        // An unescaped `/`, `#`, or `?` in a password ends the host part of the URL.
        let has_login = url.query().is_some_and(|query| query.contains('@'));
        if url.fragment().is_some() || !matches!(url.path(), "" | "/") || has_login {
            return Err(SmtpConfigError::Url);
        }
        let security = security(&url, host)?;
        let credentials = credentials(&url)?;
        if security == Security::Opportunistic && credentials.is_some() {
            return Err(SmtpConfigError::Downgrade);
        }
        let default_port = match security {
            Security::None => 25,
            Security::Opportunistic | Security::Required => 587,
            Security::Implicit => 465,
        };
        Ok(Server {
            host: host.to_owned(),
            port: url.port().unwrap_or(default_port),
            security,
            tls: tls(host, ca_file)?,
            credentials,
            hello,
            last_good: Mutex::default(),
        })
    }

    /// Connects, encrypts, and authenticates.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let (mut connection, hello) = self.open_any().await?;
        let upgrade = match self.security {
            Security::None | Security::Implicit => false,
            Security::Opportunistic => connection.can_starttls(),
            Security::Required if connection.can_starttls() => true,
            Security::Required => {
                connection.abort().await;
                return Err(SendError::unavailable(
                    "the mail server offers no encryption (STARTTLS)",
                ));
            }
        };
        if upgrade {
            let upgraded = connection.starttls(self.tls.clone(), &hello).await;
            upgraded.map_err(|error| SendError::of_connect(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            let signed_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            signed_in.map_err(|error| SendError::of_sign_in(&error))?;
        }
        Ok(connection)
    }

    /// Opens a session at the first of the server's addresses that answers. Returns the EHLO name
    /// as well.
    async fn open_any(&self) -> Result<(AsyncSmtpConnection, ClientId), SendError> {
        self.open_first(&self.addresses().await?).await
    }

    async fn open_first(
        &self,
        addresses: &[SocketAddr],
    ) -> Result<(AsyncSmtpConnection, ClientId), SendError> {
        let mut failed = None;
        for &address in addresses {
            match self.open(address).await {
                Ok(opened) => {
                    *self
                        .last_good
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = Some(address);
                    return Ok(opened);
                }
                Err(error) => {
                    tracing::debug!(%address, %error, "an address of the mail server does not answer");
                    failed = Some(error);
                }
            }
        }
        Err(failed.unwrap_or_else(|| SendError::unavailable("the mail server has no address")))
    }

    /// Returns the server's addresses in the order to try them.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, SendError> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found = found.map_err(|error| {
            SendError::unavailable(format!(
                "the mail server's name cannot be resolved: {error}"
            ))
        })?;
        let last_good = *self
            .last_good
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(in_order(found, last_good))
    }

    /// Opens a session at one address: connects, waits for the greeting, and sends EHLO.
    async fn open(
        &self,
        address: SocketAddr,
    ) -> Result<(AsyncSmtpConnection, ClientId), SendError> {
        let hello = match &self.hello {
            Some(name) => name.clone(),
            None => hello::default_for(address).await,
        };
        let open = async {
            let opened = if self.security == Security::Implicit {
                let tls = Some(self.tls.clone());
                AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &hello, tls, None).await
            } else {
                let stream = Box::new(Plaintext::new(connect_tcp(address).await?));
                AsyncSmtpConnection::connect_with_transport(stream, &hello).await
            };
            opened.map_err(|error| SendError::of_connect(&error))
        };
        let opened = tokio::time::timeout(GREETING, open).await;
        let connection = opened.unwrap_or_else(|_| {
            let reason = "no connection to the mail server: it sent no greeting in time";
            Err(SendError::unavailable(reason))
        })?;
        Ok((connection, hello))
    }
}

async fn connect_tcp(address: SocketAddr) -> Result<TcpStream, SendError> {
    let connected = tokio::time::timeout(CONNECT, TcpStream::connect(address)).await;
    let reason = match connected {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "connection timed out".to_owned(),
    };
    Err(SendError::unavailable(format!(
        "no connection to the mail server: {reason}"
    )))
}

/// Sorts the addresses in the order to try them: first the one that answered last, then in the
/// order of the resolver (RFC 6724), alternating between address families, so that a family without
/// a route does not use up the time (RFC 8305, section 4).
fn in_order(
    found: impl Iterator<Item = SocketAddr>,
    last_good: Option<SocketAddr>,
) -> Vec<SocketAddr> {
    let found: Vec<_> = found.collect();
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<SocketAddr>, VecDeque<SocketAddr>) = found
        .iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut order: Vec<_> = last_good
        .into_iter()
        .filter(|good| found.contains(good))
        .collect();
    while !first.is_empty() || !second.is_empty() {
        order.extend(first.pop_front());
        order.extend(second.pop_front());
    }
    let mut seen = HashSet::new();
    order.retain(|address| seen.insert(*address));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Server, SmtpConfigError> {
        Server::from_url(&url.to_owned().into(), None, None)
    }

    #[test]
    fn encryption_and_port_follow_from_the_url() {
        for (url, expected) in [
            ("smtp://mail.example", "mail.example:587 (Required)"),
            (
                "smtp://mail.example:25?tls=opportunistic",
                "mail.example:25 (Opportunistic)",
            ),
            ("smtp://mail.example?tls=none", "mail.example:25 (None)"),
            ("smtps://mail.example", "mail.example:465 (Implicit)"),
            ("smtp://localhost:1025", "localhost:1025 (None)"),
            ("smtp://127.0.0.1?tls=required", "127.0.0.1:587 (Required)"),
            ("smtp://[::1]:2525", "::1:2525 (None)"),
        ] {
            assert_eq!(format!("{:?}", read(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_never_shown() {
        let server = read("smtps://us%40er:p%3Ass%2F@mail.example/").unwrap();
        let credentials = Credentials::new("us@er".to_owned(), "p:ss/".to_owned());
        assert_eq!(server.credentials.as_ref(), Some(&credentials));
        assert!(!format!("{server:?}").contains("p:ss"));
    }

    #[test]
    fn invalid_url_errors_omit_the_password() {
        for url in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:mail.example",
            "smtp://user:12#secret@mail.example",
            "smtp://user:12?secret@mail.example",
            "smtp://mail.example/secret",
            "smtp://user:12/secret@mail.example",
            "smtp://user@mail.example",
            "smtp://:secret@mail.example",
            "smtp://u:secret%ff@mail.example",
            "smtp://mail.example?tls=maybe",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?tsl=none",
            "smtp://u:secret@mail.example?tls=opportunistic",
        ] {
            let message = read(url).err().map(|e| format!("{e} {e:?}"));
            assert!(message.is_some_and(|m| !m.contains("secret")), "{url}");
        }
    }

    #[test]
    fn ca_file_must_contain_certificates() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let url = SecretString::from("smtps://mail.example");
        assert!(matches!(
            Server::from_url(&url, Some(file.path()), None),
            Err(SmtpConfigError::CaFile { .. })
        ));
        let gone = Path::new("/nowhere/ca.pem");
        assert!(matches!(
            Server::from_url(&url, Some(gone), None),
            Err(SmtpConfigError::CaFile { .. })
        ));
    }

    #[test]
    fn address_families_alternate_after_the_last_good_address() {
        let v4 = |n: u8| SocketAddr::from(([192, 0, 2, n], 25));
        let v6 = |n: u16| SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, n], 25));
        let found = [v6(1), v6(2), v6(3), v4(1), v4(2), v4(1)];
        assert_eq!(
            in_order(found.into_iter(), None),
            [v6(1), v4(1), v6(2), v4(2), v6(3)]
        );
        assert_eq!(
            in_order(found.into_iter(), Some(v4(2))),
            [v4(2), v6(1), v4(1), v6(2), v6(3)]
        );
        assert_eq!(in_order([v4(1)].into_iter(), Some(v4(9))), [v4(1)]);
    }

    /// Accepts connections without answering, like a host that drops packets: its accept queue is
    /// full.
    async fn black_hole() -> (tokio::net::TcpListener, Vec<TcpStream>) {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        let moment = Duration::from_millis(200);
        while let Ok(stream) = tokio::time::timeout(moment, TcpStream::connect(address)).await {
            queued.push(stream.unwrap());
        }
        (listener, queued)
    }

    #[tokio::test]
    async fn unresponsive_addresses_are_skipped() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (hole, _queued) = black_hole().await;
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let refusing = gone.local_addr().unwrap();
        drop(gone);
        let answering = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = answering.local_addr().unwrap();
        let session = tokio::spawn(async move {
            let (mut stream, _) = answering.accept().await.unwrap();
            stream
                .write_all(b"220 mail.example ESMTP\r\n")
                .await
                .unwrap();
            let mut said = [0; 5];
            stream.read_exact(&mut said).await.unwrap();
            stream.write_all(b"250 mail.example\r\n").await.unwrap();
            said
        });
        let server = read("smtp://mail.example?tls=none").unwrap();
        let order = [hole.local_addr().unwrap(), refusing, good];
        let opened = server.open_first(&order).await;
        assert!(opened.is_ok());
        assert_eq!(&session.await.unwrap(), b"EHLO ");
        assert_eq!(*server.last_good.lock().unwrap(), Some(good));
    }
}
