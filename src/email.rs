//! Email addresses: stored as typed, compared in a normalized form.

mod domain;

pub use domain::{Domain, DomainScope};

use crate::error::{Problem, ProblemCode};
use crate::text;
use std::str::FromStr as _;
use unicode_normalization::UnicodeNormalization as _;

/// The maximum length of an address in SMTP (RFC 5321, 4.5.3.1.3, without the angle brackets), in
/// bytes.
const MAX_BYTES: usize = 254;

/// An email address to which mail can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    typed: String,
    key: String,
    domain: Domain,
}

impl EmailAddress {
    /// Parses an address with a domain of a scope. Trims surrounding blanks.
    ///
    /// # Errors
    /// `EmailInvalid` on the field `email` if the text is not a dot-separated local part (RFC 5321,
    /// 4.1.2, with the letters of RFC 6531) and a [`Domain`], or if the local part has
    /// compatibility forms of letters (`ﬀ`): the person who reads the mail of one address would be
    /// taken for the owner of another.
    pub fn parse(text: &str, scope: DomainScope) -> Result<EmailAddress, Problem> {
        read(text, scope)
            .map_err(|message| Problem::new(ProblemCode::EmailInvalid, &["email"], message))
    }

    /// Returns the address as typed, in Unicode NFC (RFC 6532, 3.1). Mail is sent to this form.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns the form for comparisons: lower case, with the domain in ASCII (RFC 5891).
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

const NO_ADDRESS: &str = "This is not an email address. Write it like name@example.com.";

fn read(text: &str, scope: DomainScope) -> Result<EmailAddress, &'static str> {
    if text.len() > 4 * MAX_BYTES {
        return Err(NO_ADDRESS);
    }
    let typed: String = text.trim().nfc().collect();
    if typed.len() > MAX_BYTES || typed.contains(is_unprintable) {
        return Err(NO_ADDRESS);
    }
    let (local, host) = typed.split_once('@').ok_or(NO_ADDRESS)?;
    check_local_part(local)?;
    let Some(domain) = Domain::parse(host, scope) else {
        return Err(match Domain::parse(host, DomainScope::Local) {
            Some(_) => {
                "The part after the @ is not a domain of the internet. Write it like example.com."
            }
            None => NO_ADDRESS,
        });
    };
    let sent = format!("{local}@{}", domain.as_str());
    if sent.len() > MAX_BYTES || lettre::Address::from_str(&sent).is_err() {
        return Err(NO_ADDRESS);
    }
    Ok(EmailAddress {
        key: format!("{}@{}", lower(local), domain.as_str()),
        domain,
        typed,
    })
}

/// Returns whether a character is not allowed in an address: blanks, controls, invisible and
/// unassigned characters, and the quotes of local parts that could contain anything.
fn is_unprintable(c: char) -> bool {
    c.is_whitespace()
        || c == '"'
        || text::is_format_or_control(c)
        || text::is_ignorable(c)
        || text::is_unassigned(c)
}

fn check_local_part(local: &str) -> Result<(), &'static str> {
    if !local.nfkc().eq(local.chars()) {
        return Err(
            "This address has letters in a special form. Type it with ordinary letters, like \
             name@example.com.",
        );
    }
    let starts_with_mark = |part: &str| part.starts_with(text::is_mark);
    if local.split('.').any(starts_with_mark) {
        return Err(NO_ADDRESS);
    }
    Ok(())
}

/// Returns the text in lower case and NFC. Lower-casing can decompose a letter and composing can
/// produce an upper-case one, so both are repeated until nothing changes.
fn lower(text: &str) -> String {
    let next: String = text.to_lowercase().nfc().collect();
    if next == text { next } else { lower(&next) }
}

#[cfg(test)]
mod tests;
