use super::membership::Membership;
use super::workspace::Workspace;
use crate::graphql::enums::InviteResult;
use crate::graphql::error::{Result, UserError};
use crate::graphql::request_context::RequestContext;
use crate::team::invite::{Decision, Invitee, Placement, Verdict};
use crate::team::member;
use async_graphql::{Context, SimpleObject};
use std::collections::HashMap;
use uuid::Uuid;

/// The result of inviting one person to one workspace.
#[derive(Clone, Debug, SimpleObject)]
pub struct InviteOutcome {
    /// The email address as typed.
    email: String,
    /// The workspace.
    workspace: Workspace,
    /// What happened; in a preview, what would happen.
    result: InviteResult,
    /// The new or existing membership; `null` if there is none.
    membership: Option<Membership>,
    /// The reason of a failure.
    error: Option<UserError>,
}

impl InviteOutcome {
    /// Returns the outcomes of decisions in order. The memberships are read in one statement.
    pub async fn of(
        ctx: &Context<'_>,
        invitees: &[Invitee],
        decisions: Vec<Decision>,
    ) -> Result<Vec<InviteOutcome>> {
        let members = members(ctx, &decisions).await?;
        let outcome = |decision: Decision| {
            let Placement { workspace_id, .. } = decision.placement;
            let key = decision.user_id.map(|user_id| (workspace_id, user_id));
            Ok(InviteOutcome {
                email: invitees[decision.invitee].email.clone(),
                workspace: Workspace::find(ctx, workspace_id)?,
                result: (&decision.verdict).into(),
                membership: key.and_then(|key| members.get(&key)).cloned(),
                error: error(decision),
            })
        };
        decisions.into_iter().map(outcome).collect()
    }
}

/// Reads the memberships of decisions.
async fn members(
    ctx: &Context<'_>,
    decisions: &[Decision],
) -> Result<HashMap<(Uuid, Uuid), Membership>> {
    let mut users: Vec<Uuid> = decisions.iter().filter_map(|d| d.user_id).collect();
    let workspaces = decisions.iter().map(|d| d.placement.workspace_id);
    let mut workspaces: Vec<Uuid> = workspaces.collect();
    for ids in [&mut users, &mut workspaces] {
        ids.sort_unstable();
        ids.dedup();
    }
    let db = &RequestContext::of(ctx)?.app.db;
    let members = member::of_users(db, &workspaces, &users).await?.into_iter();
    Ok(members
        .map(|member| (member.key(), Membership(member)))
        .collect())
}

/// Returns the reason of a failure, with the path of the invitee in the input.
fn error(decision: Decision) -> Option<UserError> {
    let Verdict::Failed(problem) = decision.verdict else {
        return None;
    };
    let index = decision.invitee.to_string();
    Some(problem.within(&["invitees", &index]).into())
}

impl From<&Verdict> for InviteResult {
    fn from(verdict: &Verdict) -> InviteResult {
        match verdict {
            Verdict::Added => InviteResult::Added,
            Verdict::Invited => InviteResult::Invited,
            Verdict::AlreadyMember => InviteResult::AlreadyMember,
            Verdict::AlreadyInvited => InviteResult::AlreadyInvited,
            Verdict::Failed(_) => InviteResult::Failed,
        }
    }
}
