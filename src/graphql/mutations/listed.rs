//! Lists in payloads. They can be as long as a team, so clients choose how many items to return.

use crate::graphql::cursor::{DEFAULT_PAGE, MAX_PAGE};
use crate::graphql::objects::invitation::Invitation;
use async_graphql::Object;
use entity::invitation::Model;

/// Payload fields of a mutation that can cost a member `TEAM_MANAGE`: the invitations transferred
/// to another admin.
#[derive(Clone, Debug, Default)]
pub struct Reassigned(pub Vec<Model>);

/// Payload fields of such a mutation: the revoked invitations.
#[derive(Clone, Debug, Default)]
pub struct Revoked(pub Vec<Model>);

#[Object]
impl Reassigned {
    /// The member's invitations that were transferred to another admin.
    async fn reassigned_invitations(
        &self,
        #[graphql(desc = "The number of items from the start, at most 100; 50 by default.")] first: Option<
            i32,
        >,
    ) -> Vec<Invitation> {
        as_changed(&self.0, first)
    }

    /// The number of invitations that were transferred.
    async fn reassigned_invitation_count(&self) -> i64 {
        count(&self.0)
    }
}

#[Object]
impl Revoked {
    /// The member's invitations that were revoked.
    async fn revoked_invitations(
        &self,
        #[graphql(desc = "The number of items from the start, at most 100; 50 by default.")] first: Option<
            i32,
        >,
    ) -> Vec<Invitation> {
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
fn as_changed(rows: &[Model], first: Option<i32>) -> Vec<Invitation> {
    let rows = first_of(rows, first).iter().cloned();
    rows.map(Invitation::by_actor).collect()
}

/// Returns the first items of a list, limited to a page. An invalid number is clamped: the change
/// is already made, so an error would come too late.
pub fn first_of<T>(items: &[T], first: Option<i32>) -> &[T] {
    let limit = first.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    &items[..items.len().min(limit)]
}
