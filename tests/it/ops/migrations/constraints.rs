//! Constraints that the database enforces on every writer.

use crate::on_both_engines;
use crate::support::{Server, Team};
use entity::invitation::{self, InvitationState};
use entity::{membership, password_reset, user, workspace};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _,
};
use serde_json::json;
use uuid::Uuid;

on_both_engines!(
    values_outside_their_set_are_rejected,
    duplicates_are_rejected,
    rows_without_their_parent_are_rejected
);

/// Statements that each would create a row that the program cannot read.
const REFUSED: &[&str] = &[
    "UPDATE users SET status = 'GONE' WHERE status = 'INVITED'",
    "UPDATE users SET password_hash = NULL WHERE status = 'ACTIVE'",
    "UPDATE users SET signed_up_at = NULL WHERE status = 'ACTIVE'",
    "UPDATE users SET password_hash = 'x' WHERE status = 'INVITED'",
    "UPDATE workspaces SET invitation_lifetime_days = 0",
    "UPDATE workspaces SET invitation_lifetime_days = 91",
    "UPDATE memberships SET role = 0",
    "UPDATE memberships SET role = 99",
    "UPDATE memberships SET status = 'GONE'",
    "UPDATE member_activity SET role = 2 WHERE role <> 2",
    "UPDATE invitations SET state = 'GONE', ended_at = created_at",
    "UPDATE invitations SET role = 99",
    "UPDATE invitations SET sent_count = 0",
    "UPDATE invitations SET ended_at = created_at WHERE state = 'PENDING'",
    "UPDATE invitations SET state = 'ACCEPTED' WHERE ended_at IS NULL",
    "UPDATE outbox SET state = 'GONE'",
    "UPDATE link_tokens SET purpose = 'GONE'",
    "UPDATE audit_events SET outcome = 'GONE'",
];

async fn values_outside_their_set_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    server.mail_to("bo@acme.example").await;
    let before = server.dump().await;
    for sql in REFUSED {
        let outcome = server.app.db.maintenance().execute_unprepared(sql).await;
        assert!(outcome.is_err(), "{sql}: {outcome:?}");
    }
    assert_eq!(before, server.dump().await);
}

async fn duplicates_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let input = json!({ "membershipId": team.admin.membership_id });
    team.admin
        .client
        .mutate("sendPasswordReset", input, "")
        .await;
    let db = &server.app.db.maintenance();
    let id = Uuid::now_v7();
    macro_rules! duplicate {
        ($table:ident { $($change:tt)* }) => {{
            let row = $table::Entity::find().one(db).await.unwrap().unwrap();
            let duplicate = $table::Model { $($change)*, ..row };
            duplicate.into_active_model().insert(db).await
        }};
    }
    let by_address = duplicate!(user { id });
    assert!(by_address.is_err(), "two users with one address");
    assert!(
        duplicate!(workspace { id }).is_err(),
        "two workspaces with one slug"
    );
    let membership = membership::Entity::find().one(db).await.unwrap().unwrap();
    let again = membership.into_active_model().insert(db).await;
    assert!(
        again.is_err(),
        "two memberships of one user in one workspace"
    );
    assert!(
        duplicate!(password_reset { id }).is_err(),
        "two open resets of one user"
    );
    assert!(
        duplicate!(invitation { id }).is_err(),
        "two open invitations of one membership"
    );
    let ended = duplicate!(invitation {
        id,
        state: InvitationState::Revoked,
        ended_at: Some(server.app.now())
    });
    assert!(
        ended.is_ok(),
        "{ended:?}: an ended invitation is not in conflict"
    );
}

async fn rows_without_their_parent_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let db = &server.app.db.maintenance();
    let row = membership::Entity::find().one(db).await.unwrap().unwrap();
    for (workspace_id, user_id) in [
        (row.workspace_id, Uuid::now_v7()),
        (Uuid::now_v7(), row.user_id),
    ] {
        let stray = membership::Model {
            workspace_id,
            user_id,
            ..row.clone()
        };
        let outcome = stray.into_active_model().insert(db).await;
        assert!(outcome.is_err(), "a membership without a user or workspace");
    }
    let row = invitation::Entity::find().one(db).await.unwrap().unwrap();
    let stray = invitation::Model {
        id: Uuid::now_v7(),
        user_id: Uuid::now_v7(),
        inviter_id: Uuid::now_v7(),
        ..row
    };
    let outcome = stray.into_active_model().insert(db).await;
    assert!(outcome.is_err(), "an invitation without an inviter");
    let gone = db
        .execute_unprepared("DELETE FROM users WHERE status = 'ACTIVE'")
        .await;
    assert!(gone.is_err(), "a user who is the inviter of invitations");
}
