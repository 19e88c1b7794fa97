//! The enums of the schema. Each mirrors one of the program's own, so that a new value inside is
//! not public by accident.

use super::guard::requires;
use crate::audit::AuditKind;
use crate::error::ProblemCode;
use crate::team::actions::Action;
use crate::team::link::LinkState as InnerLinkState;
use async_graphql::Enum;
use entity::audit_event::AuditOutcome as InnerAuditOutcome;
use entity::invitation::InvitationState as InnerInvitationState;
use entity::membership::MembershipStatus as InnerStatus;

/// What a member is in one workspace. `roles` tells what each may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::Role")]
pub enum Role {
    /// Full access: runs the team, the settings and billing, and everything the other roles do.
    WorkspaceAdmin,
    /// Standard access: manages keys, guardrails, routing and daily reviews, and sees the team.
    GatewayOperator,
    /// Read-only access: reviews the team, logs, breaches, spend and the access history.
    SecurityAuditor,
}

/// Something that a role may do or see in a workspace. Fields say which one they need with
/// `@requires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::permissions::Permission")]
pub enum Permission {
    /// See colleagues' names, addresses, roles and status, and the team summary.
    TeamView,
    /// See when colleagues were last active, when invitations were sent, and the invitations.
    TeamReview,
    /// Invite, add, resend, revoke, reset, change roles, remove and assign.
    TeamManage,
    /// Rename the workspace and change its settings.
    WorkspaceManage,
    /// Manage billing.
    BillingManage,
    /// Manage the gateway's keys.
    KeysManage,
    /// Manage guardrails.
    GuardrailsManage,
    /// Manage routing.
    RoutingManage,
    /// Manage daily reviews.
    DailyReviewsManage,
    /// See the gateway's logs.
    LogsView,
    /// See breaches.
    BreachesView,
    /// See spend.
    SpendView,
    /// See the audit log, refused attempts included.
    AccessHistoryView,
}

/// Whether a member is in, or still has to accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "InnerStatus")]
pub enum MembershipStatus {
    /// Is in.
    Active,
    /// Was invited and has not accepted yet; the invitation may have expired.
    Invited,
}

/// Whether somebody has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserStatus {
    /// Has signed up.
    Active,
    /// Was invited, has no credentials yet, and can do nothing but accept.
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

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "InnerInvitationState")]
pub enum InvitationState {
    /// Can be accepted.
    Pending,
    /// Its link's time is over; resend it or let it be asked for anew.
    Expired,
    /// Was accepted.
    Accepted,
    /// Was declined by the invited person.
    Declined,
    /// Was taken back.
    Revoked,
}

/// What can be done with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Action")]
pub enum MembershipAction {
    /// `resendInvitation`.
    ResendInvitation,
    /// `revokeInvitation`.
    RevokeInvitation,
    /// `sendPasswordReset`.
    SendPasswordReset,
    /// `changeRole`.
    ChangeRole,
    /// `removeMember`.
    Remove,
    /// `assignToWorkspaces`.
    AssignWorkspaces,
}

/// How a link from a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LinkState {
    /// Can be used.
    Valid,
    /// Its time is over.
    Expired,
    /// A later mail has a newer link.
    Replaced,
    /// Was used already.
    Used,
    /// What it was about was declined.
    Declined,
    /// What it was about was taken back.
    Revoked,
    /// No such link was ever sent: it is cut or altered.
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

/// What came of inviting one person to one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InviteResult {
    /// The address has an active account: a member at once, told by email.
    Added,
    /// Gets an invitation by email.
    Invited,
    /// Was a member already; nothing changed.
    AlreadyMember,
    /// Was invited already, and the invitation is still valid; nothing changed.
    AlreadyInvited,
    /// Nothing changed, for the reason in `error`.
    Failed,
}

/// How the delivery of an invitation's mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DeliveryState {
    /// Waits for its first attempt.
    Queued,
    /// Handed over to the mail server.
    Sent,
    /// Failed for now, and will be tried again.
    Retrying,
    /// Kept, like all mails, until the mail server takes mails from this installation again: it
    /// refuses them, or cannot be reached.
    Blocked,
    /// Refused for good, or given up after too long.
    Refused,
    /// Kept in the local mailbox page: no mail server is configured.
    Held,
    /// Not sent, since what it was about had ended.
    Cancelled,
}

