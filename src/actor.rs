//! The actor and client of a request, for the audit log.

use crate::name;
use entity::{invitation, user};
use secrecy::SecretString;
use uuid::Uuid;

/// The client of a request.
#[derive(Clone, Debug, Default)]
pub struct ClientInfo {
    /// The client's network address.
    pub address: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The request ID in the logs.
    pub request_id: String,
    /// The client's known-device cookie; not verified.
    pub device: Option<SecretString>,
}

/// The user who makes a change.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: Uuid,
    /// The session that authenticated the actor; `None` if a link or a password did.
    pub session_id: Option<Uuid>,
    pub name: String,
    pub email: String,
    pub origin: ClientInfo,
}

impl Actor {
    /// Creates an actor without a session, authenticated by a link or a password.
    pub fn of(user: &user::Model, origin: &ClientInfo) -> Actor {
        Actor {
            user_id: user.id,
            session_id: None,
            name: name::display(&user.first_name, &user.last_name, &user.email),
            email: user.email.clone(),
            origin: origin.clone(),
        }
    }

    /// Creates an actor for the recipient of an invitation, before they have an account.
    pub fn invitee(invitation: &invitation::Model, origin: &ClientInfo) -> Actor {
        Actor {
            user_id: invitation.user_id,
            session_id: None,
            name: invitation.email.clone(),
            email: invitation.email.clone(),
            origin: origin.clone(),
        }
    }

    /// Returns name and email address in the form of the audit log.
    pub fn label(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }
}
