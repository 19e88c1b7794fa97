//! Where the SMTP server is and how to connect to it.

use super::reason::SendError;
use super::url::{Security, SmtpConfigError, credentials, security, tls};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::path::Path;
use url::Url;

/// An SMTP server, and how to speak to it.
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.security)
    }
}

impl Server {
    /// Reads the URL that [`Smtp::from_url`](super::Smtp::from_url) describes.
    pub(super) fn from_url(
        url: &SecretString,
        ca_file: Option<&Path>,
    ) -> Result<Server, SmtpConfigError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| SmtpConfigError::Url)?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(SmtpConfigError::Url)?;
        let host = host.trim_matches(['[', ']']);
        // An unescaped # in a password cuts the URL there.
        if url.fragment().is_some() {
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
            hello: match url.path().trim_matches('/') {
                "" => ClientId::default(),
                name => ClientId::Domain(name.to_owned()),
            },
        })
    }

    /// Connects, encrypts and signs in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let implicit = (self.security == Security::Implicit).then(|| self.tls.clone());
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, implicit, None)
                .await
                .map_err(SendError::of_connect)?;
        let upgrade = match self.security {
            Security::None | Security::Implicit => false,
            Security::Opportunistic => connection.can_starttls(),
            Security::Required if connection.can_starttls() => true,
            Security::Required => {
                connection.abort().await;
                return Err(SendError::transient(
                    "the mail server offers no encryption (STARTTLS)",
                ));
            }
        };
        if upgrade {
            let upgraded = connection.starttls(self.tls.clone(), &self.hello).await;
            upgraded.map_err(SendError::of_connect)?;
        }
        if let Some(credentials) = &self.credentials {
            let signed_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            signed_in.map_err(SendError::of_sign_in)?;
        }
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Server, SmtpConfigError> {
        Server::from_url(&url.to_owned().into(), None)
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
        let server = read("smtps://us%40er:p%3Ass%2F@mail.example/console.example").unwrap();
        let credentials = Credentials::new("us@er".to_owned(), "p:ss/".to_owned());
        assert_eq!(server.credentials.as_ref(), Some(&credentials));
        assert_eq!(server.hello, ClientId::Domain("console.example".to_owned()));
        assert!(!format!("{server:?}").contains("p:ss"));
    }

    #[test]
    fn wrong_urls_are_explained_without_the_password() {
        for url in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:mail.example",
            "smtp://user:12#secret@mail.example",
            "smtp://user:12?secret@mail.example",
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
    fn a_ca_file_must_hold_certificates() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let url = SecretString::from("smtps://mail.example");
        assert!(matches!(
            Server::from_url(&url, Some(file.path())),
            Err(SmtpConfigError::CaFile { .. })
        ));
        let gone = Path::new("/nowhere/ca.pem");
        assert!(matches!(
            Server::from_url(&url, Some(gone)),
            Err(SmtpConfigError::CaFile { .. })
        ));
    }
}