/// Whether the mail server takes the mails of this installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MailServerState {
    /// It does, as far as is known.
    Accepts,
    /// It refuses them, whoever the recipient is: because of the sender, a policy, a quota or a
    /// setting. They are kept and tried again; whoever runs the installation has to act.
    Refuses,
    /// It cannot be reached, or serves nobody right now. Mails are kept and tried again.
    Unavailable,
    /// There is none: mails are kept in the local mailbox page.
    None,
}

/// How a new session's token travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SessionTransport {
    /// In an `HttpOnly` cookie, for browsers.
    #[default]
    Cookie,
    /// In the answer, to be sent as `Authorization: Bearer`, for everything else.
    Bearer,
}

/// What members can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MembershipOrderField {
    /// By name, without regard to case and accents.
    Name,
    /// By email address.
    Email,
    /// By role, those with full access first; by name within each.
    Role,
    /// By the time of last activity; who never was comes first when ascending. Needs
    /// `TEAM_REVIEW`.
    #[graphql(directive = requires::apply(Permission::TeamReview))]
    LastActive,
    /// By the time of joining; for the invited, of the invitation. Needs `TEAM_REVIEW`.
    #[graphql(directive = requires::apply(Permission::TeamReview))]
    Joined,
}

/// Which way to sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// From small to large, from A to Z, from past to present.
    Asc,
    /// The other way round.
    Desc,
}

/// Whether what was tried was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "InnerAuditOutcome")]
pub enum AuditOutcome {
    /// Was done.
    Done,
    /// Was refused, since the actor's role is not enough.
    Refused,
}

/// What can stand in the access history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "AuditKind")]
pub enum AuditEventKind {
    /// A member signed in.
    SignIn,
    /// Somebody was invited.
    InviteMember,
    /// Somebody with an account was made a member at once.
    AddMember,
    /// An invitation was sent again.
    ResendInvitation,
    /// An invitation was taken back.
    RevokeInvitation,
    /// An invitation was accepted.
    AcceptInvitation,
    /// An invitation was declined by the invited person.
    DeclineInvitation,
    /// An invitation passed to another admin, since its inviter no longer manages the team.
    ReassignInvitation,
    /// The invited person asked for a new link.
    RequestNewInvitation,
    /// A member got another role.
    ChangeRole,
    /// A member was taken out.
    RemoveMember,
    /// A member left.
    LeaveWorkspace,
    /// A member was sent a password reset.
    SendPasswordReset,
    /// A member set a new password by a link.
    ResetPassword,
    /// The workspace was created.
    CreateWorkspace,
    /// The workspace's name or settings were changed.
    UpdateWorkspace,
}

/// What a form can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ProblemCode")]
pub enum UserErrorCode {
    /// This is not an email address.
    EmailInvalid,
    /// The name is empty, too long, or has line breaks or invisible characters.
    NameInvalid,
    /// The password has too few characters.
    PasswordTooShort,
    /// The password has too many characters.
    PasswordTooLong,
    /// The password is common or easy to guess.
    PasswordGuessable,
    /// Email or password is not right.
    CredentialsInvalid,
    /// More items than one call takes.
    TooMany,
    /// The value is outside of what is allowed.
    ValueInvalid,
    /// No such link was ever sent: it is cut or altered.
    TokenUnknown,
    /// The link's time is over.
    TokenExpired,
    /// The link was used already.
    TokenUsed,
    /// What the link was about was declined.
    TokenDeclined,
    /// What the link was about was taken back.
    TokenRevoked,
    /// A later mail has a newer link.
    TokenReplaced,
    /// The address has an account: sign in, then accept.
    AccountExists,
    /// A password must be chosen to sign up.
    PasswordRequired,
    /// Was sent a moment ago: wait until `retryAt`.
    Cooldown,
    /// The address has got too many mails today, or you have sent too many.
    MailCapReached,
    /// The workspace has as many open invitations as a workspace may have.
    InvitationCapReached,
    /// You have created as many workspaces as one person may create.
    WorkspaceCapReached,
    /// You have looked up too many people in the last hour: wait until `retryAt`.
    PreviewCapReached,
    /// The workspace would be left without an active Workspace Admin.
    LastAdmin,
    /// The member has not signed up yet.
    NotActive,
    /// The invitation was accepted, declined or revoked meanwhile.
    InvitationEnded,
    /// The workspace's settings do not allow addresses of this domain.
    DomainNotAllowed,
}
