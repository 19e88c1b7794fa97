use crate::dialect::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Invitations outlive what they refer to (a revoked membership, a deleted mail), so they refer to
/// users and mails without foreign keys.
const UP: &[&str] = &[
    "CREATE TABLE outbox (
        id {uuid} NOT NULL PRIMARY KEY,
        recipient_name text NOT NULL,
        recipient_email text NOT NULL,
        domain {key} NOT NULL,
        priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 2),
        content {json} NOT NULL,
        state text NOT NULL CHECK (state IN ('QUEUED', 'SENT', 'FAILED', 'CANCELLED')),
        attempts integer NOT NULL,
        created_at {time} NOT NULL,
        next_attempt_at {time} NOT NULL,
        deferred_since {time},
        claimed_by {uuid},
        claimed_until {time},
        sent_at {time},
        last_error text
    )",
    "CREATE INDEX outbox_due ON outbox (priority, domain, next_attempt_at)
        WHERE state = 'QUEUED'",
    "CREATE INDEX outbox_done ON outbox (created_at) WHERE state <> 'QUEUED'",
    "CREATE TABLE mail_server (
        id smallint NOT NULL PRIMARY KEY CHECK (id = 1),
        state text NOT NULL CHECK (state IN ('ACCEPTS', 'REFUSES', 'UNAVAILABLE')),
        summary text,
        since {time},
        retry_at {time},
        failures integer NOT NULL
    )",
    "INSERT INTO mail_server (id, state, failures) VALUES (1, 'ACCEPTS', 0)",
    "CREATE TABLE invitations (
        workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
        id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        email text NOT NULL,
        role smallint NOT NULL CHECK (role BETWEEN 1 AND 3),
        state text NOT NULL
            CHECK (state IN ('PENDING', 'EXPIRED', 'ACCEPTED', 'DECLINED', 'REVOKED')),
        inviter_id {uuid} NOT NULL REFERENCES users (id),
        mail_id {uuid} NOT NULL,
        created_at {time} NOT NULL,
        sent_at {time} NOT NULL,
        sent_count integer NOT NULL CHECK (sent_count >= 1),
        expires_at {time} NOT NULL,
        ended_at {time},
        renewal_asked_at {time},
        PRIMARY KEY (workspace_id, id),
        CHECK ((state IN ('PENDING', 'EXPIRED')) = (ended_at IS NULL))
    )",
    "CREATE UNIQUE INDEX invitations_open ON invitations (workspace_id, user_id)
        WHERE state IN ('PENDING', 'EXPIRED')",
    "CREATE INDEX invitations_by_state ON invitations (workspace_id, state, id)",
    "CREATE INDEX invitations_lapsing_here ON invitations (workspace_id, expires_at)
        WHERE state = 'PENDING'",
    "CREATE INDEX invitations_lapsing ON invitations (expires_at) WHERE state = 'PENDING'",
    "CREATE INDEX invitations_of_user ON invitations (user_id, workspace_id)
        WHERE state IN ('PENDING', 'EXPIRED')",
    "CREATE INDEX invitations_of_inviter ON invitations (workspace_id, inviter_id)
        WHERE state IN ('PENDING', 'EXPIRED')",
    "CREATE INDEX invitations_by_inviter ON invitations (inviter_id)",
    "CREATE INDEX invitations_of_mail ON invitations (mail_id)",
    "CREATE TABLE mail_invitations (
        mail_id {uuid} NOT NULL,
        workspace_id {uuid} NOT NULL,
        invitation_id {uuid} NOT NULL,
        PRIMARY KEY (mail_id, workspace_id, invitation_id),
        FOREIGN KEY (workspace_id, invitation_id)
            REFERENCES invitations (workspace_id, id) ON DELETE CASCADE
    )",
    "CREATE INDEX mail_invitations_of_invitation
        ON mail_invitations (workspace_id, invitation_id)",
    "CREATE TABLE link_tokens (
        token_hash {bytes} NOT NULL PRIMARY KEY,
        purpose text NOT NULL CHECK (purpose IN ('INVITATION', 'PASSWORD_RESET', 'SETUP')),
        mail_id {uuid} NOT NULL,
        created_at {time} NOT NULL
    )",
    "CREATE INDEX link_tokens_of_mail ON link_tokens (mail_id)",
    "CREATE INDEX link_tokens_by_age ON link_tokens (created_at)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "DROP TABLE link_tokens",
                "DROP TABLE mail_invitations",
                "DROP TABLE invitations",
                "DROP TABLE mail_server",
                "DROP TABLE outbox",
            ],
        )
        .await
    }
}
