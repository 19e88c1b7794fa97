//! Parses the SMTP URL.

use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// What is wrong with the SMTP settings. No message contains the password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpConfigError {
    /// Not a URL, or one with another scheme.
    #[error(
        "the SMTP URL must look like smtp://user:password@host:587 or smtps://user:password@host:465; \
         percent-encode special characters in user and password (/ as %2F, # as %23, ? as %3F, @ as %40)"
    )]
    Url,
    /// An unknown parameter or value after `?`.
    #[error(
        "after ?, the SMTP URL may have only tls=required, tls=opportunistic or tls=none, and only with smtp://"
    )]
    Parameter,
    /// A user without a password, or bytes that are not UTF-8.
    #[error("the SMTP URL must have both user and password, percent-encoded, or neither")]
    Credentials,
    /// A password that an attacker on the network could make the client send unencrypted.
    #[error("with tls=opportunistic the password could travel unencrypted: use tls=required")]
    Downgrade,
    /// The file of trusted certificates cannot be used.
    #[error("{}: {reason}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The sender's address is the default, which belongs to this machine only.
    #[error(
        "set the sender that the mail server accepts, such as TokenVue <team@example.com>: {0} cannot be reached"
    )]
    SenderUnset(Address),
    /// The sender's address cannot be written in ASCII.
    #[error("{0} cannot be the sender of mails")]
    Sender(Address),
}

/// When to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// Never.
    None,
    /// With STARTTLS (RFC 3207), if the server offers it.
    Opportunistic,
    /// Always with STARTTLS.
    Required,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// Returns when to encrypt, from the scheme and `tls=`.
pub(super) fn security(url: &Url, host: &str) -> Result<Security, SmtpConfigError> {
    let parameters: Vec<_> = url.query_pairs().collect();
    let tls = match parameters.as_slice() {
        [] => None,
        [(name, value)] if name == "tls" => Some(value.as_ref()),
        _ => return Err(SmtpConfigError::Parameter),
    };
    match (url.scheme(), tls) {
        ("smtps", None) => Ok(Security::Implicit),
        ("smtp", None) if is_this_machine(host) => Ok(Security::None),
        ("smtp", None | Some("required")) => Ok(Security::Required),
        ("smtp", Some("opportunistic")) => Ok(Security::Opportunistic),
        ("smtp", Some("none")) => Ok(Security::None),
        ("smtp" | "smtps", Some(_)) => Err(SmtpConfigError::Parameter),
        _ => Err(SmtpConfigError::Url),
    }
}

fn is_this_machine(host: &str) -> bool {
    let loopback = |ip: IpAddr| ip.is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(loopback)
}

/// Returns user and password, decoded.
pub(super) fn credentials(url: &Url) -> Result<Option<Credentials>, SmtpConfigError> {
    let decode = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded
            .map(String::from)
            .map_err(|_| SmtpConfigError::Credentials)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(SmtpConfigError::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
    }
}

/// Returns the TLS settings: the public certificate authorities and those in the file are trusted.
pub(super) fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, SmtpConfigError> {
    let mut tls = TlsParameters::builder(host.to_owned());
    let Some(path) = ca_file else {
        return tls.build().map_err(|_| SmtpConfigError::Url);
    };
    let unusable = |reason: String| SmtpConfigError::CaFile {
        path: path.to_owned(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|cause| unusable(cause.to_string()))?;
    if !pem
        .windows(27)
        .any(|window| window == b"-----BEGIN CERTIFICATE-----")
    {
        return Err(unusable("it contains no PEM certificate".to_owned()));
    }
    let trusted = Certificate::from_pem(&pem).map_err(|cause| unusable(cause.to_string()))?;
    tls = tls.add_root_certificate(trusted);
    tls.build().map_err(|cause| unusable(cause.to_string()))
}
