use super::membership::Membership;
use super::workspace::Workspace;
use crate::App;
use crate::error::Error;
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
use crate::team::invitation::{self, state_at};
use async_graphql::{Context, Guard, ID, Object, SimpleObject};
use entity::invitation::Model;
use entity::outbox::{self, MailState};
use uuid::Uuid;

/// An invitation to a workspace.
#[derive(Clone, Debug)]
pub struct Invitation {
    row: Model,
    seen_by: SeenBy,
}

/// Why an invitation is shown to the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SeenBy {
    /// The viewer's permissions in the workspace allow it.
    Member,
    /// The viewer has its link, which shows the invitation but no member of the workspace.
    LinkHolder,
    /// The viewer has just changed it. They see the result even if the same mutation cost them
    /// their role.
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

/// A guard that lets the link holder and the actor pass, and otherwise requires the permission.
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
    /// Returns an invitation as members see it.
    pub fn new(row: Model) -> Invitation {
        Invitation {
            row,
            seen_by: SeenBy::Member,
        }
    }

    /// Returns an invitation as the holder of its link sees it.
    pub fn by_link(row: Model) -> Invitation {
        Invitation {
            row,
            seen_by: SeenBy::LinkHolder,
        }
    }

    /// Returns an invitation as the actor sees it in the payload of the mutation that changed it.
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

    /// Returns an invitation that the viewer may see.
    pub async fn find(
        context: &RequestContext,
        workspace_id: Uuid,
        id: Uuid,
    ) -> Result<Option<Invitation>> {
        match invitation::find(&context.app.db, workspace_id, id).await {
            Ok(row) => Ok(Some(Invitation::new(row))),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns a member of the workspace, as far as they are shown with this invitation.
    async fn member(&self, context: &RequestContext, user_id: Uuid) -> Result<Option<Membership>> {
        let key = (self.row.workspace_id, user_id);
        let shown = self.is_seen_from_within(context).then_some(key);
        Membership::find(context, shown).await
    }

    /// Whether related objects in the workspace are shown, too. People outside the workspace do not
    /// see them.
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

/// An invitation to a workspace, which activates an invited membership once accepted.
#[Object]
impl Invitation {
    /// An opaque, globally unique ID.
    pub async fn id(&self) -> ID {
        GlobalId::Invitation {
            workspace_id: self.row.workspace_id,
            id: self.row.id,
        }
        .encode()
    }

    /// The workspace; `null` if you do not belong to it.
    async fn workspace(&self, ctx: &Context<'_>) -> Option<Workspace> {
        Workspace::find(ctx, self.row.workspace_id).ok()
    }

    /// The invited membership; `null` once the invitation has ended without one. Requires
    /// `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()), directive = cost::apply(LOADED))]
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        self.member(RequestContext::of(ctx)?, self.row.user_id)
            .await
    }

    /// The invited email address. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn email(&self) -> Option<&str> {
        Some(&self.row.email)
    }

    /// The role that the invited person will have. Requires `TEAM_REVIEW`, except for your own
    /// data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn role(&self) -> Option<Role> {
        Some(self.row.role.into())
    }

    /// The state of the invitation. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<InvitationState>> {
        let now = RequestContext::of(ctx)?.app.now();
        Ok(Some(state_at(&self.row, now).into()))
    }

    /// The responsible admin: the one who sent the invitation, or their successor. Requires
    /// `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()), directive = cost::apply(LOADED))]
    async fn inviter(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        self.member(RequestContext::of(ctx)?, self.row.inviter_id)
            .await
    }

    /// When the person was first invited. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn created_at(&self) -> Option<DateTime> {
        Some(DateTime(self.row.created_at))
    }

    /// When the invitation was last sent. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn sent_at(&self) -> Option<DateTime> {
        Some(DateTime(self.row.sent_at))
    }

    /// How many times the invitation was sent. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn sent_count(&self) -> Option<i32> {
        Some(self.row.sent_count)
    }

    /// When the invitation can be resent. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn resendable_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let cooldown = RequestContext::of(ctx)?.app.config.resend_cooldown;
        let open = self.row.state.is_open();
        Ok(open.then(|| DateTime(self.row.sent_at + cooldown)))
    }

    /// When the link expires. Requires `TEAM_REVIEW`, except for your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn expires_at(&self) -> Option<DateTime> {
        Some(DateTime(self.row.expires_at))
    }

    /// When the invitation was accepted, declined or revoked. Requires `TEAM_REVIEW`, except for
    /// your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn ended_at(&self) -> Option<DateTime> {
        self.row.ended_at.map(DateTime)
    }

    /// When the invited person last requested a new invitation. Requires `TEAM_REVIEW`, except for
    /// your own data.
    #[graphql(guard = "self.needs(TeamReview)", directive = requires::apply(TeamReview.into()))]
    async fn renewal_asked_at(&self) -> Option<DateTime> {
        self.row.renewal_asked_at.map(DateTime)
    }

    /// The delivery of the latest invitation email; `null` after the email has been cleared.
    /// Requires `TEAM_REVIEW`, except for your own data.
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

/// The delivery of an invitation email.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitationDelivery {
    /// The state of the delivery.
    state: DeliveryState,
    /// The number of delivery attempts.
    attempts: i32,
    /// The last rejection by the mail server; if it accepts no emails at all, the reason.
    reason: Option<String>,
    /// When the next attempt is made.
    next_attempt_at: Option<DateTime>,
    /// When the mail server accepted the email.
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
                    "No mail server is configured. The email is in the local mailbox.".to_owned(),
                ),
                DeliveryState::Blocked => blocked.and_then(|server| server.summary),
                _ => mail.last_error,
            },
            next_attempt_at: next_attempt_at.map(DateTime),
            sent_at: mail.sent_at.map(DateTime),
        }
    }
}
