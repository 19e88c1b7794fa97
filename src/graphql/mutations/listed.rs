//! Lists in payloads: they can be as long as a team, so that clients say how much of them to answer.

use crate::graphql::cursor::{DEFAULT_PAGE, MAX_PAGE};
use crate::graphql::objects::invitation::Invitation;
use entity::invitation::Model;

/// Invitations that a mutation has changed.
#[derive(Clone, Debug, Default)]
pub struct Changed(Vec<Model>);

impl From<Vec<Model>> for Changed {
    fn from(rows: Vec<Model>) -> Changed {
        Changed(rows)
    }
}

impl Changed {
    /// How many there are.
    pub fn count(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// The first ones, as those who changed them see them.
    pub fn first(&self, first: Option<i32>) -> Vec<Invitation> {
        let rows = first_of(&self.0, first).iter().cloned();
        rows.map(Invitation::by_actor).collect()
    }
}

/// The first items of a list, at most as many as a page may have. A number that is no length of a page
/// is read as the nearest one: an error would come when the change is made already.
pub fn first_of<T>(items: &[T], first: Option<i32>) -> &[T] {
    let limit = first.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    &items[..items.len().min(limit)]
}
