//! Email addresses: stored as typed, compared in one normal form.

use crate::error::{Problem, ProblemCode};
use std::str::FromStr as _;
use unicode_normalization::UnicodeNormalization as _;

/// The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3, less the angle brackets), in bytes.
const MAX_BYTES: usize = 254;

/// An address that a mail can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    typed: String,
    key: String,
}

impl EmailAddress {
    /// Reads an address; blanks around it are dropped.
    ///
    /// # Errors
    /// `EmailInvalid` on the field `email` where it is no address.
    pub fn parse(text: &str) -> Result<EmailAddress, Problem> {
        let invalid = || {
            Problem::new(
                ProblemCode::EmailInvalid,
                &["email"],
                "This is not an email address. Write it like name@example.com.",
            )
        };
        if text.len() > 4 * MAX_BYTES {
            return Err(invalid());
        }
        let typed = text.trim();
        let odd = |c: char| {
            c.is_control() || c.is_whitespace() || matches!(c, '"' | '(' | '<' | '>' | '[')
        };
        if typed.len() > MAX_BYTES || typed.contains(odd) || typed.matches('@').count() != 1 {
            return Err(invalid());
        }
        lettre::Address::from_str(typed).map_err(|_| invalid())?;
        let key = key_of(typed).ok_or_else(invalid)?;
        Ok(EmailAddress {
            typed: typed.to_owned(),
            key,
        })
    }

    /// The address as it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The form in which addresses are compared: compatibility-composed (Unicode NFKC), lower
    /// case, the domain in its ASCII form (RFC 5891).
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The domain in ASCII.
    pub fn domain(&self) -> &str {
        self.key.rsplit('@').next().unwrap_or_default()
    }
}

fn key_of(address: &str) -> Option<String> {
    let composed: String = address.nfkc().collect();
    let (local, domain) = composed.rsplit_once('@')?;
    let local = settled(local.to_owned());
    let domain = idna::domain_to_ascii(domain).ok()?;
    // Composing can turn one character into several, blanks among them.
    let odd = |c: char| c == '@' || c.is_whitespace() || c.is_control();
    let usable = !local.is_empty() && !domain.is_empty() && !local.contains(odd);
    usable.then(|| format!("{local}@{domain}"))
}

/// Lower case in composed form. Lower-casing can decompose a letter and composing can bring up a
/// capital one, so both are repeated until nothing changes.
fn settled(text: String) -> String {
    let next: String = text.to_lowercase().nfkc().collect();
    if next == text { text } else { settled(next) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> String {
        EmailAddress::parse(text).unwrap().key().to_owned()
    }

    #[test]
    fn addresses_that_differ_in_case_or_form_are_one() {
        assert_eq!(key("Ana.Silva@Example.COM"), "ana.silva@example.com");
        assert_eq!(key("zoe\u{308}@example.com"), key("ZO\u{cb}@example.com"));
        assert_eq!(
            key("kai@M\u{fc}nchen.example"),
            "kai@xn--mnchen-3ya.example"
        );
        assert_eq!(key("  spaced@example.com\n"), "spaced@example.com");
    }

    #[test]
    fn an_address_is_kept_as_typed() {
        let address = EmailAddress::parse(" Ana.Silva@Example.COM ").unwrap();
        assert_eq!(address.typed(), "Ana.Silva@Example.COM");
        assert_eq!(address.domain(), "example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(300));
        let huge = "a".repeat(1_000_000);
        for text in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "a@b@c.example",
            "a b@example.com",
            "ana@exa mple.com",
            "\"ana\"@example.com",
            "ana@[127.0.0.1]",
            "ana@example.com\r\nBcc: x@y.example",
            "ana\0@example.com",
            &long,
            &huge,
        ] {
            let problem = EmailAddress::parse(text).unwrap_err();
            assert_eq!(problem.code, ProblemCode::EmailInvalid, "{text:.40}");
        }
    }

    proptest! {
        #[test]
        fn normalizing_twice_changes_nothing(text in "[\\w.+-]{1,12}@[a-zA-Z0-9äéß]{1,10}\\.[a-z]{2,4}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let again = EmailAddress::parse(address.key());
                prop_assert_eq!(again.map(|a| a.key), Ok(address.key));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = EmailAddress::parse(&text);
        }
    }
}
