//! The main workflow, from an empty database to a colleague who has joined.

use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team, user_errors};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokenvue::setup;

on_both_engines!(
    an_admin_invites_a_colleague_who_accepts,
    the_setup_link_works_once,
);

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

async fn the_setup_link_works_once(server: Server) {
    let token = setup::offer(&server.app).await.unwrap().unwrap();
    let input = |token: &str, email: &str| {
        json!({
            "token": token, "workspaceName": "Acme", "firstName": "Ana", "email": email,
            "password": PASSWORD,
        })
    };
    let token = token.secret().expose_secret();
    let set_up = async |token: &str, email: &str| {
        let input = input(token, email);
        server
            .anonymous()
            .mutate("setUp", input, "viewer { user { email } }")
            .await
    };
    for wrong in ["", "x", &token[1..]] {
        let payload = set_up(wrong, "ana@acme.example").await;
        assert_eq!(user_errors(&payload), ["TOKEN_UNKNOWN"]);
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(!message.contains("mail"), "{message}");
    }
    let payload = set_up(token, "ana@acme.example").await;
    assert_eq!(payload["viewer"]["user"]["email"], "ana@acme.example");
    for late in [token, "x"] {
        let payload = set_up(late, "eve@acme.example").await;
        assert_eq!(user_errors(&payload), ["TOKEN_USED"]);
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("already set up"), "{message}");
    }
}
