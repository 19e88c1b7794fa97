//! Builds the internet message of a rendered mail (RFC 5322, RFC 2045).

use super::{SendError, SmtpConfigError};
use crate::email::{Domain, DomainScope};
use crate::mail::line::{one_line, short_line};
use crate::mail::render::RenderedMail;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use uuid::Uuid;

/// The maximum length of a display name in a header, in characters.
const MAX_NAME: usize = 100;
/// The automatic replies that Exchange must not send: all except non-delivery reports
/// ([MS-OXCMAIL]). Other servers follow `Auto-Submitted` (RFC 3834, section 5).
const SUPPRESSED: &str = "DR, RN, NRN, OOF, AutoReply";

/// Returns the sender in the form of headers.
///
/// # Errors
/// `SenderUnset` if the address belongs to this machine only, `Sender` if some servers would reject
/// it.
pub(super) fn sender(from: &Mailbox) -> Result<Mailbox, SmtpConfigError> {
    let email = address(from.email.as_ref()).filter(|email| AsRef::<str>::as_ref(email).is_ascii());
    let email = email.ok_or_else(|| SmtpConfigError::Sender(from.email.clone()))?;
    if matches!(email.domain(), "localhost" | "localhost.localdomain") {
        return Err(SmtpConfigError::SenderUnset(from.email.clone()));
    }
    let name = display_name(from.name.as_deref().unwrap_or_default());
    Ok(Mailbox::new(name, email))
}

/// Builds the message. Names are sanitized and never rejected, because only the address determines
/// the recipient.
///
/// # Errors
/// `Permanent` if the address is invalid.
pub(super) fn build(
    row: Uuid,
    from: &Mailbox,
    name: &str,
    email: &str,
    mail: &RenderedMail,
) -> Result<Message, SendError> {
    let not_an_address = || SendError::permanent("the recipient's address is not valid");
    let email = address(email).ok_or_else(not_an_address)?;
    let unbuildable = |_| SendError::permanent("the mail could not be built for this recipient");
    // With an explicit envelope, lettre does not derive it from the headers.
    let envelope =
        Envelope::new(Some(from.email.clone()), vec![email.clone()]).map_err(unbuildable)?;
    Message::builder()
        .envelope(envelope)
        .from(from.clone())
        .to(Mailbox::new(display_name(name), email))
        .subject(one_line(&mail.subject))
        .message_id(Some(format!("<{row}@{}>", from.email.domain())))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", SUPPRESSED))
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(unbuildable)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Returns the address with its domain in ASCII (RFC 5891), which every server understands, or
/// `None` for a quoted local part, which could contain spaces and brackets. The domain was checked
/// when the address was accepted.
fn address(text: &str) -> Option<Address> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>');
    let (local, domain) = text.rsplit_once('@').filter(|_| !text.contains(odd))?;
    let domain = Domain::parse(domain, DomainScope::Local)?;
    Address::new(local, domain.as_str()).ok()
}

