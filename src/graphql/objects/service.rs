use crate::App;
use crate::graphql::error::Result;
use crate::setup;
use async_graphql::SimpleObject;

/// Information about this installation, available before sign-in.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceInfo {
    /// The version of the server.
    version: &'static str,
    /// The public URL of this installation (setting `TOKENVUE_PUBLIC_URL`). Links in emails and the
    /// session cookie use it. A page opened at another address can warn about it.
    public_url: String,
    /// Whether emails are sent. If not, they are kept in the local mailbox, and nobody receives
    /// invitations or password resets.
    sends_mail: bool,
    /// Whether the first workspace and admin still have to be set up.
    needs_set_up: bool,
    /// The minimum password length in characters.
    password_min_length: i32,
}

impl ServiceInfo {
    /// Loads the information.
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
