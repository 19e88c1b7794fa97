//! What a mail is about. An outbox row keeps this as JSON, so nothing in here is a secret: the
//! token of a link is made at the moment of sending.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

/// A mail, as an outbox row holds it: `{"kind": "INVITATION", …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailContent {
    /// Asks somebody without an account to join.
    Invitation(Invitation),
    /// Tells the owner of an account that they are in one more workspace.
    Added(Added),
    /// Lets the owner of an account choose a new password.
    PasswordReset(PasswordReset),
    /// Tells the owner of an account that its password was changed.
    PasswordChanged(PasswordChanged),
    /// Tells an inviter that their invitee asks for a new link.
    InvitationRequested(InvitationRequested),
}

/// A workspace, and the role that the recipient has or would have in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkspaceRole {
    /// The name of the workspace.
    pub name: String,
    /// The role as people read it: `Gateway Operator`.
    pub role: String,
}

/// Asks somebody without an account to join one or more workspaces. Needs a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// How to address the invitee, where the inviter typed a name.
    pub name: Option<String>,
    /// Who invites.
    pub inviter_name: String,
    /// Where to ask back.
    pub inviter_email: String,
    /// What the one link accepts; never empty.
    pub workspaces: Vec<WorkspaceRole>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// Tells the owner of an account that an admin made them a member, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Added {
    /// How to address the new member.
    pub name: Option<String>,
    /// The admin's name.
    pub added_by: String,
    /// Where they are a member now; never empty.
    pub workspaces: Vec<WorkspaceRole>,
}

/// Lets the owner of an account choose a new password. Needs a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PasswordReset {
    /// How to address the owner.
    pub name: Option<String>,
    /// Who asked for it.
    pub requested_by: RequestedBy,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// Who asked for a password reset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestedBy {
    /// Whoever typed the address on the sign-in page.
    SelfService,
    /// An admin of one of the owner's workspaces.
    Admin {
        /// The admin's name.
        name: String,
        /// The name of the workspace.
        workspace: String,
    },
}

/// Tells the owner of an account that its password was changed and every session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PasswordChanged {
    /// How to address the owner.
    pub name: Option<String>,
    /// When it was changed.
    pub at: DateTime<Utc>,
}

/// Tells an inviter that somebody with an expired link asks for a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvitationRequested {
    /// How to address the inviter.
    pub name: Option<String>,
    /// Whose invitation expired.
    pub invitee_email: String,
    /// The names of the workspaces that it was for; never empty.
    pub workspaces: Vec<String>,
    /// The name in URLs of the workspace whose team page the mail points to.
    pub slug: Option<String>,
}

/// The pages that open with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPage {
    /// Shows an invitation and accepts it.
    AcceptInvitation,
    /// Takes a new password.
    ResetPassword,
    /// Where the first workspace and admin of an empty installation are set up.
    SetUp,
}

impl LinkPage {
    /// Its path below the public URL.
    pub fn path(self) -> &'static str {
        match self {
            LinkPage::AcceptInvitation => "accept-invitation",
            LinkPage::ResetPassword => "reset-password",
            LinkPage::SetUp => "setup",
        }
    }
}

impl MailContent {
    /// The page whose link the mail carries; `None` where it needs no token.
    pub fn page(&self) -> Option<LinkPage> {
        match self {
            MailContent::Invitation(_) => Some(LinkPage::AcceptInvitation),
            MailContent::PasswordReset(_) => Some(LinkPage::ResetPassword),
            MailContent::Added(_)
            | MailContent::PasswordChanged(_)
            | MailContent::InvitationRequested(_) => None,
        }
    }

    /// The kind as outbox rows and logs name it, the same as in the JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            MailContent::Invitation(_) => "INVITATION",
            MailContent::Added(_) => "ADDED",
            MailContent::PasswordReset(_) => "PASSWORD_RESET",
            MailContent::PasswordChanged(_) => "PASSWORD_CHANGED",
            MailContent::InvitationRequested(_) => "INVITATION_REQUESTED",
        }
    }

    /// The page of the console, below the public URL, that a mail without a token points to.
    pub(super) fn console_path(&self) -> String {
        match self {
            MailContent::InvitationRequested(InvitationRequested {
                slug: Some(slug), ..
            }) => {
                format!("w/{slug}/team")
            }
            _ => String::new(),
        }
    }
}

/// The link to a page, with the token behind `#`, where no server log, proxy or `Referer` sees it.
/// The public URL may have a path of its own.
pub fn link(public_url: &Url, page: LinkPage, token: &SecretString) -> SecretString {
    link_to(public_url, page.path(), token)
}

/// The link by which the terminal opens the mailbox: as [`link`], with the token behind `#`.
pub fn mailbox_link(public_url: &Url, token: &SecretString) -> SecretString {
    link_to(public_url, "mailbox", token)
}

fn link_to(public_url: &Url, path: &str, token: &SecretString) -> SecretString {
    let mut url = page_url(public_url, path);
    url.set_fragment(Some(&format!("token={}", token.expose_secret())));
    String::from(url).into()
}

/// The address of a page below the public URL, whether or not that ends in a slash.
pub(super) fn page_url(public_url: &Url, path: &str) -> Url {
    let mut url = public_url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&format!(
        "{}/{path}",
        public_url.path().trim_end_matches('/')
    ));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_path_of_the_public_url() {
        let token = SecretString::from("Abc-_9");
        let to = |base: &str| {
            let base = Url::parse(base).unwrap();
            link(&base, LinkPage::AcceptInvitation, &token)
                .expose_secret()
                .to_owned()
        };
        assert_eq!(
            to("https://tv.example"),
            "https://tv.example/accept-invitation#token=Abc-_9"
        );
        for base in [
            "https://tv.example/gate/team",
            "https://tv.example/gate/team/?x=1#y",
        ] {
            assert_eq!(
                to(base),
                "https://tv.example/gate/team/accept-invitation#token=Abc-_9"
            );
        }
    }
}
