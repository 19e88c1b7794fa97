//! The enums of the schema. Each mirrors an internal enum, so that a new internal value is not
//! published by accident.

use super::guard::requires;
use crate::audit::AuditKind;
use crate::error::ProblemCode;
use crate::team::invitation::link::LinkState as InnerLinkState;
use crate::team::member::actions::Action;
use async_graphql::Enum;
use entity::audit_event::AuditOutcome as InnerAuditOutcome;
use entity::invitation::InvitationState as InnerInvitationState;
use entity::membership::MembershipStatus as InnerStatus;

/// The role of a member in a workspace. `roles` lists the permissions of each role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::Role")]
pub enum Role {
    /// Full access: manages the team, settings and billing, and has all permissions of the other
    /// roles.
    WorkspaceAdmin,
    /// Standard access: manages keys, guardrails, routing and daily reviews, and can view the team.
    GatewayOperator,
    /// Read-only access: can view the team, logs, breaches, spend and access history.
    SecurityAuditor,
}

/// A permission in a workspace, granted by a role. `@requires` shows which permission a field
/// requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::permissions::Permission")]
pub enum Permission {
    /// View the names, email addresses, roles and status of members, and the team summary.
    TeamView,
    /// View when members were last active, when invitations were sent, and the invitations.
    TeamReview,
    /// Manage members and invitations: invite, resend, revoke, reset passwords, change roles,
    /// remove, and assign to workspaces.
    TeamManage,
    /// Rename the workspace and change its settings.
    WorkspaceManage,
    /// Manage billing.
    BillingManage,
    /// Manage the gateway's API keys.
    KeysManage,
    /// Manage guardrails.
    GuardrailsManage,
    /// Manage routing.
    RoutingManage,
    /// Manage daily reviews.
    DailyReviewsManage,
    /// View the gateway's logs.
    LogsView,
    /// View breaches.
    BreachesView,
    /// View spend.
    SpendView,
    /// View the access history (the audit log), including denied attempts.
    AccessHistoryView,
}

/// The status of a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "InnerStatus")]
pub enum MembershipStatus {
    /// The member has joined.
    Active,
    /// The member was invited but has not accepted yet. The invitation may have expired.
    Invited,
}

/// The status of a user account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserStatus {
    /// The user has signed up.
    Active,
    /// The user was invited but has no credentials yet, and can only accept the invitation.
    Invited,
}

impl From<InnerStatus> for UserStatus {
    fn from(status: InnerStatus) -> UserStatus {
        match status {
            InnerStatus::Active => UserStatus::Active,
            InnerStatus::Invited => UserStatus::Invited,
        }
    }
}

/// The state of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "InnerInvitationState")]
pub enum InvitationState {
    /// The invitation can be accepted.
    Pending,
    /// The invitation link has expired. An admin can resend it, or the invited person can request a
    /// new one.
    Expired,
    /// The invitation was accepted.
    Accepted,
    /// The invited person declined the invitation.
    Declined,
    /// An admin revoked the invitation.
    Revoked,
}

/// An action that can be performed on a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Action")]
pub enum MembershipAction {
    /// Resend the invitation, with `resendInvitation`.
    ResendInvitation,
    /// Revoke the invitation, with `revokeInvitation`.
    RevokeInvitation,
    /// Send a password reset link, with `sendPasswordReset`.
    SendPasswordReset,
    /// Change the role, with `changeRole`.
    ChangeRole,
    /// Remove the member, with `removeMember`.
    Remove,
    /// Assign the member to more workspaces, with `assignToWorkspaces`.
    AssignWorkspaces,
}

/// The state of a link from an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LinkState {
    /// The link can be used.
    Valid,
    /// The link has expired.
    Expired,
    /// A later email contains a newer link.
    Replaced,
    /// The link was already used.
    Used,
    /// The invitation was declined.
    Declined,
    /// The invitation was revoked.
    Revoked,
    /// The link was never issued; it may be truncated or altered.
    Unknown,
}

impl From<InnerLinkState> for LinkState {
    fn from(state: InnerLinkState) -> LinkState {
        match state {
            InnerLinkState::Valid => LinkState::Valid,
            InnerLinkState::Expired => LinkState::Expired,
            InnerLinkState::Replaced => LinkState::Replaced,
            InnerLinkState::Used => LinkState::Used,
            InnerLinkState::Declined => LinkState::Declined,
            InnerLinkState::Revoked => LinkState::Revoked,
        }
    }
}

/// The result of inviting one person to one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InviteResult {
    /// The email address has an active account: the person became a member immediately and is
    /// notified by email.
    Added,
    /// The person is invited by email.
    Invited,
    /// The person is already a member; nothing changed.
    AlreadyMember,
    /// The person already has a valid invitation; nothing changed.
    AlreadyInvited,
    /// The invitation failed and nothing changed. `error` gives the reason.
    Failed,
}

