//! Who does something, and from where: what the audit log says of each change.

use crate::name;
use entity::{invitation, user};
use secrecy::SecretString;
use uuid::Uuid;

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct ClientInfo {
    /// The client's network address.
    pub address: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// The id under which the request stands in the logs.
    pub request_id: String,
    /// What the client shows to be a known device; not verified.
    pub device: Option<SecretString>,
}

/// A user who does something.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: Uuid,
    /// The session that proves who they are; none where a link or a password proves it.
    pub session_id: Option<Uuid>,
    pub name: String,
    pub email: String,
    pub origin: ClientInfo,
}

impl Actor {
    /// A user without a session, whom a link or a password has proved.
    pub fn of(user: &user::Model, origin: &ClientInfo) -> Actor {
        Actor {
            user_id: user.id,
            session_id: None,
            name: name::display(&user.first_name, &user.last_name, &user.email),
            email: user.email.clone(),
            origin: origin.clone(),
        }
    }

    /// The person whom an invitation was sent to, before they have an account.
    pub fn invitee(invitation: &invitation::Model, origin: &ClientInfo) -> Actor {
        Actor {
            user_id: invitation.user_id,
            session_id: None,
            name: invitation.email.clone(),
            email: invitation.email.clone(),
            origin: origin.clone(),
        }
    }

    /// Name and address, as the audit log keeps them.
    pub fn label(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }
}
