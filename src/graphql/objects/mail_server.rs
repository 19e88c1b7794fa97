use crate::App;
use crate::graphql::enums::MailServerState;
use crate::graphql::time::DateTime;
use async_graphql::SimpleObject;
use entity::mail_server::MailServerState as Stored;

/// How the mail server of this installation treats its mails.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailServer {
    /// Whether it takes them.
    state: MailServerState,
    /// What is wrong, in a sentence with the server's reply code; `null` while it takes mails.
    reason: Option<String>,
    /// Since when it has taken none; `null` while it takes mails.
    since: Option<DateTime>,
    /// When the next mail is tried; `null` while it takes mails.
    next_attempt_at: Option<DateTime>,
}

impl MailServer {
    /// Tells it as the mail worker last found it.
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
