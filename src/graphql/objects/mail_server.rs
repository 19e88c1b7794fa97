use crate::App;
use crate::graphql::enums::MailServerState;
use crate::graphql::time::DateTime;
use async_graphql::SimpleObject;
use entity::mail_server::MailServerState as Stored;

/// The mail server of this installation.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailServer {
    /// Whether the mail server accepts emails.
    state: MailServerState,
    /// The problem, in a sentence with the server's reply code; `null` if the mail server accepts
    /// emails.
    reason: Option<String>,
    /// Since when the mail server has accepted no emails; `null` if it accepts them.
    since: Option<DateTime>,
    /// When the next attempt is made; `null` if the mail server accepts emails.
    next_attempt_at: Option<DateTime>,
}

impl MailServer {
    /// Returns the state last observed by the mail worker.
    pub fn of(app: &App) -> MailServer {
        let known = app.mail_server.get();
        let Some(known) = known.filter(|row| row.state != Stored::Accepts) else {
            return MailServer {
                state: if app.sends_mail() {
                    MailServerState::Accepts
                } else {
                    MailServerState::None
                },
                reason: None,
                since: None,
                next_attempt_at: None,
            };
        };
        MailServer {
            state: match known.state {
                Stored::Unavailable => MailServerState::Unavailable,
                Stored::Refuses | Stored::Accepts => MailServerState::Refuses,
            },
            reason: known.summary,
            since: known.since.map(DateTime),
            next_attempt_at: known.retry_at.map(DateTime),
        }
    }
}
