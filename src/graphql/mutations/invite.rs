//! Inviting people, and assigning members to more workspaces.

use crate::error::{Problem, ProblemCode, Result};
use crate::graphql::cost::{BULK, cost};
use crate::graphql::enums::Role;
use crate::graphql::error::{self as api, UserError, split_user_errors};
use crate::graphql::guard::requires;
use crate::graphql::id;
use crate::graphql::objects::outcome::InviteOutcome;
use crate::graphql::request_context::RequestContext;
use crate::permissions::Permission::TeamManage;
use crate::team::invite::{self, Invitee, Person, Placement};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

/// The maximum number of people per call.
const MAX_INVITEES: usize = 100;
/// The maximum number of workspaces per person.
const MAX_WORKSPACES: usize = 20;

#[derive(Default)]
pub struct InviteMutation;

/// The people to invite, and the workspaces.
#[derive(InputObject)]
pub struct InviteUsersInput {
    /// The people to invite, from 1 to 100.
    invitees: Vec<InviteeInput>,
    /// The IDs of the workspaces, at most 20. By default, invitees without assignments are invited
    /// to the active workspace.
    workspace_ids: Option<Vec<ID>>,
}

/// A person to invite.
#[derive(InputObject)]
pub struct InviteeInput {
    /// The email address; case is ignored.
    email: String,
    /// The first name that the workspace shows until the person signs up.
    first_name: Option<String>,
    /// The last name that the workspace shows until the person signs up.
    last_name: Option<String>,
    /// The role in each workspace without an assignment.
    role: Role,
    /// Additional workspaces for this person, or a different role in one of the workspaces.
    assignments: Option<Vec<AssignmentInput>>,
}

/// The assignment of one person to a workspace.
#[derive(InputObject)]
pub struct AssignmentInput {
    /// The ID of the workspace.
    workspace_id: ID,
    /// The role in this workspace; by default, the role of the invitee.
    role: Option<Role>,
}

/// The member, and the workspaces to assign.
#[derive(InputObject)]
pub struct AssignToWorkspacesInput {
    /// The ID of a membership in a workspace whose team you manage.
    membership_id: ID,
    /// The IDs of the workspaces, at most 20. You need `TEAM_MANAGE` in each of them.
    workspace_ids: Vec<ID>,
    /// The role in each of these workspaces.
    role: Role,
}

/// The result of `inviteUsers`.
#[derive(Clone, Debug, SimpleObject)]
pub struct InviteUsersPayload {
    /// One outcome per invitee and workspace, in input order.
    outcomes: Vec<InviteOutcome>,
    /// Errors that concern the input as a whole. If there are any, nothing was changed.
    user_errors: Vec<UserError>,
}

/// The result of `assignToWorkspaces`.
#[derive(Clone, Debug, SimpleObject)]
pub struct AssignToWorkspacesPayload {
    /// One outcome per workspace, in input order.
    outcomes: Vec<InviteOutcome>,
    /// Errors that concern the input as a whole. If there are any, nothing was changed.
    user_errors: Vec<UserError>,
}

fn within_limits(count: usize, most: usize, field: &str, what: &str) -> Result<(), Problem> {
    if (1..=most).contains(&count) {
        return Ok(());
    }
    let message = format!("Specify 1 to {most} {what}.");
    Err(Problem::new(ProblemCode::TooMany, &[field], message))
}

fn workspace_ids(field: &str, ids: &[ID]) -> Result<Vec<Uuid>> {
    ids.iter().map(|id| id::workspace_id(field, id)).collect()
}

/// Parses the invitees.
pub fn parse_invitees(context: &RequestContext, input: InviteUsersInput) -> Result<Vec<Invitee>> {
    within_limits(input.invitees.len(), MAX_INVITEES, "invitees", "people")?;
    let common = input
        .workspace_ids
        .as_deref()
        .map(|ids| workspace_ids("workspaceIds", ids))
        .transpose()?;
    if let Some(ids) = &common {
        within_limits(ids.len(), MAX_WORKSPACES, "workspaceIds", "workspaces")?;
    }
    let mut invitees = Vec::new();
    for (index, typed) in input.invitees.into_iter().enumerate() {
        let invitee = parse_invitee(context, typed, common.as_deref())?;
        let count = invitee.placements.len();
        within_limits(count, MAX_WORKSPACES, "assignments", "workspaces")
            .map_err(|problem| problem.within(&["invitees", &index.to_string()]))?;
        invitees.push(invitee);
    }
    Ok(invitees)
}

