use super::membership::Membership;
use super::workspace::Workspace;
use crate::App;
use crate::graphql::connection::{ConnectionNode, Order};
use crate::graphql::cost::{LOADED, SCAN, cost};
use crate::graphql::cursor;
use crate::graphql::enums::{DeliveryState, InvitationState, Role};
use crate::graphql::error::Result;
use crate::graphql::guard::{Requires, requires};
use crate::graphql::id::GlobalId;
use crate::graphql::request_context::RequestContext;
use crate::graphql::time::DateTime;
use crate::permissions::Permission;
use crate::permissions::Permission::TeamReview;
use crate::team::invitation::state_at;
use async_graphql::{Context, Guard, ID, Object, SimpleObject};
use entity::invitation::Model;
use entity::outbox::{self, MailState};

/// How a membership becomes active.
#[derive(Clone, Debug)]
pub struct Invitation {
    row: Model,
    seen_by: SeenBy,
}

/// On what ground an invitation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SeenBy {
    /// What the viewer may do in the workspace.
    Member,
    /// They hold its link, which lets them see it, but nobody who belongs to the workspace.
    LinkHolder,
    /// They have just changed it, with all that this took; they may have given up their own role by
    /// the same act, and are told all the same what came of it.
    Actor,
}

impl ConnectionNode for Invitation {
    const CONNECTION: &'static str = "InvitationConnection";
    const EDGE: &'static str = "InvitationEdge";
    const TOTAL: i32 = SCAN;

    fn cursor(&self, _: Order) -> String {
        cursor::of_id(self.row.id)
    }
}

/// Lets those pass to whom it is shown anyway, and otherwise those with the permission.
struct ShownOr(SeenBy, Requires);

impl Guard for ShownOr {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        match self.0 {
            SeenBy::Member => self.1.check(ctx).await,
            SeenBy::LinkHolder | SeenBy::Actor => Ok(()),
        }
    }
}

impl Invitation {
    /// An invitation as members see it.
    pub fn new(row: Model) -> Invitation {
        Invitation {
            row,
            seen_by: SeenBy::Member,
        }
    }

    /// An invitation as the holder of its link sees it.
    pub fn by_link(row: Model) -> Invitation {
        Invitation {
            row,
            seen_by: SeenBy::LinkHolder,
        }
    }

    /// An invitation as whoever has just changed it sees it, in the payload of that mutation.
    pub fn by_actor(row: Model) -> Invitation {
        Invitation {
            row,
            seen_by: SeenBy::Actor,
        }
    }

    fn needs(&self, permission: Permission) -> ShownOr {
        let guard = Requires::new(self.row.workspace_id, permission).or_user(self.row.user_id);
        ShownOr(self.seen_by, guard)
    }

    /// Whether what hangs off it in the workspace is shown, too: not to those outside.
    fn is_seen_from_within(&self, context: &RequestContext) -> bool {
        match self.seen_by {
            SeenBy::Member => true,
            SeenBy::LinkHolder => false,
            SeenBy::Actor => {
                let viewer = context.viewer();
                viewer.is_some_and(|viewer| viewer.membership(self.row.workspace_id).is_some())
            }
        }
    }
}

/// How an invited membership becomes active: who invited, when it was sent, until when it is
/// valid, and where it stands.
#[Object]
impl Invitation {
    /// Opaque and globally unique.
    pub async fn id(&self) -> ID {
        GlobalId::Invitation {
            workspace_id: self.row.workspace_id,
            id: self.row.id,
        }
        .encode()
    }

    /// The workspace; `null` where you do not belong to it.
    async fn workspace(&self, ctx: &Context<'_>) -> Option<Workspace> {
        Workspace::find(ctx, self.row.workspace_id).ok()
    }

