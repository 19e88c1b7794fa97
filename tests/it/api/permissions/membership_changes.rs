//! Changes to a membership apply from the member's next request on, with the same session.

use crate::on_both_engines;
use crate::support::{Reply, Server, Team};
use serde_json::json;

on_both_engines!(
    a_new_role_applies_from_the_next_request,
    removal_applies_from_the_next_request,
    demoting_oneself_cannot_be_undone,
);

const HISTORY: &str = "query($id: ID!) {
    workspace(id: $id) { name accessHistory { totalCount } settings { allowedEmailDomains } } }";

async fn a_new_role_applies_from_the_next_request(server: Server) {
    let team = Team::first(&server).await;
    let person = team.member("Pia", "GATEWAY_OPERATOR").await;
    let look = async || {
        person
            .client
            .run(HISTORY, json!({ "id": team.workspace_id }))
            .await
    };
    assert_eq!(look().await.codes(), ["FORBIDDEN", "FORBIDDEN"]);
    for (role, codes) in [
        ("SECURITY_AUDITOR", vec!["FORBIDDEN"]),
        ("WORKSPACE_ADMIN", vec![]),
        ("GATEWAY_OPERATOR", vec!["FORBIDDEN", "FORBIDDEN"]),
    ] {
        let input = json!({ "membershipId": person.membership_id, "role": role });
        let payload = team
            .admin
            .client
            .mutate("changeRole", input, "membership { role }")
            .await;
        assert_eq!(payload["membership"]["role"], role);
        let reply: Reply = look().await;
        assert_eq!(reply.codes(), codes, "as {role}");
        assert_eq!(reply.0["data"]["workspace"]["name"], "Acme");
    }
}

async fn removal_applies_from_the_next_request(server: Server) {
    let team = Team::first(&server).await;
    let person = team.member("Pia", "WORKSPACE_ADMIN").await;
    let input = json!({ "membershipId": person.membership_id });
    team.admin
        .client
        .mutate("removeMember", input, "removedMembershipId")
        .await;
    let reply = person
        .client
        .run(HISTORY, json!({ "id": team.workspace_id }))
        .await;
    assert_eq!(reply.codes(), ["NOT_FOUND"]);
    let input = json!({ "membershipId": team.admin.membership_id });
    let reply = person
        .client
        .try_mutate("removeMember", input, "removedMembershipId")
        .await;
    assert_eq!(reply.codes(), ["NOT_FOUND"]);
    let data = person
        .client
        .get("{ viewer { user { name } activeWorkspace { id } } }")
        .await;
    assert_eq!(
        data["viewer"],
        json!({ "user": { "name": "Pia" }, "activeWorkspace": null })
    );
}

async fn demoting_oneself_cannot_be_undone(server: Server) {
    let team = Team::first(&server).await;
    let person = team.member("Pia", "WORKSPACE_ADMIN").await;
    let role = async |role: &str| {
        let input = json!({ "membershipId": person.membership_id, "role": role });
        let selection = "membership { role availableActions }";
        person
            .client
            .try_mutate("changeRole", input, selection)
            .await
    };
    let data = role("SECURITY_AUDITOR").await.data();
    assert_eq!(
        data["changeRole"]["membership"],
        json!({ "role": "SECURITY_AUDITOR", "availableActions": [] })
    );
    assert_eq!(role("WORKSPACE_ADMIN").await.codes(), ["FORBIDDEN"]);
}
