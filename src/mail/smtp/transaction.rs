//! One mail over one connection (RFC 5321, section 3.3). The meaning of a rejection depends on the
//! step.

use super::reason::SendError;
use super::reply::Step;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};

/// How an unsuccessful transaction ended.
pub(super) enum Failure {
    /// The connection ended before the server accepted the sender: it knows nothing of the mail.
    Unheard(SendError),
    /// The server answered; the connection can be used for another mail.
    Refused(SendError),
    /// The connection broke during the transaction.
    Broken(SendError),
    /// The mail needs an extension that the server does not support; nothing was sent.
    Unsupported(SendError),
}

impl Failure {
    /// Returns why the mail was not accepted.
    pub(super) fn into_reason(self) -> SendError {
        match self {
            Failure::Unheard(reason)
            | Failure::Refused(reason)
            | Failure::Broken(reason)
            | Failure::Unsupported(reason) => reason,
        }
    }
}

/// Sends a message.
///
/// # Errors
/// A [`Failure`]: why the mail was not accepted, and whether the connection can be used again.
pub(super) async fn run(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<(), Failure> {
    let content = String::from_utf8(message.formatted())
        .map_err(|_| Failure::Unsupported(SendError::permanent("the mail could not be built")))?;
    let parameters = parameters(connection, message, &content).map_err(Failure::Unsupported)?;
    let sender = message.envelope().from().cloned();
    let answer = connection.command(Mail::new(sender, parameters)).await;
    answer.map_err(|error| match failed(Step::Sender, &error) {
        Failure::Broken(reason) => Failure::Unheard(reason),
        refused => refused,
    })?;
    for recipient in message.envelope().to() {
        let answer = connection
            .command(Rcpt::new(recipient.clone(), vec![]))
            .await;
        answer.map_err(|error| failed(Step::Recipient, &error))?;
    }
    let answer = connection.command(Data).await;
    answer.map_err(|error| failed(Step::Content, &error))?;
    let answer = connection.command(transmitted(&content)).await;
    answer.map_err(|error| failed(Step::Content, &error))?;
    Ok(())
}

/// Returns the content as it is transmitted (RFC 5321, section 4.5.2), to be written at once. lettre
/// writes the end separately, so the network stack would hold it until the rest is acknowledged,
/// which a server may delay by 40 ms.
fn transmitted(content: &str) -> String {
    let dot = if content.starts_with('.') { "." } else { "" };
    let lines = content.replace("\r\n.", "\r\n..");
    format!("{dot}{lines}\r\n.\r\n")
}

/// Ends a rejected transaction. Returns whether the connection can be used again.
pub(super) async fn reset(connection: &mut AsyncSmtpConnection) -> bool {
    connection.command(Rset).await.is_ok()
}

fn failed(step: Step, error: &Error) -> Failure {
    let reason = SendError::of_send(step, error);
    match error.status().map(u16::from) {
        // 421: the server closes the connection.
        None | Some(421) => Failure::Broken(reason),
        Some(_) => Failure::Refused(reason),
    }
}

/// Returns the MAIL parameters of a message that is not all ASCII (RFC 6152, RFC 6531).
fn parameters(
    connection: &AsyncSmtpConnection,
    message: &Message,
    content: &str,
) -> Result<Vec<MailParameter>, SendError> {
    let offers = |extension| connection.server_info().supports_feature(extension);
    let is_ascii = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut parameters = Vec::new();
    if !message.envelope().to().iter().all(is_ascii) {
        if !offers(Extension::SmtpUtfEight) {
            return Err(SendError::permanent(
                "the part of the address before @ is not ASCII, and the mail server does not support that (SMTPUTF8)",
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !content.is_ascii() {
        if !offers(Extension::EightBitMime) {
            return Err(SendError::permanent(
                "the mail is not ASCII, and the mail server does not support that (8BITMIME)",
            ));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_with_a_dot_are_stuffed() {
        assert_eq!(
            transmitted("a\r\n.\r\n..b\r\n"),
            "a\r\n..\r\n...b\r\n\r\n.\r\n"
        );
        assert_eq!(transmitted(".a"), "..a\r\n.\r\n");
    }
}
