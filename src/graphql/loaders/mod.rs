//! Loaders: each level of a query is read in one statement. They live as long as a request.

mod gather;

use self::gather::{Gathering, Loaded, gathering};
use crate::App;
use crate::error::{Error, Result};
use crate::team::member::{self, Member};
use dataloader::BatchFn;
use entity::invitation::{self, InvitationState};
use entity::outbox;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use uuid::Uuid;

/// A workspace and a user.
pub type MemberKey = (Uuid, Uuid);

/// The loaders of one request.
pub struct Loaders {
    members: Gathering<MemberKey, Option<Member>>,
    invitations: Gathering<MemberKey, Option<invitation::Model>>,
    mails: Gathering<Uuid, Option<outbox::Model>>,
    places: Gathering<PlacesKey, Vec<Member>>,
}

/// A user, and the workspaces in which the viewer may see them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlacesKey {
    pub user_id: Uuid,
    pub workspace_ids: Vec<Uuid>,
}

struct Members(App);
struct Invitations(App);
struct Mails(App);
struct Places(App);

impl Loaders {
    /// Loaders for one request.
    pub fn new(app: App) -> Loaders {
        Loaders {
            members: gathering!(Members(app.clone())),
            invitations: gathering!(Invitations(app.clone())),
            mails: gathering!(Mails(app.clone())),
            places: gathering!(Places(app)),
        }
    }

    /// A membership.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn member(&self, key: MemberKey) -> Result<Option<Member>> {
        self.members.load(key).await
    }

    /// The open invitation of a membership.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_invitation(&self, key: MemberKey) -> Result<Option<invitation::Model>> {
        self.invitations.load(key).await
    }

    /// A mail in the outbox.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mail(&self, id: Uuid) -> Result<Option<outbox::Model>> {
        self.mails.load(id).await
    }

    /// The memberships of a user, in some workspaces.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn places(&self, key: PlacesKey) -> Result<Vec<Member>> {
        self.places.load(key).await
    }
}

/// One answer for each key: what was found, nothing, or why the statement failed.
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

/// Likewise, where each key has one row at most.
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

impl BatchFn<PlacesKey, Loaded<Vec<Member>>> for Places {
    async fn load(&mut self, keys: &[PlacesKey]) -> HashMap<PlacesKey, Loaded<Vec<Member>>> {
        let users: Vec<Uuid> = keys.iter().map(|key| key.user_id).collect();
        let workspaces: HashSet<Uuid> = keys
            .iter()
            .flat_map(|key| key.workspace_ids.iter().copied())
            .collect();
        let workspaces: Vec<Uuid> = workspaces.into_iter().collect();
        let rows = member::of_users(&self.0.db, &workspaces, &users).await;
        answer(keys, rows, |key, rows| {
            let theirs = rows.iter().filter(|row| {
                row.user_id == key.user_id && key.workspace_ids.contains(&row.workspace_id)
            });
            theirs.cloned().collect()
        })
    }
}
