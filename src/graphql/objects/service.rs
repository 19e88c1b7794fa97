use crate::App;
use crate::account::setup;
use crate::graphql::error::Result;
use async_graphql::SimpleObject;

/// What a client should know of this installation before anybody signs in.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceInfo {
    /// The version of the program.
    version: &'static str,
    /// Where people reach this installation, as the setting `TOKENVUE_PUBLIC_URL` says: links in mails
    /// lead there, and the session cookie is made for it. A page that was opened under another
    /// address can tell so.
    public_url: String,
    /// Whether mails leave the machine. Where not, they are kept in the local mailbox page, and
    /// nobody gets an invitation or reset by mail.
    sends_mail: bool,
    /// Whether the first workspace and admin are still to be set up.
    needs_set_up: bool,
    /// The shortest password, in characters.
    password_min_length: i32,
}

impl ServiceInfo {
    /// Reads it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(app: &App) -> Result<ServiceInfo> {
        Ok(ServiceInfo {
            version: env!("CARGO_PKG_VERSION"),
            public_url: app.config.public_url().origin().ascii_serialization(),
            sends_mail: app.sends_mail(),
            needs_set_up: setup::is_open(&app.db).await?,
            password_min_length: i32::from(app.config.password_min_length),
        })
    }
}
