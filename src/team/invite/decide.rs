//! Decides the outcome for each person and workspace from facts, without writing.

use super::{Invitee, Person, Placement};
use crate::App;
use crate::error::{Problem, ProblemCode, Result};
use crate::team::invitation::state_at;
use crate::team::workspace::settings::allowed_domains;
use chrono::{DateTime, Utc};
use entity::invitation::{self, InvitationState};
use entity::membership::{self, MembershipStatus};
use entity::user::{self, UserStatus};
use entity::workspace;
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoCondition as _, LockType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _,
    QuerySelect as _, RelationDef,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The outcome of an invitation for one person in one workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The address has an active account: the person becomes a member immediately.
    Added,
    /// The person is invited and has to accept.
    Invited,
    /// Nothing changes.
    AlreadyMember,
    /// Nothing changes.
    AlreadyInvited,
    /// Nothing changes, for the given reason.
    Failed(Problem),
}

/// The decision for one person and workspace.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The index of the invitee.
    pub invitee: usize,
    pub placement: Placement,
    pub verdict: Verdict,
    /// The user of the membership. `None` for failures and for users who do not exist yet.
    pub user_id: Option<Uuid>,
    /// The index of an earlier decision of the same call for the same address and workspace.
    pub repeats: Option<usize>,
}

/// The rows that decisions depend on.
pub struct Facts {
    pub now: DateTime<Utc>,
    pub workspaces: HashMap<Uuid, workspace::Model>,
    pub users: HashMap<String, user::Model>,
    members: HashMap<(Uuid, Uuid), membership::Model>,
    pub invitations: HashMap<(Uuid, Uuid), invitation::Model>,
}

/// Returns workspaces without locking them.
pub async fn workspaces(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<workspace::Model>> {
    Ok(workspace::Entity::find()
        .filter(workspace::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// Returns the join from a membership to its open invitation.
fn to_open_invitation() -> RelationDef {
    let key = (membership::Column::WorkspaceId, membership::Column::UserId);
    let to_invitation = membership::Entity::belongs_to(invitation::Entity)
        .from(key)
        .to((invitation::Column::WorkspaceId, invitation::Column::UserId));
    RelationDef::from(to_invitation).on_condition(|_, invitations| {
        Expr::col((invitations, invitation::Column::State))
            .is_in(InvitationState::OPEN)
            .into_condition()
    })
}

impl Facts {
    /// Reads users, then memberships with their open invitations. With `lock`, none of these people
    /// can sign up before the transaction ends.
    pub async fn load(
        db: &impl ConnectionTrait,
        app: &App,
        invitees: &[Invitee],
        workspaces: Vec<workspace::Model>,
        lock: bool,
    ) -> Result<Facts> {
        let keys: HashSet<&str> = invitees
            .iter()
            .filter_map(|invitee| invitee.person.as_ref().ok())
            .map(|person| person.email.key())
            .collect();
        let mut users = user::Entity::find().filter(user::Column::EmailKey.is_in(keys));
        if lock {
            users = users.lock(LockType::Share);
        }
        let users = users.all(db).await?;
        let user_ids: Vec<Uuid> = users.iter().map(|user| user.id).collect();
        let workspace_ids: Vec<Uuid> = workspaces.iter().map(|workspace| workspace.id).collect();
        let members = membership::Entity::find()
            .filter(membership::Column::WorkspaceId.is_in(workspace_ids))
            .filter(membership::Column::UserId.is_in(user_ids))
            .join(JoinType::LeftJoin, to_open_invitation())
            .select_also(invitation::Entity)
            .all(db)
            .await?;
        let (members, invitations): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        Ok(Facts {
            now: app.now(),
            workspaces: workspaces.into_iter().map(|row| (row.id, row)).collect(),
            users: users
                .into_iter()
                .map(|row| (row.email_key.clone(), row))
                .collect(),
            members: members
                .into_iter()
                .map(|row| ((row.workspace_id, row.user_id), row))
                .collect(),
            invitations: invitations
                .into_iter()
                .flatten()
                .map(|row| ((row.workspace_id, row.user_id), row))
                .collect(),
        })
    }

    /// Returns one decision for each invitee and placement, in this order.
    pub fn decide(&self, invitees: &[Invitee]) -> Vec<Decision> {
        let mut seen: HashMap<(Uuid, &str), usize> = HashMap::new();
        let mut decisions: Vec<Decision> = Vec::new();
        for (index, invitee) in invitees.iter().enumerate() {
            for placement in &invitee.placements {
                let mut decision = Decision {
                    invitee: index,
                    placement: *placement,
                    verdict: Verdict::AlreadyInvited,
                    user_id: None,
                    repeats: None,
                };
                match &invitee.person {
                    Err(problem) => decision.verdict = Verdict::Failed(problem.clone()),
                    Ok(person) => {
                        let key = (placement.workspace_id, person.email.key());
                        decision.repeats = seen.get(&key).copied();
                        let earlier = decision.repeats.map(|first| &decisions[first].verdict);
                        decision.verdict = match earlier {
                            Some(Verdict::Added) => Verdict::AlreadyMember,
                            Some(Verdict::Invited) => Verdict::AlreadyInvited,
                            _ => self.verdict(person, placement.workspace_id),
                        };
                        seen.entry(key).or_insert(decisions.len());
                        let user = self.users.get(person.email.key());
                        decision.user_id = user.map(|user| user.id);
                    }
                }
                decisions.push(decision);
            }
        }
        decisions
    }

    fn verdict(&self, person: &Person, workspace_id: Uuid) -> Verdict {
        let user = self.users.get(person.email.key());
        let member = user.and_then(|user| self.members.get(&(workspace_id, user.id)));
        let signed_up = user.is_some_and(|user| user.status == UserStatus::Active);
        match member {
            Some(member) if member.status == MembershipStatus::Active => Verdict::AlreadyMember,
            Some(_) | None if !self.may_be_invited(person, workspace_id) => {
                let domain = person.email.domain().as_str();
                let message = format!("This workspace does not invite people at {domain}.");
                Verdict::Failed(Problem::new(
                    ProblemCode::DomainNotAllowed,
                    &["email"],
                    message,
                ))
            }
            _ if signed_up => Verdict::Added,
            Some(member) if self.is_pending(member) => Verdict::AlreadyInvited,
            _ => Verdict::Invited,
        }
    }

    fn is_pending(&self, member: &membership::Model) -> bool {
        self.invitations
            .get(&(member.workspace_id, member.user_id))
            .is_some_and(|open| state_at(open, self.now) == InvitationState::Pending)
    }

    /// Returns whether the workspace's settings allow the address's domain.
    fn may_be_invited(&self, person: &Person, workspace_id: Uuid) -> bool {
        let allowed = self.workspaces.get(&workspace_id).map(allowed_domains);
        allowed.is_none_or(|domains| {
            domains.is_empty()
                || domains
                    .iter()
                    .any(|domain| domain == person.email.domain().as_str())
        })
    }
}
