//! Lists in payloads. They can be as long as a team, so clients choose how many items to return.

use crate::graphql::cursor::First;
use crate::graphql::objects::invitation::Invitation;
use async_graphql::Object;
use entity::invitation::Model;
use paging_macros::paged;

/// Payload fields of a mutation that can cost a member `TEAM_MANAGE`: the invitations transferred
/// to another admin.
#[derive(Clone, Debug, Default)]
pub struct Reassigned(pub Vec<Model>);

/// Payload fields of such a mutation: the revoked invitations.
#[derive(Clone, Debug, Default)]
pub struct Revoked(pub Vec<Model>);

#[paged]
#[Object]
impl Reassigned {
    /// The member's invitations that were transferred to another admin.
    async fn reassigned_invitations(&self, first: First) -> Vec<Invitation> {
        as_changed(&self.0, first)
    }

    /// The number of invitations that were transferred.
    async fn reassigned_invitation_count(&self) -> i64 {
        count(&self.0)
    }
}

#[paged]
#[Object]
impl Revoked {
    /// The member's invitations that were revoked.
    async fn revoked_invitations(&self, first: First) -> Vec<Invitation> {
        as_changed(&self.0, first)
    }

    /// The number of invitations that were revoked.
    async fn revoked_invitation_count(&self) -> i64 {
        count(&self.0)
    }
}

fn count(rows: &[Model]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

/// Returns the first invitations, as seen by the actor who changed them.
fn as_changed(rows: &[Model], first: First) -> Vec<Invitation> {
    let rows = first.of(rows).iter().cloned();
    rows.map(Invitation::by_actor).collect()
}