/// Returns the name as one line of limited length: lettre panics on names with line breaks.
fn display_name(name: &str) -> Option<String> {
    Some(short_line(name, MAX_NAME)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::EmailAddress;
    use proptest::prelude::*;

    fn headers(name: &str, email: &str, subject: &str) -> Result<String, SendError> {
        let from = sender(&"TokenVue <team@tv.example>".parse().unwrap()).unwrap();
        let mail = RenderedMail {
            subject: subject.to_owned(),
            text: "text".to_owned(),
            html: "<p>html</p>".to_owned(),
            link: None,
        };
        let message = build(Uuid::nil(), &from, name, email, &mail)?;
        assert_eq!(message.envelope().to().len(), 1);
        let text = String::from_utf8(message.formatted()).unwrap();
        Ok(text.split_once("\r\n\r\n").unwrap().0.to_owned())
    }

    #[test]
    fn headers_describe_the_mail() {
        let headers = headers("Zoë", "zoe@münchen.example", "Hello").unwrap();
        for line in [
            "From: TokenVue <team@tv.example>",
            "To: =?utf-8?b?Wm/Dqw==?= <zoe@xn--mnchen-3ya.example>",
            "Message-ID: <00000000-0000-0000-0000-000000000000@tv.example>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",
            "Date: ",
            "Content-Type: multipart/alternative;",
        ] {
            assert!(
                headers.lines().any(|l| l.starts_with(line)),
                "{line} in {headers}"
            );
        }
    }

    #[test]
    fn sender_must_be_accepted_by_every_server() {
        let mailbox = |email: &str| Mailbox::new(Some("T\r\nV".to_owned()), email.parse().unwrap());
        assert!(sender(&mailbox("zoë@tv.example")).is_err_and(|e| !e.to_string().is_empty()));
        for unset in ["tokenvue@localhost", "root@LOCALHOST.localdomain"] {
            let error = sender(&mailbox(unset)).unwrap_err();
            assert!(matches!(error, SmtpConfigError::SenderUnset(_)), "{error}");
        }
        let from = sender(&mailbox("team@münchen.example")).unwrap();
        assert_eq!(from.to_string(), "T V <team@xn--mnchen-3ya.example>");
    }

    #[test]
    fn no_name_panics_or_forges_a_header() {
        let long = "x".repeat(10_000);
        let names = [
            "Ana\r\nBcc: eve@evil.example",
            "Ana\nBcc: eve@evil.example",
            "\rBcc: eve@evil.example",
            "A\0na",
            "",
            " ",
            "\r\n",
            "👩🏽‍🚀",
            "\u{202e}moc.live",
            "\"Ana\" <eve@evil.example>, x",
            "=?utf-8?q?=0D=0ABcc:_x?=",
            "Ana\u{7f}",
            &long,
        ];
        for name in names {
            let headers = headers(name, "ana@tv.example", name).unwrap();
            assert!(
                !headers.lines().any(|line| line.starts_with("Bcc")),
                "{headers}"
            );
            assert!(
                headers
                    .lines()
                    .filter(|line| line.starts_with("To: "))
                    .count()
                    == 1,
                "{headers}"
            );
            assert!(headers.contains("ana@tv.example"), "{headers}");
        }
    }

    #[test]
    fn invalid_address_fails_permanently() {
        let long = format!("{}@tv.example", "a".repeat(10_000));
        for email in [
            "",
            "ana",
            "@tv.example",
            "ana@",
            "a@b@tv.example",
            "ana@tv.example\r\nRCPT TO:<x@y.example>",
            "an\0a@tv.example",
            "\"a> b\"@tv.example",
            "ana@[127.0.0.1",
            "ana@127.0.0.1",
            "ana@tv.example/x",
            "ana@-.example",
            &long,
        ] {
            let refused = headers("Ana", email, "Hello");
            assert!(
                matches!(refused, Err(SendError::Permanent { .. })),
                "{email:.40}"
            );
        }
    }

    #[test]
    fn local_network_domain_is_accepted() {
        for email in ["root@localhost", "ana@[127.0.0.1]", "ana@[IPv6:::1]"] {
            let headers = headers("", email, "Hello").unwrap();
            assert!(headers.contains(&format!("To: {email}")), "{headers}");
        }
    }

    mod properties {
        use super::*;

        proptest! {
            /// A mail to an accepted address never fails permanently because of the address.
            #[test]
            fn every_accepted_address_can_be_sent_to(
                text in "([a-z0-9.+_'|/?-]|[äßЖא한]|\\p{L}|\\p{M}|\\PC){1,8}@(([a-z0-9.-]|[äß。]|\\p{L}|\\PC){1,12}|\\[(IPv6:)?[0-9a-f:.]{2,9}\\])(\\.[a-z]{2,4})?",
                plain in "[a-zäø.+-]{1,12}@[a-z0-9é-]{1,10}\\.[a-z]{2,4}",
            ) {
                for text in [text, plain] {
                    if let Ok(address) = EmailAddress::parse(&text, DomainScope::Local) {
                        let sent = headers("Ana", address.typed(), "Hello");
                        prop_assert!(sent.is_ok_and(|sent| sent.contains("To: ")), "{}", text);
                    }
                }
            }
        }
    }
}
