use super::membership::Membership;
use super::workspace::Workspace;
use crate::graphql::enums::InviteResult;
use crate::graphql::error::{Result, UserError};
use crate::graphql::request_context::RequestContext;
use crate::team::invite::{Decision, Invitee, Verdict};
use crate::team::member;
use async_graphql::{Context, SimpleObject};

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
        let app = &RequestContext::of(ctx)?.app;
        let mut users: Vec<_> = decisions
            .iter()
            .filter_map(|decision| decision.user_id)
            .collect();
        let mut workspaces: Vec<_> = decisions
            .iter()
            .map(|decision| decision.placement.workspace_id)
            .collect();
        for ids in [&mut users, &mut workspaces] {
            ids.sort_unstable();
            ids.dedup();
        }
        let members = member::of_users(&app.db, &workspaces, &users).await?;
        let outcome = |decision: Decision| {
            let invitee = &invitees[decision.invitee];
            let membership = members.iter().find(|member| {
                Some(member.user_id) == decision.user_id
                    && member.workspace_id == decision.placement.workspace_id
            });
            let index = decision.invitee.to_string();
            let (result, error) = match decision.verdict {
                Verdict::Added => (InviteResult::Added, None),
                Verdict::Invited => (InviteResult::Invited, None),
                Verdict::AlreadyMember => (InviteResult::AlreadyMember, None),
                Verdict::AlreadyInvited => (InviteResult::AlreadyInvited, None),
                Verdict::Failed(problem) => (
                    InviteResult::Failed,
                    Some(problem.within(&["invitees", &index])),
                ),
            };
            Ok(InviteOutcome {
                email: invitee.email.clone(),
                workspace: Workspace::find(ctx, decision.placement.workspace_id)?,
                result,
                membership: membership.cloned().map(Membership),
                error: error.map(UserError::from),
            })
        };
        decisions.into_iter().map(outcome).collect()
    }
}
