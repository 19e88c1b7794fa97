//! Parsers of single values. Their messages describe the expected form and never repeat the value,
//! which may contain a secret.

use chrono::Duration;
use ipnet::IpNet;
use lettre::message::Mailbox;
use std::net::{IpAddr, SocketAddr};
use url::Url;

/// Parses a duration like `1h 30m`: more than zero, at most ten years.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = duration_or_none(text)?;
    if duration.is_zero() {
        return Err("must be more than zero".to_owned());
    }
    Ok(duration)
}

/// Parses a duration like `90s` or `0s`, at most ten years.
pub(super) fn duration_or_none(text: &str) -> Result<Duration, String> {
    let parsed = humantime::parse_duration(text).map_err(|_| "must be like 7d, 1h 30m or 90s")?;
    let longest = Duration::days(3650);
    let duration = Duration::from_std(parsed).ok().filter(|d| *d <= longest);
    duration.ok_or_else(|| "must be at most ten years".to_owned())
}

/// Parses the duration of a claim on a mail, which is renewed three times before it ends, over the
/// network.
pub(super) fn claim(text: &str) -> Result<Duration, String> {
    let range = Duration::seconds(3)..=Duration::minutes(10);
    let claim = Some(duration(text)?).filter(|claim| range.contains(claim));
    claim.ok_or_else(|| "must be between 3s and 10m".to_owned())
}

/// Parses the URL of this server. It has no path: cookies, links, and the console assume the root
/// of a host name.
pub(super) fn public_url(text: &str) -> Result<Url, String> {
    web_origin(text).map_err(|error| match error {
        NoOrigin::Path => "must have no path, like https://team.example.com: serve the program at \
            the root of a host name of its own"
            .to_owned(),
        other => other.to_string(),
    })
}

/// Parses a web origin (RFC 6454).
pub(super) fn origin(text: &str) -> Result<Url, String> {
    web_origin(text).map_err(|error| error.to_string())
}

/// Why a text is not a web origin.
#[derive(Debug, thiserror::Error)]
enum NoOrigin {
    #[error("must be like https://team.example.com")]
    Url,
    #[error("must not contain a user or password")]
    Login,
    #[error("must have no path, like https://team.example.com")]
    Path,
    #[error("must end after host and port, like https://team.example.com")]
    Rest,
}

fn web_origin(text: &str) -> Result<Url, NoOrigin> {
    let url = Url::parse(text).map_err(|_| NoOrigin::Url)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(NoOrigin::Url);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NoOrigin::Login);
    }
    if url.path() != "/" {
        return Err(NoOrigin::Path);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(NoOrigin::Rest);
    }
    Ok(url)
}

/// Parses an address and port to listen on.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "must be an address and a port, like 127.0.0.1:8080 or [::]:8080".to_owned())
}

/// Parses a network or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().map(|address: IpAddr| address.into());
    text.parse()
        .or_else(|_| address())
        .map_err(|_| "must be like 10.0.0.0/8 or 10.1.2.3".to_owned())
}

/// Parses the sender of mails.
pub(super) fn sender(text: &str) -> Result<Mailbox, String> {
    text.parse()
        .map_err(|_| "must be like TokenVue <team@example.com>".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_url_is_a_web_origin() {
        for (text, expected) in [
            ("https://team.example.com", Ok("https://team.example.com/")),
            ("https://team.example.com/", Ok("https://team.example.com/")),
            ("http://localhost:8080", Ok("http://localhost:8080/")),
            ("http://[::1]:8080/", Ok("http://[::1]:8080/")),
            ("https://x.example/team", Err("no path")),
            ("https://x.example/team/", Err("no path")),
            ("https://x.example//", Err("no path")),
            ("https://ana:hunter2@x.example", Err("user or password")),
            ("https://hunter2@x.example/team", Err("user or password")),
            ("https://x.example?hunter2", Err("end after host")),
            ("https://x.example/#hunter2", Err("end after host")),
            ("ftp://x.example", Err("https://team.example.com")),
            ("hunter2", Err("https://team.example.com")),
            ("", Err("https://team.example.com")),
        ] {
            let parsed = public_url(text);
            match (&parsed, expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected),
                (Err(error), Err(part)) => {
                    assert!(error.contains(part), "{text}: {error}");
                    assert!(!error.contains("hunter2"), "{text}: {error}");
                }
                _ => panic!("{text}: {parsed:?}"),
            }
        }
    }
}
