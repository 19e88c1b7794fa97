//! Global IDs: opaque to clients and unique across all types (Relay, "Global Object
//! Identification").
//!
//! The ID of an object in a workspace contains the workspace's ID, so that guards need no query and
//! every lookup is scoped to the workspace.

use crate::error::{Error, Result};
use async_graphql::ID;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// A decoded global ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalId {
    User(Uuid),
    Workspace(Uuid),
    Membership { workspace_id: Uuid, user_id: Uuid },
    Invitation { workspace_id: Uuid, id: Uuid },
    Session(Uuid),
    AuditEvent { workspace_id: Uuid, id: Uuid },
}

impl GlobalId {
    fn parts(self) -> (u8, Uuid, Option<Uuid>) {
        match self {
            GlobalId::User(id) => (b'u', id, None),
            GlobalId::Workspace(id) => (b'w', id, None),
            GlobalId::Session(id) => (b's', id, None),
            GlobalId::Membership {
                workspace_id,
                user_id,
            } => (b'm', workspace_id, Some(user_id)),
            GlobalId::Invitation { workspace_id, id } => (b'i', workspace_id, Some(id)),
            GlobalId::AuditEvent { workspace_id, id } => (b'a', workspace_id, Some(id)),
        }
    }

    /// Returns the ID as clients see it.
    pub fn encode(self) -> ID {
        let (tag, first, second) = self.parts();
        let mut bytes = vec![tag];
        bytes.extend_from_slice(first.as_bytes());
        if let Some(second) = second {
            bytes.extend_from_slice(second.as_bytes());
        }
        ID(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Decodes an ID. Returns `None` if it is not valid.
    pub fn decode(text: &str) -> Option<GlobalId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, rest) = bytes.split_first()?;
        let first = Uuid::from_slice(rest.get(..16)?).ok()?;
        let second = || Uuid::from_slice(rest.get(16..)?).ok();
        match (tag, rest.len()) {
            (b'u', 16) => Some(GlobalId::User(first)),
            (b'w', 16) => Some(GlobalId::Workspace(first)),
            (b's', 16) => Some(GlobalId::Session(first)),
            (b'm', 32) => Some(GlobalId::Membership {
                workspace_id: first,
                user_id: second()?,
            }),
            (b'i', 32) => Some(GlobalId::Invitation {
                workspace_id: first,
                id: second()?,
            }),
            (b'a', 32) => Some(GlobalId::AuditEvent {
                workspace_id: first,
                id: second()?,
            }),
            _ => None,
        }
    }
}

fn wrong(field: &str, wanted: &str) -> Error {
    let message = format!("`{field}` is not a {wanted} ID. Pass an ID returned by the API.");
    Error::bad_input(field, message)
}

/// Decodes a workspace ID.
pub fn workspace_id(field: &str, id: &ID) -> Result<Uuid> {
    match GlobalId::decode(id) {
        Some(GlobalId::Workspace(id)) => Ok(id),
        _ => Err(wrong(field, "Workspace")),
    }
}

/// Decodes the user ID of an optional argument.
pub fn optional_user_id(field: &str, id: Option<&ID>) -> Result<Option<Uuid>> {
    match id.map(|id| GlobalId::decode(id)) {
        None => Ok(None),
        Some(Some(GlobalId::User(id))) => Ok(Some(id)),
        Some(_) => Err(wrong(field, "User")),
    }
}

/// Decodes a session ID.
pub fn session_id(field: &str, id: &ID) -> Result<Uuid> {
    match GlobalId::decode(id) {
        Some(GlobalId::Session(id)) => Ok(id),
        _ => Err(wrong(field, "Session")),
    }
}

/// Decodes a membership ID into the IDs of the workspace and the user.
pub fn membership_id(field: &str, id: &ID) -> Result<(Uuid, Uuid)> {
    match GlobalId::decode(id) {
        Some(GlobalId::Membership {
            workspace_id,
            user_id,
        }) => Ok((workspace_id, user_id)),
        _ => Err(wrong(field, "Membership")),
    }
}

/// Decodes an invitation ID into the IDs of the workspace and the invitation.
pub fn invitation_id(field: &str, id: &ID) -> Result<(Uuid, Uuid)> {
    match GlobalId::decode(id) {
        Some(GlobalId::Invitation { workspace_id, id }) => Ok((workspace_id, id)),
        _ => Err(wrong(field, "Invitation")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_round_trip() {
        let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
        for id in [
            GlobalId::User(a),
            GlobalId::Workspace(a),
            GlobalId::Session(a),
            GlobalId::Membership {
                workspace_id: a,
                user_id: b,
            },
            GlobalId::Invitation {
                workspace_id: a,
                id: b,
            },
            GlobalId::AuditEvent {
                workspace_id: a,
                id: b,
            },
        ] {
            assert_eq!(GlobalId::decode(&id.encode()), Some(id));
        }
        assert!(membership_id("membershipId", &GlobalId::Workspace(a).encode()).is_err());
    }

    mod properties {
        use super::*;

        proptest! {
            /// Each object has exactly one ID, so that client caches never hold it twice.
            #[test]
            fn decoded_ids_encode_to_the_same_text(
                text in any::<String>(),
                tag in "[uwsmiax]",
                bytes in prop::collection::vec(any::<u8>(), 15..34),
            ) {
                let made_up = URL_SAFE_NO_PAD.encode([tag.as_bytes(), &bytes].concat());
                for text in [text, format!("{made_up}="), format!(" {made_up}"), made_up] {
                    if let Some(id) = GlobalId::decode(&text) {
                        prop_assert_eq!(id.encode().to_string(), text);
                    }
                }
            }
        }
    }
}
