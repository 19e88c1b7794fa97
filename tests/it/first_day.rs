//! The main job, from an empty database to a colleague who is in.

use crate::on_both_engines;
use crate::support::{Server, Team};
use serde_json::json;

on_both_engines!(an_admin_invites_a_colleague_who_accepts);

async fn an_admin_invites_a_colleague_who_accepts(server: Server) {
    let team = Team::first(&server).await;
    assert_eq!(team.summary().await, [1, 1, 0, 0]);

    let outcome = team
        .invite("Bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(outcome["result"], "INVITED");
    assert_eq!(outcome["membership"]["invitation"]["state"], "PENDING");
    assert_eq!(team.summary().await, [2, 1, 1, 0]);

    let mail = server.mail_to("Bo@acme.example").await;
    assert!(mail.subject().contains("Acme"), "{}", mail.subject());
    let bo = team.accept("bo@acme.example", &mail.token()).await;
    assert_eq!(team.summary().await, [2, 2, 0, 0]);

    let data = bo
        .client
        .get("{ viewer { user { name status } can(permission: TEAM_MANAGE) { allowed reason } } }")
        .await;
    assert_eq!(
        data["viewer"]["user"],
        json!({ "name": "Bo", "status": "ACTIVE" })
    );
    assert_eq!(data["viewer"]["can"]["allowed"], false);
}
