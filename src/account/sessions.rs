//! The list of a user's sessions and the limit on their number.

use crate::App;
use crate::db::Writer;
use crate::error::Result;
use crate::page::{self, IdPosition, LatestFirst, Page, Slice, latest_first};
use chrono::{DateTime, Utc};
use entity::session::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait as _, Order, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Select};
use uuid::Uuid;

/// The maximum number of sessions that one call ends: more than a user has, unless the setting was
/// lowered.
const MAX_ENDED: u64 = 1_000;

/// A query for the sessions of a user that are usable at a given time.
#[derive(Clone, Copy, Debug)]
pub struct SessionQuery {
    user_id: Uuid,
    now: DateTime<Utc>,
    unused_since: DateTime<Utc>,
}

impl SessionQuery {
    /// Returns the query for the sessions that a user can use now.
    pub fn of(app: &App, user_id: Uuid) -> SessionQuery {
        let now = app.now();
        SessionQuery {
            user_id,
            now,
            unused_since: now - app.config.session_idle,
        }
    }

    fn select(&self) -> Select<Entity> {
        Entity::find()
            .filter(Column::UserId.eq(self.user_id))
            .filter(Column::ExpiresAt.gt(self.now))
            .filter(Column::LastUsedAt.gt(self.unused_since))
    }

    /// Returns one session.
    pub async fn find(&self, db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>> {
        Ok(self.select().filter(Column::Id.eq(id)).one(db).await?)
    }
}

impl LatestFirst for SessionQuery {
    type Row = Model;

    async fn page(
        &self,
        db: &impl ConnectionTrait,
        slice: &Slice<IdPosition>,
    ) -> Result<Page<Model>> {
        latest_first(db, self.select(), Column::Id, slice).await
    }

    async fn count(&self, db: &impl ConnectionTrait) -> Result<i64> {
        page::count(db, self.select()).await
    }
}

/// Ends sessions of a user to make room for a new one: expired ones first, then the longest-idle
/// ones. The user must be locked, so that concurrent sign-ins cannot exceed the limit.
pub async fn make_room(writer: &Writer, app: &App, user_id: Uuid) -> Result<()> {
    let kept = app.config.quotas.sessions_per_user - 1;
    let usable = Expr::col(Column::ExpiresAt).gt(app.now());
    let ended = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Expr::col(Column::UserId).eq(user_id))
        .order_by_expr(usable, Order::Desc)
        .order_by(Column::LastUsedAt, Order::Desc)
        .order_by(Column::Id, Order::Desc)
        .limit(MAX_ENDED)
        .offset(u64::try_from(kept).unwrap_or_default())
        .take();
    Entity::delete_many()
        .filter(Column::Id.in_subquery(ended))
        .exec(writer)
        .await?;
    Ok(())
}
