//! Lists in payloads: they can be as long as a team, so that clients say how much of them to answer.

use crate::graphql::cursor::{DEFAULT_PAGE, MAX_PAGE};
use crate::graphql::objects::invitation::Invitation;
use async_graphql::Object;
use entity::invitation::Model;

/// Fields of the payload of a mutation that takes the team from a member: the invitations that
/// another admin answers for now.
#[derive(Clone, Debug, Default)]
pub struct Reassigned(pub Vec<Model>);

/// Fields of such a payload: the invitations that were revoked.
#[derive(Clone, Debug, Default)]
pub struct Revoked(pub Vec<Model>);

#[Object]
impl Reassigned {
    /// Invitations that the member answered for, and another admin does now.
    async fn reassigned_invitations(
        &self,
        #[graphql(desc = "How many from the start, at most 100; 50 where left out.")] first: Option<
            i32,
        >,
    ) -> Vec<Invitation> {
        as_changed(&self.0, first)
    }

    /// How many invitations another admin answers for now.
    async fn reassigned_invitation_count(&self) -> i64 {
        count(&self.0)
    }
}

#[Object]
impl Revoked {
    /// Invitations of the member that were revoked.
    async fn revoked_invitations(
        &self,
        #[graphql(desc = "How many from the start, at most 100; 50 where left out.")] first: Option<
            i32,
        >,
    ) -> Vec<Invitation> {
        as_changed(&self.0, first)
    }

    /// How many invitations of the member were revoked.
    async fn revoked_invitation_count(&self) -> i64 {
        count(&self.0)
    }
}

fn count(rows: &[Model]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

/// The first invitations, as those who changed them see them.
fn as_changed(rows: &[Model], first: Option<i32>) -> Vec<Invitation> {
    let rows = first_of(rows, first).iter().cloned();
    rows.map(Invitation::by_actor).collect()
}

/// The first items of a list, at most as many as a page may have. A number that is no length of a page
/// is read as the nearest one: an error would come when the change is made already.
pub fn first_of<T>(items: &[T], first: Option<i32>) -> &[T] {
    let limit = first.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    &items[..items.len().min(limit)]
}
