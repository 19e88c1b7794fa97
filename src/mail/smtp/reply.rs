//! Classifies negative replies of the mail server: whether they concern the recipient, a temporary
//! condition, or the sender. Class and subject of the enhanced status code decide (RFC 3463,
//! section 3). Without one, the reply code and the step of the transaction do (RFC 5321, sections
//! 3.3 and 4.2).

/// The step of a transaction that a reply answers (RFC 5321, section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `MAIL FROM`: the server knows only the sender.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, and the end of the message.
    Content,
}

/// The meaning of a negative reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The recipient or this message is rejected permanently.
    Final,
    /// This message may be accepted later.
    Later,
    /// The server rejects every mail from this sender.
    RefusesUs,
    /// The server rejects the mail because of a policy. This usually concerns the sender, but may
    /// concern this recipient or message.
    Policy,
    /// The server is temporarily unavailable.
    Unavailable,
}

/// Returns the meaning of a negative reply. `text` is the text after the reply code.
pub(super) fn meaning(step: Step, code: u16, text: &str) -> Meaning {
    match code {
        // The server closes the session (RFC 5321, section 3.8).
        421 => Meaning::Unavailable,
        400..=499 if step == Step::Sender => Meaning::Unavailable,
        400..=499 => Meaning::Later,
        // Protocol errors, a server that accepts no mail (RFC 7504), missing authentication or
        // encryption (RFC 4954, section 6): a wrong setting of this program or the server.
        500 | 502..=504 | 521 | 525 | 530 | 534 | 535 | 538 => Meaning::RefusesUs,
        _ => match enhanced(text) {
            Some(status) => of_status(step, code, status),
            None => of_code(step, code),
        },
    }
}

/// Parses subject and detail of an enhanced status code, at the start of a reply (RFC 2034) or in
/// brackets, as in qmail's `sorry, no mailbox here by that name. (#5.1.1)`.
pub(super) fn enhanced(text: &str) -> Option<(u16, u16)> {
    let first = text.split_whitespace().next().and_then(parse_status);
    first.or_else(|| parse_status(text.split_once("(#")?.1.split_once(')')?.0))
}

fn parse_status(word: &str) -> Option<(u16, u16)> {
    let mut parts = word.split('.').map(|part| {
        let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    });
    let (class, subject, detail): (u16, u16, u16) =
        (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && matches!(class, 4 | 5)).then_some((subject, detail))
}

fn of_status(step: Step, code: u16, status: (u16, u16)) -> Meaning {
    match status {
        // Addresses that need SMTPUTF8 (RFC 6531), and messages that are too long.
        (6, _) | (3, 4) => Meaning::Final,
        _ if step == Step::Sender => Meaning::RefusesUs,
        // The sender's address: its mailbox (X.1.7) or domain (X.1.8).
        (1, 7 | 8) => Meaning::RefusesUs,
        // The recipient's address or mailbox.
        (1 | 2, _) => Meaning::Final,
        // The state of the recipient's system; directory failures and congestion on the route to
        // it.
        (3, _) | (4, 3 | 5) => Meaning::Later,
        (4, _) => Meaning::Final,
        // Some servers reply `550 5.5.0` for a mailbox that does not exist.
        (5, _) if matches!(code, 550..=553) => Meaning::Final,
        (5 | 7, _) => Meaning::Policy,
        _ => of_code(step, code),
    }
}

fn of_code(step: Step, code: u16) -> Meaning {
    match (step, code) {
        (Step::Sender, _) => Meaning::RefusesUs,
        // 556: the recipient's domain accepts no mail (RFC 7504).
        (Step::Recipient, 501 | 550..=553 | 556) | (Step::Content, 552) => Meaning::Final,
        _ => Meaning::Policy,
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Content, Recipient, Sender};
    use super::*;

    fn check(expected: Meaning, replies: &[(Step, u16, &str)]) {
        for &(step, code, text) in replies {
            let found = meaning(step, code, text);
            assert_eq!(found, expected, "{step:?} {code} {text}");
        }
    }

    #[test]
    fn rejected_recipient_or_message_is_final() {
        let replies = [
            (Recipient, 550, "5.1.1 No such mailbox"),
            (Recipient, 501, "5.1.3 Bad address syntax"),
            (Recipient, 556, "5.1.10 Recipient address has null MX"),
            (Recipient, 552, "5.2.2 Mailbox full"),
            (Recipient, 550, "5.4.1 Recipient address rejected"),
            (Recipient, 550, "5.5.0 Mailbox unavailable"),
            (Recipient, 550, "No such user here"),
            (Recipient, 550, "sorry, no mailbox here. (#5.1.1)"),
            (Content, 552, "5.3.4 Message too big"),
            (Content, 554, "5.6.0 Message cannot be parsed"),
            (Content, 552, "Message too big"),
            (Sender, 550, "5.6.7 SMTPUTF8 needed"),
        ];
        check(Meaning::Final, &replies);
    }

    #[test]
    fn policy_rejection_is_ambiguous() {
        let replies = [
            (Recipient, 554, "5.7.1 <bo@x.example>: Relay access denied"),
            (Recipient, 553, "sorry, not in my list (#5.7.1)"),
            (Recipient, 554, "Relay access denied"),
            (Content, 550, "5.7.26 Unauthenticated email is not accepted"),
            (Content, 550, "Message rejected"),
        ];
        check(Meaning::Policy, &replies);
    }

    #[test]
    fn rejected_sender_or_sign_in_concerns_every_mail() {
        let replies = [
            (Sender, 550, "5.7.0 Daily quota exceeded"),
            (Sender, 550, "Access denied"),
            (Sender, 530, "5.7.0 Authentication required"),
            (Recipient, 550, "5.1.8 Sender domain does not exist"),
            (Recipient, 501, "5.1.7 Bad sender address syntax"),
            (Recipient, 503, "5.5.1 Bad sequence of commands"),
        ];
        check(Meaning::RefusesUs, &replies);
    }

    #[test]
    fn temporary_failure_is_retried() {
        let replies = [
            (Recipient, 550, "5.3.2 System not accepting messages"),
            (Recipient, 451, "4.7.1 Greylisted"),
            (Content, 452, "4.3.1 Insufficient system storage"),
        ];
        check(Meaning::Later, &replies);
        let replies = [
            (Sender, 450, "4.7.1 Rate limited"),
            (Recipient, 421, "4.7.0 Too many messages, closing"),
        ];
        check(Meaning::Unavailable, &replies);
    }

    #[test]
    fn enhanced_status_has_three_numbers() {
        assert_eq!(
            enhanced("5.7.57 Client was not authenticated"),
            Some((7, 57))
        );
        for text in [
            "",
            "5.7 x",
            "5.1.1.20 refused",
            "2.1.5 x",
            "5.1.1111 x",
            "5..1 x",
            "x (#5.1",
        ] {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }
}
