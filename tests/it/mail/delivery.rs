//! Mail over a real SMTP server, and the delivery state that admins see.

use crate::on_both_engines;
use crate::support::server::Replica;
use crate::support::smtp_server::{Mode, SmtpServer};
use crate::support::{PASSWORD, Server, Team, eventually, text, time, user_errors};
use chrono::Duration;
use entity::outbox::{self, MailState};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both_engines!(
    inviting_works_over_a_real_mail_server,
    password_reset_works_over_a_real_mail_server,
    deferred_mails_are_retried,
    rejected_mails_have_a_reason,
    mails_fail_after_a_day,
    mails_wait_for_an_unreachable_mail_server,
    two_replicas_send_each_mail_once,
    ended_invitations_are_not_mailed,
    without_a_mail_server_mails_are_held,
);

/// Starts a server that sends its mails through `smtp`.
pub async fn mailing(server: &Server, smtp: &SmtpServer) -> Replica {
    let flags = [
        "--smtp-url",
        &smtp.url(),
        "--mail-from",
        "TokenVue <team@tv.example>",
    ];
    server.replica(&flags).await
}

/// Waits until the mail of an invitation is in a state. Returns its delivery.
pub async fn delivery(team: &Team, email: &str, state: &str) -> Value {
    eventually(&format!("{state} for {email}"), || async {
        let delivery = team.member_with(email).await["invitation"]["delivery"].clone();
        (delivery["state"] == state).then_some(delivery)
    })
    .await
}

/// Moves the clock and wakes the mail worker, so that it need not poll.
pub fn advance(server: &Server, by: Duration) {
    server.advance(by);
    server.app.mail_queued.notify_one();
}