    /// The membership that waits for it; `null` once it has ended without one. Needs `TEAM_REVIEW`,
    /// unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()), directive = cost::apply(LOADED))]
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        let context = RequestContext::of(ctx)?;
        if !self.is_seen_from_within(context) {
            return Ok(None);
        }
        let found = context
            .loaders()
            .member((self.row.workspace_id, self.row.user_id))
            .await?;
        Ok(found.map(Membership))
    }

    /// The invited address. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn email(&self) -> Option<&str> {
        Some(&self.row.email)
    }

    /// The role that the invited person gets. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn role(&self) -> Option<Role> {
        Some(self.row.role.into())
    }

    /// Where it stands. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<InvitationState>> {
        let now = RequestContext::of(ctx)?.app.now();
        Ok(Some(state_at(&self.row, now).into()))
    }

    /// The admin who answers for it: who sent it, or who took over from them. Needs `TEAM_REVIEW`,
    /// unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()), directive = cost::apply(LOADED))]
    async fn inviter(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        let context = RequestContext::of(ctx)?;
        if !self.is_seen_from_within(context) {
            return Ok(None);
        }
        let found = context
            .loaders()
            .member((self.row.workspace_id, self.row.inviter_id))
            .await?;
        Ok(found.map(Membership))
    }

    /// When the person was first invited. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn created_at(&self) -> Option<DateTime> {
        Some(DateTime(self.row.created_at))
    }

    /// When it was last sent. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn sent_at(&self) -> Option<DateTime> {
        Some(DateTime(self.row.sent_at))
    }

    /// How often it was sent. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn sent_count(&self) -> Option<i32> {
        Some(self.row.sent_count)
    }

    /// From when on it can be sent again. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn resendable_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let cooldown = RequestContext::of(ctx)?.app.config.resend_cooldown;
        let open = self.row.state.is_open();
        Ok(open.then(|| DateTime(self.row.sent_at + cooldown)))
    }

    /// Until when its link is valid. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn expires_at(&self) -> Option<DateTime> {
        Some(DateTime(self.row.expires_at))
    }

    /// When it was accepted, declined or revoked. Needs `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn ended_at(&self) -> Option<DateTime> {
        self.row.ended_at.map(DateTime)
    }

    /// When the invited person last asked for a new link. Needs `TEAM_REVIEW`, unless it is about
    /// you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn renewal_asked_at(&self) -> Option<DateTime> {
        self.row.renewal_asked_at.map(DateTime)
    }

    /// How the delivery of its latest mail goes; `null` once the mail was cleared away. Needs
    /// `TEAM_REVIEW`, unless it is about you.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()), directive = cost::apply(LOADED))]
    async fn delivery(&self, ctx: &Context<'_>) -> Result<Option<InvitationDelivery>> {
        let context = RequestContext::of(ctx)?;
        if !self.is_seen_from_within(context) {
            return Ok(None);
        }
        let mail = context.loaders().mail(self.row.mail_id).await?;
        Ok(mail.map(|mail| InvitationDelivery::new(mail, &context.app)))
    }
}

/// How the delivery of an invitation's mail goes.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationDelivery {
    /// Where it stands.
    state: DeliveryState,
    /// How often it was tried.
    attempts: i32,
    /// What the mail server said last, where it refused; where it takes no mail at all, why.
    reason: Option<String>,
    /// When it is tried next.
    next_attempt_at: Option<DateTime>,
    /// When the mail server took it.
    sent_at: Option<DateTime>,
}

impl InvitationDelivery {
    fn new(mail: outbox::Model, app: &App) -> InvitationDelivery {
        let server = app.mail_server.get();
        let blocked = server.filter(|server| server.retry_at.is_some());
        let state = match mail.state {
            MailState::Queued if !app.sends_mail() => DeliveryState::Held,
            MailState::Queued if blocked.is_some() => DeliveryState::Blocked,
            MailState::Queued if mail.attempts > 0 => DeliveryState::Retrying,
            MailState::Queued => DeliveryState::Queued,
            MailState::Sent => DeliveryState::Sent,
            MailState::Failed => DeliveryState::Refused,
            MailState::Cancelled => DeliveryState::Cancelled,
        };
        let next_attempt_at = match state {
            DeliveryState::Queued | DeliveryState::Retrying => Some(mail.next_attempt_at),
            DeliveryState::Blocked => {
                let retry_at = blocked.as_ref().and_then(|server| server.retry_at);
                retry_at.max(Some(mail.next_attempt_at))
            }
            _ => None,
        };
        InvitationDelivery {
            state,
            attempts: mail.attempts,
            reason: match state {
                DeliveryState::Held => Some(
                    "No mail server is configured: the mail is in the local mailbox.".to_owned(),
                ),
                DeliveryState::Blocked => blocked.and_then(|server| server.summary),
                _ => mail.last_error,
            },
            next_attempt_at: next_attempt_at.map(DateTime),
            sent_at: mail.sent_at.map(DateTime),
        }
    }
}
