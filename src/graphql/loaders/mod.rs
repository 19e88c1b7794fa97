//! Batch loaders: each level of a query is loaded in one statement. They live as long as the
//! request.

mod batch_loader;

use self::batch_loader::{BatchLoader, Loaded, batch_loader};
use crate::App;
use crate::error::{Error, Result};
use crate::graphql::idle::Idle;
use crate::page::Slice;
use crate::team::member::shared::{self, SharedMembers};
use crate::team::member::{self, Member};
use dataloader::BatchFn;
use entity::invitation::{self, InvitationState};
use entity::outbox;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use uuid::Uuid;

/// The IDs of a workspace and a user.
pub type MemberKey = (Uuid, Uuid);

/// The loaders of one request.
pub struct Loaders {
    members: BatchLoader<MemberKey, Option<Member>>,
    invitations: BatchLoader<MemberKey, Option<invitation::Model>>,
    mails: BatchLoader<Uuid, Option<outbox::Model>>,
    shared: BatchLoader<SharedKey, SharedMembers>,
}

/// A user, the workspaces in which the viewer may see them, and the requested slice of that list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SharedKey {
    pub user_id: Uuid,
    pub workspace_ids: Vec<Uuid>,
    pub slice: Slice<usize>,
}

struct Members(App);
struct Invitations(App);
struct Mails(App);
struct Shared(App);

impl Loaders {
    /// Creates the loaders for a request, whose batches start when it is idle.
    pub fn new(app: App, idle: &Arc<Idle>) -> Loaders {
        Loaders {
            members: batch_loader!(idle, Members(app.clone())),
            invitations: batch_loader!(idle, Invitations(app.clone())),
            mails: batch_loader!(idle, Mails(app.clone())),
            shared: batch_loader!(idle, Shared(app)),
        }
    }

    /// Loads a membership.
    pub async fn member(&self, key: MemberKey) -> Result<Option<Member>> {
        self.members.load(key).await
    }

    /// Loads the open invitation of a membership.
    pub async fn open_invitation(&self, key: MemberKey) -> Result<Option<invitation::Model>> {
        self.invitations.load(key).await
    }

    /// Loads an email from the outbox.
    pub async fn mail(&self, id: Uuid) -> Result<Option<outbox::Model>> {
        self.mails.load(id).await
    }

    /// Loads a slice of a user's memberships in some workspaces.
    pub async fn shared(&self, key: SharedKey) -> Result<SharedMembers> {
        self.shared.load(key).await
    }
}

/// Maps each key to its value, or to the error of the statement.
fn answer<K, R, V>(
    keys: &[K],
    rows: Result<Vec<R>>,
    pick: impl Fn(&K, &[R]) -> V,
) -> HashMap<K, Loaded<V>>
where
    K: Clone + Eq + Hash,
{
    match rows {
        Ok(rows) => keys
            .iter()
            .map(|key| (key.clone(), Ok(pick(key, &rows))))
            .collect(),
        Err(error) => {
            let error = Arc::new(error);
            keys.iter()
                .map(|key| (key.clone(), Err(error.clone())))
                .collect()
        }
    }
}

/// Like [`answer`], for keys with at most one row.
fn answer_one<K, R: Clone>(
    keys: &[K],
    rows: Result<Vec<R>>,
    key_of: impl Fn(&R) -> K,
) -> HashMap<K, Loaded<Option<R>>>
where
    K: Clone + Eq + Hash,
{
    let rows = rows.map(|rows| {
        vec![
            rows.into_iter()
                .map(|row| (key_of(&row), row))
                .collect::<HashMap<K, R>>(),
        ]
    });
    answer(keys, rows, |key, maps| {
        maps.first().and_then(|map| map.get(key)).cloned()
    })
}

impl BatchFn<MemberKey, Loaded<Option<Member>>> for Members {
    async fn load(&mut self, keys: &[MemberKey]) -> HashMap<MemberKey, Loaded<Option<Member>>> {
        let rows = member::by_keys(&self.0.db, keys).await;
        answer_one(keys, rows, |row| (row.workspace_id, row.user_id))
    }
}

impl BatchFn<MemberKey, Loaded<Option<invitation::Model>>> for Invitations {
    async fn load(
        &mut self,
        keys: &[MemberKey],
    ) -> HashMap<MemberKey, Loaded<Option<invitation::Model>>> {
        let columns = Expr::tuple([
            Expr::col(invitation::Column::WorkspaceId),
            Expr::col(invitation::Column::UserId),
        ]);
        let rows = invitation::Entity::find()
            .filter(columns.in_tuples(keys.iter().copied()))
            .filter(invitation::Column::State.is_in(InvitationState::OPEN))
            .all(&self.0.db)
            .await;
        answer_one(keys, rows.map_err(Error::from), |row| {
            (row.workspace_id, row.user_id)
        })
    }
}

impl BatchFn<Uuid, Loaded<Option<outbox::Model>>> for Mails {
    async fn load(&mut self, keys: &[Uuid]) -> HashMap<Uuid, Loaded<Option<outbox::Model>>> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::Id.is_in(keys.iter().copied()))
            .all(&self.0.db)
            .await;
        answer_one(keys, rows.map_err(Error::from), |row| row.id)
    }
}

impl BatchFn<SharedKey, Loaded<SharedMembers>> for Shared {
    /// Runs one statement for all keys that differ only in the user, such as those of a page.
    async fn load(&mut self, keys: &[SharedKey]) -> HashMap<SharedKey, Loaded<SharedMembers>> {
        let mut groups: HashMap<_, Vec<&SharedKey>> = HashMap::new();
        for key in keys {
            let group = (&key.workspace_ids, &key.slice);
            groups.entry(group).or_default().push(key);
        }
        let mut loaded = HashMap::new();
        for ((workspace_ids, slice), keys) in groups {
            let users: Vec<Uuid> = keys.iter().map(|key| key.user_id).collect();
            let found = shared::of_users(&self.0.db, workspace_ids, &users, slice).await;
            let found = found.map_err(Arc::new);
            for key in keys {
                let members = found.as_ref().map_err(Arc::clone);
                let members = members.map(|found| found.get(&key.user_id).cloned());
                loaded.insert(key.clone(), members.map(Option::unwrap_or_default));
            }
        }
        loaded
    }
}