async fn inviting_works_over_a_real_mail_server(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let team = Team::first(&replica.server).await;
    let data = team.admin.client.get("{ service { sendsMail } }").await;
    assert_eq!(data["service"]["sendsMail"], true);

    let outcome = team
        .invite("Zo.Bo@acme.example", "Zoë", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(outcome["result"], "INVITED");
    let mail = smtp.next_mail().await;
    assert_eq!(mail.from, "team@tv.example");
    assert_eq!(mail.to, ["Zo.Bo@acme.example"]);
    assert_eq!(mail.subject, "Ana Admin invites you to Acme on TokenVue");
    let link = format!("{}/accept-invitation#token=", replica.server.url);
    assert!(
        mail.text.contains(&link) && mail.html.contains(&link),
        "{}",
        mail.text
    );
    let sent = delivery(&team, "Zo.Bo@acme.example", "SENT").await;
    assert_eq!(
        (&sent["attempts"], &sent["reason"]),
        (&json!(1), &Value::Null)
    );
    assert!(sent["sentAt"].is_string());

    let bo = team
        .accept("zo.bo@acme.example", mail.token().unwrap())
        .await;
    assert_eq!(team.summary().await, [2, 2, 0, 0]);
    let data = bo
        .client
        .get("{ viewer { user { name } activeWorkspace { name } } }")
        .await;
    assert_eq!(data["viewer"]["user"]["name"], "Zoë");

    // A person with an account gets a notification without a token.
    team.another("Beta")
        .await
        .invite(&bo.email, "", "SECURITY_AUDITOR")
        .await;
    let notification = smtp.next_mail().await;
    assert_eq!(notification.subject, "You are now in Beta on TokenVue");
    assert_eq!(notification.token(), None);
    assert_eq!(smtp.mails().len(), 2);
    replica.stop().await;
}

async fn password_reset_works_over_a_real_mail_server(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    Team::first(&replica.server).await;
    let anonymous = replica.server.anonymous();
    let input = json!({ "email": "ANA@acme.example" });
    anonymous
        .mutate("requestPasswordReset", input, "accepted")
        .await;
    let mail = smtp.next_mail().await;
    assert_eq!(mail.to, ["ana@acme.example"]);
    let input = json!({ "token": mail.token(), "newPassword": "another lamp under rivers" });
    let payload = anonymous.mutate("resetPassword", input, "accepted").await;
    assert_eq!(payload["accepted"], true);
    let notice = smtp.next_mail().await;
    assert_eq!(notice.subject, "Your TokenVue password was changed");
    assert_eq!(notice.token(), None);
    replica.stop().await;
}

async fn deferred_mails_are_retried(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let team = Team::first(&replica.server).await;
    team.invite("defer2@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let mut pauses = Vec::new();
    for attempts in 1..3 {
        let retrying = eventually("an attempt", || async {
            let delivery = delivery(&team, "defer2@acme.example", "RETRYING").await;
            (delivery["attempts"] == attempts).then_some(delivery)
        })
        .await;
        assert!(text(&retrying["reason"]).contains("451 4.7.1 Greylisted"));
        let next = time(&retrying["nextAttemptAt"]) - server.app.now();
        pauses.push(next);
        advance(&replica.server, next);
    }
    assert!(pauses[0] < pauses[1], "{pauses:?}");
    let sent = delivery(&team, "defer2@acme.example", "SENT").await;
    assert_eq!(sent["attempts"], 3);
    assert_eq!(
        (&sent["reason"], &sent["nextAttemptAt"]),
        (&Value::Null, &Value::Null)
    );
    let mail = smtp.next_mail().await;
    team.accept("defer2@acme.example", mail.token().unwrap())
        .await;
    assert_eq!(smtp.mails().len(), 1);
    replica.stop().await;
}

async fn rejected_mails_have_a_reason(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let team = Team::first(&replica.server).await;
    let outcome = team
        .invite("reject@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    team.invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await;
    let refused = delivery(&team, "reject@acme.example", "REFUSED").await;
    let reason = text(&refused["reason"]);
    assert!(
        reason.contains("550 5.1.1 No such mailbox here"),
        "{reason}"
    );
    assert_eq!(
        (&refused["attempts"], &refused["nextAttemptAt"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(smtp.next_mail().await.to, ["cy@acme.example"]);

    // Resending starts with a new attempt.
    server.advance(Duration::minutes(1));
    let input = json!({ "invitationId": outcome["membership"]["invitation"]["id"] });
    let payload = team.act("resendInvitation", input).await;
    assert_eq!(payload["userErrors"], json!([]));
    delivery(&team, "reject@acme.example", "REFUSED").await;
    replica.stop().await;
}

async fn mails_fail_after_a_day(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let team = Team::first(&replica.server).await;
    team.invite("defer9@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    delivery(&team, "defer9@acme.example", "RETRYING").await;
    advance(&replica.server, Duration::hours(23));
    eventually("a second attempt", || async {
        let delivery = delivery(&team, "defer9@acme.example", "RETRYING").await;
        (delivery["attempts"] == 2).then_some(())
    })
    .await;
    advance(&replica.server, Duration::hours(1));
    let given_up = delivery(&team, "defer9@acme.example", "REFUSED").await;
    assert!(text(&given_up["reason"]).contains("451 4.7.1 Greylisted"));
    assert_eq!(
        (&given_up["attempts"], &given_up["nextAttemptAt"]),
        (&json!(3), &Value::Null)
    );
    replica.stop().await;
}

async fn mails_wait_for_an_unreachable_mail_server(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    drop(smtp);
    let team = Team::first(&replica.server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let blocked = delivery(&team.at(&replica.server), "bo@acme.example", "BLOCKED").await;
    let reason = text(&blocked["reason"]);
    assert!(
        reason.contains("no connection to the mail server"),
        "{reason}"
    );
    replica.stop().await;

    // The server comes back at another address. The mail is still queued.
    let mut smtp = SmtpServer::start(Mode::Plain);
    server.advance(Duration::minutes(1));
    let replica = mailing(&server, &smtp).await;
    let mail = smtp.next_mail().await;
    team.at(&replica.server)
        .accept("bo@acme.example", mail.token().unwrap())
        .await;
    replica.stop().await;
}

async fn two_replicas_send_each_mail_once(server: Server) {
    const MAILS: usize = 40;
    let mut smtp = SmtpServer::start(Mode::Plain);
    let team = Team::first(&server).await;
    let invitees = |from: usize| -> Value {
        let invitee =
            |n| json!({ "email": format!("p{n}@acme.example"), "role": "GATEWAY_OPERATOR" });
        (from..from + MAILS / 2)
            .map(invitee)
            .collect::<Vec<_>>()
            .into()
    };
    // Half of the mails are queued when the replicas start, half while they run.
    team.invite_all(invitees(0)).await;
    let replicas = [mailing(&server, &smtp).await, mailing(&server, &smtp).await];
    team.at(&replicas[0].server)
        .invite_all(invitees(MAILS / 2))
        .await;
    replicas[1].server.app.mail_queued.notify_one();
    let mut reached = BTreeSet::new();
    for _ in 0..MAILS {
        let mail = smtp.next_mail().await;
        assert!(reached.insert(mail.to[0].clone()), "twice to {:?}", mail.to);
    }
    let unsent = || async {
        let unsent = outbox::Entity::find().filter(outbox::Column::State.ne(MailState::Sent));
        let count = unsent.count(&server.app.db).await.unwrap();
        (count == 0).then_some(())
    };
    eventually("an empty outbox", unsent).await;
    for replica in replicas {
        replica.stop().await;
    }
    assert_eq!(smtp.mails().len(), MAILS);
}

async fn ended_invitations_are_not_mailed(server: Server) {
    let team = Team::first(&server).await;
    let outcome = team
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let input = json!({ "invitationId": outcome["membership"]["invitation"]["id"] });
    team.act("revokeInvitation", input).await;
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    team.invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(smtp.next_mail().await.to, ["cy@acme.example"]);
    let selection = "invitations(state: REVOKED) { nodes { delivery { state attempts } } }";
    eventually("the end of a mail", || async {
        let list = team.read(selection).await;
        (list["invitations"]["nodes"][0]["delivery"]["state"] == "CANCELLED").then_some(())
    })
    .await;
    assert_eq!(smtp.mails().len(), 1);
    replica.stop().await;
}

async fn without_a_mail_server_mails_are_held(server: Server) {
    let team = Team::first(&server).await;
    let data = server.anonymous().get("{ service { sendsMail } }").await;
    assert_eq!(data["service"]["sendsMail"], false);
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let held = delivery(&team, "bo@acme.example", "HELD").await;
    assert!(text(&held["reason"]).contains("No mail server is configured"));
    assert_eq!(
        (&held["attempts"], &held["nextAttemptAt"]),
        (&json!(0), &Value::Null)
    );

    // The mailbox is open only on this machine, not through a proxy or another host name.
    let http = reqwest::Client::new();
    let mailbox = format!("{}/mailbox", server.url);
    assert_eq!(http.get(&mailbox).send().await.unwrap().status(), 200);
    for (name, value) in [("x-forwarded-for", "203.0.113.9"), ("host", "tv.example")] {
        let response = http.get(&mailbox).header(name, value).send().await.unwrap();
        assert_eq!(response.status(), 404, "{name}");
    }
    let token = server.mail_to("bo@acme.example").await.token();
    let input = json!({ "token": token, "password": PASSWORD, "transport": "BEARER" });
    let payload = server
        .anonymous()
        .mutate("acceptInvitation", input, "sessionToken")
        .await;
    assert_eq!(user_errors(&payload), [""; 0]);
}
