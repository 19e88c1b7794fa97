//! Why a mail was not sent, in words that an admin may see.

use super::reply::{Meaning, Step, enhanced, meaning};
use crate::mail::line::short_line;
use lettre::transport::smtp::Error;
use std::error::Error as _;

/// The maximum length of a quote from a server's reply, in characters.
const MAX_QUOTE: usize = 200;

/// The length from which a run of characters could be a token or contain one.
const TOKEN_LIKE: usize = 24;

/// Why a mail was not sent. Reasons are short and contain no password, token, or mail body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The recipient or the mail is rejected permanently.
    #[error("{reason}")]
    Permanent {
        /// What happened, for an admin.
        reason: String,
    },
    /// The server asks to try this mail again later.
    #[error("{reason}")]
    Transient {
        /// What happened, for an admin.
        reason: String,
    },
    /// The server did not answer or closed the connection during this mail.
    #[error("{reason}")]
    NoAnswer {
        /// What happened, for an admin.
        reason: String,
    },
    /// The server rejects mail from this sender because of the address, a policy, a quota, or a
    /// setting.
    #[error("{}", .0.reason)]
    Refused(Refusal),
    /// The server cannot be reached or is temporarily unavailable.
    #[error("{reason}")]
    Unavailable {
        /// What happened, for an admin.
        reason: String,
        /// Whether the server answered that it cannot take this connection or mail now.
        busy: bool,
    },
}

/// A rejection that does not concern the recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What happened, for an admin of the workspace of the mail. May quote the recipient's address.
    pub reason: String,
    /// The same for everyone: quotes nothing of the server but its codes.
    pub summary: String,
    /// Whether it concerns every mail, whatever the recipient.
    pub concerns_all: bool,
}

impl SendError {
    pub(super) fn permanent(reason: impl Into<String>) -> SendError {
        SendError::Permanent {
            reason: reason.into(),
        }
    }

    pub(super) fn no_answer(reason: impl Into<String>) -> SendError {
        SendError::NoAnswer {
            reason: reason.into(),
        }
    }

    pub(super) fn unavailable(reason: impl Into<String>) -> SendError {
        SendError::Unavailable {
            reason: reason.into(),
            busy: false,
        }
    }

    fn busy(reason: String) -> SendError {
        SendError::Unavailable { reason, busy: true }
    }

    /// Returns a rejection that concerns every mail.
    pub(super) fn refused(reason: impl Into<String>) -> SendError {
        let reason = reason.into();
        SendError::Refused(Refusal {
            summary: reason.clone(),
            reason,
            concerns_all: true,
        })
    }

    /// Converts a failure to open a session, which is never the mail's fault.
    pub(super) fn of_connect(error: &Error) -> SendError {
        match error.status().map(u16::from) {
            Some(500..) => SendError::Refused(Refusal {
                reason: format!("the mail server rejected the connection: {}", quote(error)),
                summary: format!("the mail server rejected the connection: {}", codes(error)),
                concerns_all: true,
            }),
            Some(_) => SendError::busy(format!(
                "the mail server is temporarily unavailable: {}",
                quote(error)
            )),
            None if error.is_tls() => SendError::unavailable(format!(
                "no secure connection to the mail server: {}",
                cause(error)
            )),
            None => SendError::unavailable(format!(
                "no connection to the mail server: {}",
                cause(error)
            )),
        }
    }

    /// Converts a failed sign-in. The reply is not quoted, because some servers repeat the
    /// credentials.
    pub(super) fn of_sign_in(error: &Error) -> SendError {
        match error.status().map(u16::from) {
            Some(code @ 500..) => SendError::refused(format!(
                "the mail server rejected the user name or password ({code})"
            )),
            Some(code) => SendError::busy(format!(
                "the mail server cannot check the user name and password now ({code})"
            )),
            None if error.is_client() => {
                SendError::refused("the mail server offers no supported way to sign in")
            }
            None => {
                SendError::unavailable("the connection to the mail server broke while signing in")
            }
        }
    }

    /// Converts a failure at a step of the transaction.
    pub(super) fn of_send(step: Step, error: &Error) -> SendError {
        let Some(code) = error.status().map(u16::from) else {
            return SendError::no_answer(format!(
                "the connection to the mail server broke: {}",
                cause(error)
            ));
        };
        let reply = quote(error);
        match meaning(step, code, &text(error)) {
            Meaning::Final => {
                SendError::permanent(format!("the mail server refused the mail: {reply}"))
            }
            Meaning::Later => SendError::Transient {
                reason: format!("the mail server asks to try again later: {reply}"),
            },
            Meaning::Unavailable => {
                SendError::busy(format!("the mail server asks to try again later: {reply}"))
            }
            refused => SendError::Refused(Refusal {
                reason: format!("the mail server rejects mail from this sender: {reply}"),
                summary: format!(
                    "the mail server rejects mail from this sender: {}",
                    codes(error)
                ),
                concerns_all: refused == Meaning::RefusesUs,
            }),
        }
    }
}

/// Returns the text after the reply code, in all lines.
fn text(error: &Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

/// Returns the reply code and the enhanced status code, if there is one: `550 5.7.0`.
fn codes(error: &Error) -> String {
    let code = error.status().map(u16::from).unwrap_or_default();
    match enhanced(&text(error)) {
        Some((subject, detail)) => format!("{code} {}.{subject}.{detail}", code / 100),
        None => code.to_string(),
    }
}

/// Returns the code and text of a reply, without text that may come from the mail: servers that
/// reject a message because of a link often quote the link.
fn quote(error: &Error) -> String {
    let code = error.status().map(u16::from).unwrap_or_default();
    let text = text(error);
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

/// Returns the innermost cause: `Connection refused`, `invalid peer certificate: UnknownIssuer`.
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
    fn possible_tokens_are_not_quoted() {
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
