//! The limit on a workspace's open invitations.

use super::Decision;
use super::decide::{Facts, Verdict};
use crate::App;
use crate::error::{Problem, ProblemCode, Result};
use entity::membership::MembershipStatus;
use entity::team_count::{Column, Entity};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;
use uuid::Uuid;

/// Fails the decisions that would exceed the limit of open invitations of their workspace.
pub async fn apply(
    db: &impl ConnectionTrait,
    app: &App,
    facts: &Facts,
    decisions: &mut [Decision],
) -> Result<()> {
    let workspaces = facts.workspaces.keys().copied();
    let counts = Entity::find()
        .filter(Column::WorkspaceId.is_in(workspaces))
        .filter(Column::Status.eq(MembershipStatus::Invited))
        .all(db)
        .await?;
    let mut open = HashMap::new();
    for row in counts {
        *open.entry(row.workspace_id).or_default() += row.members;
    }
    let limit = i64::from(app.config.quotas.open_invitations);
    fail_beyond(limit, open, facts, decisions);
    Ok(())
}

/// `open` is the number of open invitations by workspace, including expired ones.
fn fail_beyond(
    limit: i64,
    mut open: HashMap<Uuid, i64>,
    facts: &Facts,
    decisions: &mut [Decision],
) {
    for n in 0..decisions.len() {
        let repeated = decisions[n].repeats.map(|first| &decisions[first].verdict);
        if let Some(Verdict::Failed(problem)) = repeated {
            decisions[n].verdict = Verdict::Failed(problem.clone());
            continue;
        }
        let decision = &decisions[n];
        let workspace_id = decision.placement.workspace_id;
        let renews = decision
            .user_id
            .is_some_and(|user_id| facts.invitations.contains_key(&(workspace_id, user_id)));
        if decision.verdict != Verdict::Invited || renews {
            continue;
        }
        let open = open.entry(workspace_id).or_default();
        if *open < limit {
            *open += 1;
        } else {
            decisions[n].verdict = Verdict::Failed(too_many(limit));
        }
    }
}

fn too_many(limit: i64) -> Problem {
    let message = format!(
        "This workspace has {limit} open invitations, which is the maximum. Revoke some that nobody will accept."
    );
    Problem::new(ProblemCode::InvitationCapReached, &[], message)
}