/// The delivery of an invitation email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DeliveryState {
    /// The email is waiting for the first delivery attempt.
    Queued,
    /// The mail server accepted the email.
    Sent,
    /// The last attempt failed; delivery will be retried.
    Retrying,
    /// The email is held, like all emails of this installation, until the mail server can be
    /// reached and accepts emails again.
    Blocked,
    /// The email was permanently rejected, or delivery was abandoned after the maximum time.
    Refused,
    /// No mail server is configured; the email is in the local mailbox.
    Held,
    /// The email was not sent because it was no longer relevant.
    Cancelled,
}

/// The state of the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MailServerState {
    /// The mail server accepts emails, as far as is known.
    Accepts,
    /// The mail server rejects all emails, whatever the recipient, because of the sender, a policy,
    /// a quota or a setting. Emails are kept and retried; the operator has to act.
    Refuses,
    /// The mail server cannot be reached or is temporarily out of service. Emails are kept and
    /// retried.
    Unavailable,
    /// No mail server is configured; emails are kept in the local mailbox.
    None,
}

/// How the client receives the token of a new session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SessionTransport {
    /// In an `HttpOnly` cookie, for browsers.
    #[default]
    Cookie,
    /// In the response, for clients that send it as `Authorization: Bearer`.
    Bearer,
}

/// The fields that members can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MembershipOrderField {
    /// By name, ignoring case and accents.
    Name,
    /// By email address.
    Email,
    /// By role, from full to read-only access, then by name.
    Role,
    /// By the time of last activity. In ascending order, members who were never active come first.
    /// Requires `TEAM_REVIEW`.
    #[graphql(directive = requires::apply(Permission::TeamReview))]
    LastActive,
    /// By the time of joining; for invited members, by the time of the invitation. Requires
    /// `TEAM_REVIEW`.
    #[graphql(directive = requires::apply(Permission::TeamReview))]
    Joined,
}

/// The sort direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// Ascending: A to Z, oldest first.
    Asc,
    /// Descending: Z to A, newest first.
    Desc,
}

/// The outcome of an attempted action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "InnerAuditOutcome")]
pub enum AuditOutcome {
    /// The action was performed.
    Done,
    /// The action was denied because the actor's role lacks the permission.
    Refused,
}

/// The kind of an access history event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "AuditKind")]
pub enum AuditEventKind {
    /// A member signed in.
    SignIn,
    /// A person was invited.
    InviteMember,
    /// A person with an account was added as a member.
    AddMember,
    /// An invitation was resent.
    ResendInvitation,
    /// An invitation was revoked.
    RevokeInvitation,
    /// An invitation was accepted.
    AcceptInvitation,
    /// The invited person declined an invitation.
    DeclineInvitation,
    /// An invitation was transferred to another admin because its inviter no longer manages the
    /// team.
    ReassignInvitation,
    /// The invited person requested a new invitation.
    RequestNewInvitation,
    /// A member's role was changed.
    ChangeRole,
    /// A member was removed.
    RemoveMember,
    /// A member left the workspace.
    LeaveWorkspace,
    /// An admin sent a member a password reset link.
    SendPasswordReset,
    /// A member set a new password with a reset link.
    ResetPassword,
    /// The workspace was created.
    CreateWorkspace,
    /// The name or settings of the workspace were changed.
    UpdateWorkspace,
}

/// The code of an error that a form can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ProblemCode")]
pub enum UserErrorCode {
    /// The email address is not valid.
    EmailInvalid,
    /// The name is empty, too long, or contains line breaks or invisible characters.
    NameInvalid,
    /// The password is too short.
    PasswordTooShort,
    /// The password is too long.
    PasswordTooLong,
    /// The password is common or easy to guess.
    PasswordGuessable,
    /// The email address or password is incorrect.
    CredentialsInvalid,
    /// The list has too many items, or none.
    TooMany,
    /// The value is outside the allowed range.
    ValueInvalid,
    /// The link was never issued; it may be truncated or altered.
    TokenUnknown,
    /// The link has expired.
    TokenExpired,
    /// The link was already used.
    TokenUsed,
    /// The invitation was declined.
    TokenDeclined,
    /// The invitation was revoked.
    TokenRevoked,
    /// A later email contains a newer link.
    TokenReplaced,
    /// The email address already has an account. Sign in to accept the invitation.
    AccountExists,
    /// A password is required to sign up.
    PasswordRequired,
    /// The invitation was sent moments ago. Retry after `retryAt`.
    Cooldown,
    /// The recipient has received too many emails today, or you have sent too many.
    MailCapReached,
    /// The workspace has reached its limit of open invitations.
    InvitationCapReached,
    /// You have reached the limit of workspaces that one person may create.
    WorkspaceCapReached,
    /// You have previewed too many people in the last hour. Retry after `retryAt`.
    PreviewCapReached,
    /// The change would leave the workspace without an active Workspace Admin.
    LastAdmin,
    /// The member has not signed up yet.
    NotActive,
    /// The invitation has been accepted, declined or revoked.
    InvitationEnded,
    /// The workspace's settings do not allow email addresses of this domain.
    DomainNotAllowed,
}
