//! The access history is in the order of the changes.

use super::write_authorization::overtaking::{may_wait, writes_audit_log};
use crate::on_both_engines;
use crate::support::{Server, Team, eventually};
use chrono::Duration;
use entity::audit_event::{Column, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

on_both_engines!(a_change_that_waited_has_the_time_at_which_it_continued);

/// Accepting locks the workspace in another way than the operations of admins.
async fn a_change_that_waited_has_the_time_at_which_it_continued(server: Server) {
    let team = Team::first(&server).await;
    let email = "bo@acme.example";
    team.invite(email, "Bo", "SECURITY_AUDITOR").await;
    let token = server.mail_to(email).await.token();
    let written = server.statements.pause_after(writes_audit_log);
    let (admin, workspace_id) = (team.admin.client.clone(), team.workspace_id.clone());
    let update = tokio::spawn(async move {
        let input = json!({ "workspaceId": workspace_id, "name": "Acme Research" });
        admin.mutate("updateWorkspace", input, "").await
    });
    written.reached().await;
    let (before, invited) = (server.app.now(), team.clone());
    let accept = tokio::spawn(async move { invited.accept(email, &token).await });
    eventually("the end or wait of the acceptance", || async {
        (accept.is_finished() || may_wait(&server).await).then_some(())
    })
    .await;
    server.advance(Duration::minutes(1));
    written.resume();
    update.await.unwrap();
    accept.await.unwrap();
    let accepted = Entity::find().filter(Column::Kind.eq("ACCEPT_INVITATION"));
    let accepted = accepted.one(&server.app.db).await.unwrap().unwrap();
    assert!(
        accepted.at >= before + Duration::minutes(1),
        "{}",
        accepted.at - before
    );
}