fn parse_invitee(
    context: &RequestContext,
    typed: InviteeInput,
    common: Option<&[Uuid]>,
) -> Result<Invitee> {
    let role = typed.role.into();
    let assignments = typed.assignments.unwrap_or_default();
    let default_workspaces = match common {
        Some(ids) => ids.to_vec(),
        None if assignments.is_empty() => vec![context.workspace_or_active(None)?],
        None => Vec::new(),
    };
    let mut placements: Vec<Placement> = default_workspaces
        .into_iter()
        .map(|workspace_id| Placement { workspace_id, role })
        .collect();
    for assignment in assignments {
        placements.push(Placement {
            workspace_id: id::workspace_id("workspaceId", &assignment.workspace_id)?,
            role: assignment.role.map_or(role, Into::into),
        });
    }
    let first_name = typed.first_name.unwrap_or_default();
    let last_name = typed.last_name.unwrap_or_default();
    let domains = context.app.config.email_domains;
    let person = Person::parse(&typed.email, &first_name, &last_name, domains);
    let shown = typed.email.chars().take(320).collect();
    Ok(Invitee::new(shown, person, placements))
}

/// Parses the workspaces of an assignment.
fn parse_placements(input: &AssignToWorkspacesInput) -> Result<Vec<Placement>> {
    let count = input.workspace_ids.len();
    within_limits(count, MAX_WORKSPACES, "workspaceIds", "workspaces")?;
    let role = input.role.into();
    let ids = workspace_ids("workspaceIds", &input.workspace_ids)?.into_iter();
    Ok(ids
        .map(|workspace_id| Placement { workspace_id, role })
        .collect())
}

async fn invite(ctx: &Context<'_>, invitees: &[Invitee]) -> api::Result<Vec<InviteOutcome>> {
    let context = RequestContext::of(ctx)?;
    let named = invite::workspace_ids(invitees);
    let actor = context.authorize(&named, invite::INVITE).await?;
    let decisions = invite::invite(&context.app, &actor, invitees).await?;
    InviteOutcome::of(ctx, invitees, decisions).await
}

async fn assign(
    ctx: &Context<'_>,
    member: (Uuid, Uuid),
    placements: &[Placement],
) -> api::Result<Vec<InviteOutcome>> {
    let context = RequestContext::of(ctx)?;
    let named: Vec<Uuid> = placements.iter().map(|p| p.workspace_id).collect();
    let actor = context.authorize(&named, invite::ASSIGN).await?;
    let assigned = invite::assign(&context.app, &actor, member, placements).await;
    let (invitee, decisions) = assigned?;
    InviteOutcome::of(ctx, &[invitee], decisions).await
}

#[Object]
impl InviteMutation {
    /// Invites people to workspaces. People with an account become members immediately; everyone
    /// else gets one email that names all workspaces. Requires `TEAM_MANAGE` in every workspace
    /// named, otherwise nothing is changed. Repeating a call is harmless. Errors:
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_INPUT`. User errors: `TOO_MANY`; in
    /// outcomes: `EMAIL_INVALID`, `NAME_INVALID`, `DOMAIN_NOT_ALLOWED`, `MAIL_CAP_REACHED`,
    /// `INVITATION_CAP_REACHED`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn invite_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The people to invite, and the workspaces.")] input: InviteUsersInput,
    ) -> api::Result<Option<InviteUsersPayload>> {
        let context = RequestContext::of(ctx)?;
        context.signed_in()?;
        let (invitees, user_errors) = split_user_errors(parse_invitees(context, input))?;
        let outcomes = match invitees {
            Some(invitees) => invite(ctx, &invitees).await?,
            None => Vec::new(),
        };
        Ok(Some(InviteUsersPayload {
            outcomes,
            user_errors,
        }))
    }

    /// Assigns a member to more workspaces that you manage: immediately if the person has signed
    /// up, otherwise by invitation. Requires `TEAM_MANAGE`. Errors: `UNAUTHENTICATED`, `FORBIDDEN`,
    /// `NOT_FOUND`, `BAD_INPUT`. User errors: `TOO_MANY`; in outcomes, those of `inviteUsers`.
    #[graphql(directive = requires::apply(TeamManage.into()), directive = cost::apply(BULK))]
    async fn assign_to_workspaces(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member, and the workspaces to assign.")]
        input: AssignToWorkspacesInput,
    ) -> api::Result<Option<AssignToWorkspacesPayload>> {
        let context = RequestContext::of(ctx)?;
        let member = id::membership_id("membershipId", &input.membership_id)?;
        context.authorize(&[member.0], invite::ASSIGN).await?;
        let (placements, user_errors) = split_user_errors(parse_placements(&input))?;
        let outcomes = match placements {
            Some(placements) => assign(ctx, member, &placements).await?,
            None => Vec::new(),
        };
        Ok(Some(AssignToWorkspacesPayload {
            outcomes,
            user_errors,
        }))
    }
}
