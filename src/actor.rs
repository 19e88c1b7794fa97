//! Who does something, and from where: what the audit log says of each change.

use crate::name;
use entity::user;
use uuid::Uuid;

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's network address.
    pub address: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// The id under which the request stands in the logs.
    pub request_id: String,
}

/// A signed-in user who does something.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: Uuid,
    pub name: String,
    pub email: String,
    pub origin: Origin,
}

impl Actor {
    /// A user as the doer of something.
    pub fn of(user: &user::Model, origin: &Origin) -> Actor {
        Actor {
            user_id: user.id,
            name: name::display(&user.first_name, &user.last_name, &user.email),
            email: user.email.clone(),
            origin: origin.clone(),
        }
    }

    /// Name and address, as the audit log keeps them.
    pub fn label(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }
}
