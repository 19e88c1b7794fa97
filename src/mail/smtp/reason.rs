//! Why a letter did not leave, in words that an admin may see.

use crate::mail::line::short_line;
use lettre::transport::smtp::Error;
use std::error::Error as _;

/// The longest quote from a server's reply, in characters.
const MAX_QUOTE: usize = 200;

/// A run of characters as long as this could be a token, or be made of one.
const TOKEN_LIKE: usize = 24;

/// Why a letter did not leave. Reasons are short and show no password, token or mail body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The recipient or the mail is refused: trying again is useless.
    #[error("{reason}")]
    Permanent {
        /// What happened, for an admin.
        reason: String,
    },
    /// Nothing is wrong with the mail: it may leave later, or once a setting is mended.
    #[error("{reason}")]
    Transient {
        /// What happened, for an admin.
        reason: String,
    },
}

impl SendError {
    pub(super) fn permanent(reason: impl Into<String>) -> SendError {
        SendError::Permanent {
            reason: reason.into(),
        }
    }

    pub(super) fn transient(reason: impl Into<String>) -> SendError {
        SendError::Transient {
            reason: reason.into(),
        }
    }

    /// No connection: never the mail's fault, whatever the server says.
    pub(super) fn of_connect(error: Error) -> SendError {
        SendError::transient(match error.status() {
            Some(_) => format!("the mail server does not take us: {}", quote(&error)),
            None if error.is_tls() => {
                format!("no secure connection to the mail server: {}", cause(&error))
            }
            None => format!("no connection to the mail server: {}", cause(&error)),
        })
    }

    /// Not signed in. The reply is not quoted: some servers repeat what they were sent.
    pub(super) fn of_sign_in(error: Error) -> SendError {
        SendError::transient(match error.status() {
            Some(code) => format!("the mail server refused our user or password ({code})"),
            None if error.is_client() => {
                "the mail server offers no way to sign in that we know".to_owned()
            }
            None => "the connection to the mail server broke while signing in".to_owned(),
        })
    }

    /// The mail was not taken. Replies 5yz are final (RFC 5321, 4.2.1), but for those about the
    /// conversation itself (4.2.2) and those that ask us to sign in or to encrypt first (RFC 4954,
    /// section 6): these follow from settings, ours or the server's.
    pub(super) fn of_send(error: Error) -> SendError {
        match error.status().map(u16::from) {
            Some(500 | 502..=504 | 530 | 534 | 535 | 538) => SendError::transient(format!(
                "the mail server does not work with our settings: {}",
                quote(&error)
            )),
            Some(500..) => SendError::permanent(format!(
                "the mail server refused the mail: {}",
                quote(&error)
            )),
            Some(_) => SendError::transient(format!(
                "the mail server asks to try later: {}",
                quote(&error)
            )),
            // The one thing that lettre itself refuses: all else we send is ASCII.
            None if error.is_client() => SendError::permanent(
                "the part of the address before @ is not ASCII, and the mail server does not support that (SMTPUTF8)",
            ),
            None => SendError::transient(format!(
                "the connection to the mail server broke: {}",
                cause(&error)
            )),
        }
    }
}

/// Code and text of a reply, without what could have come from the mail: servers that refuse a
/// message for a link in it like to quote the link.
fn quote(error: &Error) -> String {
    let code = error.status().map(u16::from).unwrap_or_default();
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    let words = text
        .split_whitespace()
        .map(|word| if is_safe(word) { word } else { "…" });
    short_line(
        &format!("{code} {}", words.collect::<Vec<_>>().join(" ")),
        MAX_QUOTE,
    )
}

fn is_safe(word: &str) -> bool {
    let of_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let longest = word
        .split(|c| !of_token(c))
        .map(str::len)
        .max()
        .unwrap_or_default();
    longest < TOKEN_LIKE && !word.contains("://") && !word.contains('#')
}

/// The innermost cause: `Connection refused`, `invalid peer certificate: UnknownIssuer`.
fn cause(error: &Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    short_line(&innermost.to_string(), MAX_QUOTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_could_hold_a_token_are_not_quoted() {
        for word in [
            "https://tv.example/x",
            "dG9rZW4tdG9rZW4tdG9rZW4tdG9rZW4",
            "a#b",
            "(https://x)",
            "token=dG9rZW4tdG9rZW4tdG9rZW4tdG9rZW4@x",
        ] {
            assert!(!is_safe(word), "{word}");
        }
        for word in [
            "5.1.1",
            "<ana.silva@example.com>:",
            "mailbox",
            "unavailable",
        ] {
            assert!(is_safe(word), "{word}");
        }
    }
}
