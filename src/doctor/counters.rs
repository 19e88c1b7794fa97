//! The counters of teams: recounted, compared, and replaced.

use super::Finding;
use crate::error::{Error, Result};
use crate::team::lock::TeamLock;
use crate::team::memberships;
use entity::invitation::{self, InvitationState};
use entity::membership::{self, MembershipStatus};
use entity::{Role, expired_invitation_count, team_count};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _,
};
use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

/// The number of members by role and status, and of expired invitations.
#[derive(PartialEq, Eq)]
struct Counters {
    members: HashMap<(Role, MembershipStatus), i64>,
    expired: i64,
}

/// Checks that the counters are correct.
pub(super) async fn check(team: &TeamLock, id: Uuid, repair: bool) -> Result<Vec<Finding>> {
    let counted = recount(team.writer(), id).await?;
    let stored = stored_counters(team.writer(), id).await?;
    if stored == counted {
        return Ok(Vec::new());
    }
    if repair {
        store_counters(team.writer(), id, &counted).await?;
    }
    let what = format!("the counters are {stored}, the recount is {counted}");
    Ok(vec![Finding {
        what,
        repaired: repair,
    }])
}

async fn recount(tx: &impl ConnectionTrait, id: Uuid) -> Result<Counters> {
    let members: Vec<(Role, MembershipStatus, i64)> = memberships::in_workspace(id)
        .select_only()
        .column(membership::Column::Role)
        .column(membership::Column::Status)
        .column_as(Expr::cust("count(*)"), "count")
        .group_by(membership::Column::Role)
        .group_by(membership::Column::Status)
        .into_tuple()
        .all(tx)
        .await?;
    let expired = invitation::Entity::find()
        .filter(invitation::Column::WorkspaceId.eq(id))
        .filter(invitation::Column::State.eq(InvitationState::Expired))
        .count(tx)
        .await?;
    Ok(Counters {
        members: members
            .into_iter()
            .map(|(role, status, count)| ((role, status), count))
            .collect(),
        expired: i64::try_from(expired).map_err(Error::internal)?,
    })
}

async fn stored_counters(tx: &impl ConnectionTrait, id: Uuid) -> Result<Counters> {
    let members = team_count::Entity::find()
        .filter(team_count::Column::WorkspaceId.eq(id))
        .filter(team_count::Column::Members.ne(0))
        .all(tx)
        .await?;
    let expired = expired_invitation_count::Entity::find_by_id(id)
        .one(tx)
        .await?;
    Ok(Counters {
        members: members
            .into_iter()
            .map(|row| ((row.role, row.status), row.members))
            .collect(),
        expired: expired.map_or(0, |row| row.invitations),
    })
}

/// Replaces the stored counters.
async fn store_counters(tx: &impl ConnectionTrait, id: Uuid, counters: &Counters) -> Result<()> {
    team_count::Entity::delete_many()
        .filter(team_count::Column::WorkspaceId.eq(id))
        .exec(tx)
        .await?;
    let rows = counters.members.iter().map(|((role, status), members)| {
        let row = team_count::Model {
            workspace_id: id,
            role: *role,
            status: *status,
            members: *members,
        };
        row.into_active_model()
    });
    team_count::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    expired_invitation_count::Entity::delete_by_id(id)
        .exec(tx)
        .await?;
    let expired = expired_invitation_count::Model {
        workspace_id: id,
        invitations: counters.expired,
    };
    expired_invitation_count::Entity::insert(expired.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

impl Display for Counters {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for role in Role::ALL {
            let count = |status| self.members.get(&(role, status)).copied().unwrap_or(0);
            let active = count(MembershipStatus::Active);
            let invited = count(MembershipStatus::Invited);
            write!(
                f,
                "{active} active and {invited} invited {}s, ",
                role.display_name()
            )?;
        }
        write!(f, "{} expired invitations", self.expired)
    }
}
