//! The doctor finds violated invariants and repairs those that need no decision. A second run finds
//! nothing.

use crate::on_both_engines;
use crate::support::{Server, Team};
use tokenvue::doctor::{Finding, examine};

on_both_engines!(
    a_wrong_counter_is_recounted,
    an_orphaned_invitation_and_its_user_are_deleted,
    an_invitation_of_a_former_admin_transfers_to_an_admin,
    findings_that_need_a_decision_are_only_reported,
);

/// Breaks an invariant with raw SQL. Returns the doctor's findings.
async fn findings_after(server: &Server, sql: &str) -> Vec<Finding> {
    assert_eq!(examine(&server.app, false).await.unwrap(), []);
    server.execute(sql).await;
    let found = examine(&server.app, false).await.unwrap();
    assert!(found.iter().all(|finding| !finding.repaired), "{found:?}");
    assert_eq!(
        examine(&server.app, false).await.unwrap(),
        found,
        "examining repairs nothing"
    );
    found
}

/// Repairs all findings. Asserts that the doctor then finds nothing.
async fn repair(server: &Server, found: &[Finding]) {
    let repaired = examine(&server.app, true).await.unwrap();
    let whats = |findings: &[Finding]| findings.iter().map(|f| f.what.clone()).collect::<Vec<_>>();
    assert_eq!(whats(&repaired), whats(found));
    assert!(
        repaired.iter().all(|finding| finding.repaired),
        "{repaired:?}"
    );
    assert_eq!(examine(&server.app, false).await.unwrap(), []);
}

async fn a_wrong_counter_is_recounted(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let sql = "INSERT INTO expired_invitation_counts SELECT id, 1 FROM workspaces";
    let found = findings_after(&server, sql).await;
    assert!(
        found[0].what.contains("1 expired invitations, the recount"),
        "{}",
        found[0].what
    );
    repair(&server, &found).await;
    server
        .execute("UPDATE expired_invitation_counts SET invitations = 1")
        .await;
    let sql = "INSERT INTO team_counts SELECT id, 2, 'ACTIVE', 7 FROM workspaces";
    server.execute(sql).await;
    let found = examine(&server.app, false).await.unwrap();
    assert_eq!(found.len(), 1);
    let what = &found[0].what;
    assert!(
        what.contains("7 active and 0 invited Gateway Operators"),
        "{what}"
    );
    assert_eq!(team.summary().await, [9, 8, 1, 1]);
    repair(&server, &found).await;
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
    findings_after(&server, "DELETE FROM team_counts").await;
    examine(&server.app, true).await.unwrap();
    assert_eq!(team.summary().await, [2, 1, 1, 0]);
}

async fn an_orphaned_invitation_and_its_user_are_deleted(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let found = findings_after(&server, "DELETE FROM memberships WHERE status = 'INVITED'").await;
    let [orphan, ghost] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(
        orphan
            .what
            .contains("the open invitation of bo@acme.example"),
        "{}",
        orphan.what
    );
    assert!(
        ghost.what.contains("user bo@acme.example never signed up"),
        "{}",
        ghost.what
    );
    repair(&server, &found).await;
    let outcome = team
        .invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    assert_eq!(outcome["result"], "INVITED");
}

async fn an_invitation_of_a_former_admin_transfers_to_an_admin(server: Server) {
    let team = Team::first(&server).await;
    let operator = team.member("Olaf", "GATEWAY_OPERATOR").await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let sql = format!(
        "UPDATE invitations SET inviter_id = (SELECT id FROM users WHERE email_key = '{}')
         WHERE state = 'PENDING'",
        operator.email
    );
    let found = findings_after(&server, &sql).await;
    assert_eq!(found.len(), 1);
    repair(&server, &found).await;
    let query = "{ workspace { invitations(state: PENDING) { nodes { inviter { name } } } } }";
    let data = team.admin.client.get(query).await;
    let inviter = &data["workspace"]["invitations"]["nodes"][0]["inviter"];
    assert_eq!(inviter["name"], "Ana Admin");
}

async fn findings_that_need_a_decision_are_only_reported(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    for (sql, what, undo) in [
        (
            "UPDATE memberships SET role = 2 WHERE role = 1",
            "has no active Workspace Admin",
            "UPDATE memberships SET role = 1 WHERE role = 2",
        ),
        (
            "DELETE FROM invitations",
            "bo@acme.example is invited without an open invitation",
            "DELETE FROM users WHERE status = 'INVITED'",
        ),
    ] {
        let found = findings_after(&server, sql).await;
        assert!(
            found.iter().any(|finding| finding.what.contains(what)),
            "{found:?}"
        );
        let repaired = examine(&server.app, true).await.unwrap();
        assert!(
            repaired
                .iter()
                .any(|f| f.what.contains(what) && !f.repaired),
            "{repaired:?}"
        );
        server.execute(undo).await;
    }
}
