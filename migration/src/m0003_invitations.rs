//! Invitations outlive what they refer to (a revoked membership, a deleted mail), so they refer to
//! users and mails without foreign keys.

use crate::builders::{belongs_to, create_indexes, drop_tables, index, key_of, one_of};
use crate::dialect::key;
use entity::Role;
use entity::invitation::InvitationState;
use entity::link_token::LinkPurpose;
use entity::mail_server::MailServerState;
use entity::outbox::{MailPriority, MailState};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    blob, integer, json_binary, pk_uuid, small_integer, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn outbox(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(pk_uuid("id"))
        .col(text("recipient_name"))
        .col(text("recipient_email"))
        .col(key(manager, "domain"))
        .col(one_of::<MailPriority>(small_integer("priority")))
        .col(json_binary("content"))
        .col(one_of::<MailState>(text("state")))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone_null("deferred_since"))
        .col(uuid_null("claimed_by"))
        .col(timestamp_with_time_zone_null("claimed_until"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .col(text_null("last_error"))
        .take()
}

/// The only row is the state of the mail server.
fn mail_server() -> TableCreateStatement {
    Table::create()
        .table("mail_server")
        .col(
            small_integer("id")
                .primary_key()
                .check(Expr::col("id").eq(1)),
        )
        .col(one_of::<MailServerState>(text("state")))
        .col(text_null("summary"))
        .col(timestamp_with_time_zone_null("since"))
        .col(timestamp_with_time_zone_null("retry_at"))
        .col(integer("failures"))
        .take()
}

fn invitations() -> TableCreateStatement {
    let is_open = Expr::col("state").is_in(InvitationState::OPEN);
    Table::create()
        .table("invitations")
        .col(uuid("workspace_id"))
        .col(uuid("id"))
        .col(uuid("user_id"))
        .col(text("email"))
        .col(one_of::<Role>(small_integer("role")))
        .col(one_of::<InvitationState>(text("state")))
        .col(uuid("inviter_id"))
        .col(uuid("mail_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("sent_at"))
        .col(integer("sent_count").check(Expr::col("sent_count").gte(1)))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(timestamp_with_time_zone_null("renewal_asked_at"))
        .primary_key(&mut key_of(&["workspace_id", "id"]))
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .foreign_key(
            ForeignKey::create()
                .from_col("inviter_id")
                .to("users", "id"),
        )
        .check(is_open.eq(Expr::col("ended_at").is_null()))
        .take()
}

fn mail_invitations() -> TableCreateStatement {
    Table::create()
        .table("mail_invitations")
        .col(uuid("mail_id"))
        .col(uuid("workspace_id"))
        .col(uuid("invitation_id"))
        .primary_key(&mut key_of(&["mail_id", "workspace_id", "invitation_id"]))
        .foreign_key(
            ForeignKey::create()
                .from("mail_invitations", ("workspace_id", "invitation_id"))
                .to("invitations", ("workspace_id", "id"))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn link_tokens() -> TableCreateStatement {
    Table::create()
        .table("link_tokens")
        .col(blob("token_hash").primary_key())
        .col(one_of::<LinkPurpose>(text("purpose")))
        .col(uuid("mail_id"))
        .col(timestamp_with_time_zone("created_at"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mails = |name, columns: &[_]| index(name, "outbox", columns);
    let invitations = |name, columns: &[_]| index(name, "invitations", columns);
    let is_queued = || Expr::col("state").eq(MailState::Queued);
    let is_pending = || Expr::col("state").eq(InvitationState::Pending);
    let is_open = || Expr::col("state").is_in(InvitationState::OPEN);
    vec![
        mails("outbox_due", &["priority", "domain", "next_attempt_at"])
            .and_where(is_queued())
            .take(),
        mails("outbox_done", &["created_at"])
            .and_where(Expr::col("state").ne(MailState::Queued))
            .take(),
        invitations("invitations_open", &["workspace_id", "user_id"])
            .unique()
            .and_where(is_open())
            .take(),
        invitations("invitations_by_state", &["workspace_id", "state", "id"]),
        invitations("invitations_lapsing_here", &["workspace_id", "expires_at"])
            .and_where(is_pending())
            .take(),
        invitations("invitations_lapsing", &["expires_at"])
            .and_where(is_pending())
            .take(),
        invitations("invitations_of_user", &["user_id", "workspace_id"])
            .and_where(is_open())
            .take(),
        invitations("invitations_of_inviter", &["workspace_id", "inviter_id"])
            .and_where(is_open())
            .take(),
        invitations("invitations_by_inviter", &["inviter_id"]),
        invitations("invitations_of_mail", &["mail_id"]),
        index(
            "mail_invitations_of_invitation",
            "mail_invitations",
            &["workspace_id", "invitation_id"],
        ),
        index("link_tokens_of_mail", "link_tokens", &["mail_id"]),
        index("link_tokens_by_age", "link_tokens", &["created_at"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(outbox(manager)).await?;
        manager.create_table(mail_server()).await?;
        manager.create_table(invitations()).await?;
        manager.create_table(mail_invitations()).await?;
        manager.create_table(link_tokens()).await?;
        create_indexes(manager, indexes()).await?;
        let row = Query::insert()
            .into_table("mail_server")
            .columns(["id", "state", "failures"])
            .values_panic([1.into(), MailServerState::Accepts.into(), 0.into()])
            .take();
        manager.execute(row).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "link_tokens",
            "mail_invitations",
            "invitations",
            "mail_server",
            "outbox",
        ];
        drop_tables(manager, &tables).await
    }
}
