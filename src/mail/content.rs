//! The content of mails. Nothing in it is a secret: the token of a link is created when the mail is
//! sent.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

/// The content of a mail, tagged with its kind: `{"kind": "INVITATION", …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailContent {
    /// Invites a person without an account.
    Invitation(Invitation),
    /// Notifies the owner of an account that they were added to workspaces.
    Added(Added),
    /// Lets the owner of an account choose a new password.
    PasswordReset(PasswordReset),
    /// Notifies the owner of an account that the password was changed.
    PasswordChanged(PasswordChanged),
    /// Notifies an inviter that an invitee requests a new invitation.
    InvitationRequested(InvitationRequested),
}

/// A workspace, and the recipient's role in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkspaceRole {
    pub name: String,
    /// The display name of the role: `Gateway Operator`.
    pub role: String,
}

/// Invites a person without an account to one or more workspaces. Needs a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// The invitee's name, if the inviter entered one.
    pub name: Option<String>,
    /// The inviter's name.
    pub inviter_name: String,
    /// The inviter's email address, for questions.
    pub inviter_email: String,
    /// The workspaces that the link accepts; never empty.
    pub workspaces: Vec<WorkspaceRole>,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
}

/// Notifies the owner of an account that an admin added them to workspaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Added {
    /// The name of the new member.
    pub name: Option<String>,
    /// The admin's name.
    pub added_by: String,
    /// The new workspaces; never empty.
    pub workspaces: Vec<WorkspaceRole>,
}

/// Lets the owner of an account choose a new password. Needs a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PasswordReset {
    /// The owner's name.
    pub name: Option<String>,
    /// Who requested the reset.
    pub requested_by: RequestedBy,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
}

/// Who requested a password reset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestedBy {
    /// A visitor who entered the address on the sign-in page.
    SelfService,
    /// An admin of one of the owner's workspaces.
    Admin { name: String, workspace: String },
}

/// Notifies the owner of an account that the password was changed and all sessions were ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PasswordChanged {
    /// The owner's name.
    pub name: Option<String>,
    /// When the password was changed.
    pub at: DateTime<Utc>,
}

/// Notifies an inviter that an invitee with an expired link requests a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvitationRequested {
    /// The inviter's name.
    pub name: Option<String>,
    /// The email address of the invitee.
    pub invitee_email: String,
    /// The names of the workspaces of the invitation; never empty.
    pub workspaces: Vec<String>,
    /// The slug of the workspace whose team page the mail links to.
    pub slug: Option<String>,
}

/// A page that is opened with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPage {
    /// Shows an invitation and accepts it.
    AcceptInvitation,
    /// Sets a new password.
    ResetPassword,
    /// Sets up the first workspace and admin of an empty installation.
    SetUp,
}

impl LinkPage {
    /// Returns the path relative to the public URL.
    pub fn path(self) -> &'static str {
        match self {
            LinkPage::AcceptInvitation => "accept-invitation",
            LinkPage::ResetPassword => "reset-password",
            LinkPage::SetUp => "setup",
        }
    }
}

impl MailContent {
    /// Returns the page that the mail links to, or `None` if the mail needs no token.
    pub fn page(&self) -> Option<LinkPage> {
        match self {
            MailContent::Invitation(_) => Some(LinkPage::AcceptInvitation),
            MailContent::PasswordReset(_) => Some(LinkPage::ResetPassword),
            MailContent::Added(_)
            | MailContent::PasswordChanged(_)
            | MailContent::InvitationRequested(_) => None,
        }
    }

    /// Returns the kind of the mail in outbox rows and logs, as in the JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            MailContent::Invitation(_) => "INVITATION",
            MailContent::Added(_) => "ADDED",
            MailContent::PasswordReset(_) => "PASSWORD_RESET",
            MailContent::PasswordChanged(_) => "PASSWORD_CHANGED",
            MailContent::InvitationRequested(_) => "INVITATION_REQUESTED",
        }
    }

    /// Returns the path of the console page that a mail without a token links to.
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

/// Returns the link to a page. The token follows `#`, so no server log, proxy, or `Referer`
/// contains it. The public URL may have a path.
pub fn link(public_url: &Url, page: LinkPage, token: &SecretString) -> SecretString {
    link_to(public_url, page.path(), token)
}

/// Returns the link to the mailbox that is printed at startup. The token follows `#`, as in
/// [`link`].
pub fn mailbox_link(public_url: &Url, token: &SecretString) -> SecretString {
    link_to(public_url, "mailbox", token)
}

fn link_to(public_url: &Url, path: &str, token: &SecretString) -> SecretString {
    let mut url = page_url(public_url, path);
    url.set_fragment(Some(&format!("token={}", token.expose_secret())));
    String::from(url).into()
}

/// Returns the URL of a page relative to the public URL, which may or may not end in a slash.
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
