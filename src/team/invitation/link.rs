//! Invitation links: their states and invitations.

use crate::error::{Problem, ProblemCode, Result};
use crate::mail::tokens;
use crate::team::invitation::state_at;
use crate::token::Token;
use chrono::{DateTime, Utc};
use entity::invitation::{self, InvitationState, Model};
use entity::link_token::{Column, Entity, LinkPurpose};
use entity::mail_invitation;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _,
    QuerySelect as _, RelationDef,
};
use uuid::Uuid;

/// The state of a link. If a mail has several invitations, the first state in this order applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkState {
    /// The link can be accepted.
    Valid,
    /// The link has expired. A new one can be requested.
    Expired,
    /// A later mail has a newer link.
    Replaced,
    /// The invitation was accepted.
    Used,
    /// The invitation was declined.
    Declined,
    /// The invitation was revoked.
    Revoked,
}

/// An invitation link that was sent.
#[derive(Clone, Debug)]
pub struct Link {
    pub mail_id: Uuid,
    pub state: LinkState,
    /// All invitations of the mail with their current states.
    pub invitations: Vec<(Model, LinkState)>,
}

impl Link {
    /// Finds the link of a token, in one statement. Does not use up the link.
    ///
    /// # Errors
    /// Refused with `TokenUnknown` if no such link was sent.
    pub async fn find(db: &impl ConnectionTrait, token: &str, now: DateTime<Utc>) -> Result<Link> {
        let token = Token::parse(token).ok_or_else(tokens::unknown)?;
        let [to_ties, to_invitations] = joins();
        let rows = Entity::find_by_id(token.hash())
            .filter(Column::Purpose.eq(LinkPurpose::Invitation))
            .join(JoinType::LeftJoin, to_ties)
            .join(JoinType::LeftJoin, to_invitations)
            .select_also(invitation::Entity)
            .all(db)
            .await?;
        let mail_id = rows.first().ok_or_else(tokens::unknown)?.0.mail_id;
        let mut invitations: Vec<_> = rows
            .into_iter()
            .filter_map(|(_, invitation)| invitation)
            .map(|invitation| {
                let state = state_of(&invitation, mail_id, now);
                (invitation, state)
            })
            .collect();
        invitations.sort_by_key(|(invitation, state)| (*state, invitation.id));
        let state = invitations
            .first()
            .map_or(LinkState::Revoked, |(_, state)| *state);
        Ok(Link {
            mail_id,
            state,
            invitations,
        })
    }

    /// Returns the invitations that can be accepted.
    ///
    /// # Errors
    /// The problem of the link's state if there are none.
    pub fn valid(&self) -> Result<Vec<&Model>, Problem> {
        match self.state.problem() {
            Some(problem) => Err(problem),
            None => Ok(self.with_state(LinkState::Valid)),
        }
    }

    /// Returns the invitations in a state.
    pub fn with_state(&self, state: LinkState) -> Vec<&Model> {
        let alike = self.invitations.iter().filter(|(_, s)| *s == state);
        alike.map(|(invitation, _)| invitation).collect()
    }
}

/// Returns the joins from a token to the invitations of its mail.
fn joins() -> [RelationDef; 2] {
    let ties = Entity::belongs_to(mail_invitation::Entity)
        .from(Column::MailId)
        .to(mail_invitation::Column::MailId);
    let invitations = mail_invitation::Entity::belongs_to(invitation::Entity)
        .from((
            mail_invitation::Column::WorkspaceId,
            mail_invitation::Column::InvitationId,
        ))
        .to((invitation::Column::WorkspaceId, invitation::Column::Id));
    [ties.into(), invitations.into()]
}

/// Refuses a revoked invitation, whose user may no longer exist.
pub fn revoked() -> Problem {
    let message = "This invitation was revoked. Contact the person who sent it.";
    Problem::new(ProblemCode::TokenRevoked, &["token"], message)
}

fn state_of(invitation: &Model, mail_id: Uuid, now: DateTime<Utc>) -> LinkState {
    match state_at(invitation, now) {
        InvitationState::Accepted => LinkState::Used,
        InvitationState::Declined => LinkState::Declined,
        InvitationState::Revoked => LinkState::Revoked,
        _ if invitation.mail_id != mail_id => LinkState::Replaced,
        InvitationState::Expired => LinkState::Expired,
        InvitationState::Pending => LinkState::Valid,
    }
}

impl LinkState {
    /// Returns the problem of using a link in this state, or `None` if it is valid.
    pub fn problem(self) -> Option<Problem> {
        let (code, message) = match self {
            LinkState::Valid => return None,
            LinkState::Expired => (
                ProblemCode::TokenExpired,
                "This link has expired. Request a new one.",
            ),
            LinkState::Replaced => (
                ProblemCode::TokenReplaced,
                "A newer email has replaced this link. Open the latest one.",
            ),
            LinkState::Used => (
                ProblemCode::TokenUsed,
                "This link has already been used. Sign in with your email and password.",
            ),
            LinkState::Declined => (
                ProblemCode::TokenDeclined,
                "This invitation was declined. If that was a mistake, ask the person who sent it for a new one.",
            ),
            LinkState::Revoked => return Some(revoked()),
        };
        Some(Problem::new(code, &["token"], message))
    }
}
