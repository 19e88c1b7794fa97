//! The memberships of users in workspaces that the viewer manages, page by page.

use crate::error::Result;
use crate::page::{Slice, Sql};
use crate::team::member::{COLUMNS, MATCH, Member, SELECT};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// A page of the memberships of one user.
#[derive(Clone, Debug, Default)]
pub struct SharedMembers {
    /// The members with their indexes in the whole list, in reading order of the slice.
    pub members: Vec<(usize, Member)>,
    /// The total number of memberships.
    pub total: usize,
}

/// A membership with its index among those of its user.
struct Placed {
    member: Member,
    place: usize,
    total: usize,
}

impl FromQueryResult for Placed {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Placed, DbErr> {
        let number = |index: usize| {
            let number: i64 = row.try_get_by_index(index)?;
            Ok::<_, DbErr>(usize::try_from(number).unwrap_or_default())
        };
        Ok(Placed {
            member: Member::from_query_result(row, prefix)?,
            place: number(12)?,
            total: number(13)?,
        })
    }
}

/// Returns a page of the memberships of each user in some workspaces, ordered by workspace, in one
/// statement. It reads the rows of the slice and the first row of each user, which has the total.
pub async fn of_users(
    db: &impl ConnectionTrait,
    workspace_ids: &[Uuid],
    user_ids: &[Uuid],
    slice: &Slice<usize>,
) -> Result<HashMap<Uuid, SharedMembers>> {
    if workspace_ids.is_empty() || user_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::default();
    let mut list = |ids: &[Uuid]| {
        let ids: Vec<String> = ids.iter().map(|id| sql.bind(*id)).collect();
        ids.join(", ")
    };
    let (users, workspaces) = (list(user_ids), list(workspace_ids));
    let within = within(slice);
    let text = format!(
        "{SELECT}, m.place, m.total FROM (
             SELECT {COLUMNS},
                 row_number() OVER (PARTITION BY m.user_id ORDER BY m.workspace_id) - 1 AS place,
                 count(*) OVER (PARTITION BY m.user_id) AS total
             FROM memberships m
             WHERE m.user_id IN ({users}) AND m.workspace_id IN ({workspaces})
         ) m JOIN member_activity a ON {MATCH}
         WHERE m.place = 0 OR ({within}) ORDER BY m.user_id, m.place"
    );
    let statement = sql.statement(db.get_database_backend(), text);
    let rows = Placed::find_by_statement(statement).all(db).await?;
    let mut found: HashMap<Uuid, SharedMembers> = HashMap::new();
    for Placed {
        member,
        place,
        total,
    } in rows
    {
        let theirs = found.entry(member.user_id).or_default();
        theirs.total = total;
        theirs.members.push((place, member));
    }
    for theirs in found.values_mut() {
        let places = slice.places(theirs.total);
        theirs.members.retain(|(place, _)| places.contains(place));
        if slice.backward {
            theirs.members.reverse();
        }
    }
    Ok(found)
}

/// Returns the SQL condition for the indexes of [`Slice::places`], for at most a page of indexes.
fn within(slice: &Slice<usize>) -> String {
    let start = slice.after.map_or(0, |after| after.saturating_add(1));
    let fetch = slice.fetch();
    let end = match slice.before {
        Some(before) => format!("CASE WHEN m.total < {before} THEN m.total ELSE {before} END"),
        None => "m.total".to_owned(),
    };
    if slice.backward {
        format!("m.place >= {start} AND m.place < {end} AND m.place >= {end} - {fetch}")
    } else {
        format!("m.place >= {start} AND m.place < {end} AND m.place < {start} + {fetch}")
    }
}
