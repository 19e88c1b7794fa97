//! Mails while the mail server rejects all mail from this sender.

use crate::mail::delivery::{advance, delivery, mailing};
use crate::on_both_engines;
use crate::support::smtp_server::{Mode, SmtpServer};
use crate::support::{Server, Team, eventually, text, time};
use chrono::Duration;
use entity::{mail_server, outbox};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

on_both_engines!(
    an_exhausted_quota_keeps_all_mails,
    a_rejected_sender_is_shown_to_admins_on_all_replicas,
    a_rejected_recipient_does_not_block_others,
    an_unreachable_server_is_retried_with_one_mail,
    metrics_show_the_queue_and_the_mail_server,
);

const STATUS: &str = "mailServer { state reason since nextAttemptAt }";

async fn status(team: &Team, state: &str) -> Value {
    eventually(&format!("a mail server that {state}"), || async {
        let status = team.read(STATUS).await["mailServer"].clone();
        (status["state"] == state).then_some(status)
    })
    .await
}

async fn invite(team: &Team, count: usize) {
    let invitee = |n| json!({ "email": format!("p{n}@acme.example"), "role": "GATEWAY_OPERATOR" });
    let invitees: Vec<Value> = (0..count).map(invitee).collect();
    team.invite_all(invitees.into()).await;
}

async fn get(server: &Server, path: &str) -> (u16, String) {
    let response = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn an_exhausted_quota_keeps_all_mails(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let team = Team::first(&replica.server).await;
    invite(&team, 2).await;
    smtp.next_mail().await;
    smtp.next_mail().await;
    smtp.tell("rcpt 550 5.7.0 Too many messages from you today")
        .await;
    invite(&team, 20).await;
    let refused = status(&team, "REFUSES").await;
    assert_eq!(
        refused["reason"],
        "the mail server rejects mail from this sender: 550 5.7.0"
    );
    let blocked = delivery(&team, "p19@acme.example", "BLOCKED").await;
    assert_eq!(blocked["reason"], refused["reason"]);
    assert!(time(&blocked["nextAttemptAt"]) >= time(&refused["nextAttemptAt"]));
    assert_eq!(get(&replica.server, "/readyz").await.0, 200);

    // The server is retried at growing intervals.
    let mut pauses = Vec::new();
    let mut next = time(&refused["nextAttemptAt"]);
    for _ in 0..2 {
        advance(&replica.server, next - server.app.now());
        next = eventually("another attempt", || async {
            let later = time(&status(&team, "REFUSES").await["nextAttemptAt"]);
            (later > server.app.now() && later != next).then_some(later)
        })
        .await;
        pauses.push(next - server.app.now());
    }
    assert!(pauses[0] < pauses[1], "{pauses:?}");

    smtp.tell("rcpt").await;
    advance(&replica.server, Duration::hours(1));
    for _ in 2..20 {
        smtp.next_mail().await;
    }
    let accepts = status(&team, "ACCEPTS").await;
    assert_eq!(
        (&accepts["reason"], &accepts["since"]),
        (&Value::Null, &Value::Null)
    );
    delivery(&team, "p19@acme.example", "SENT").await;
    replica.stop().await;
}

async fn a_rejected_sender_is_shown_to_admins_on_all_replicas(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    smtp.tell("mail 553 5.7.1 Sender address rejected: not owned by user")
        .await;
    let replicas = [mailing(&server, &smtp).await, mailing(&server, &smtp).await];
    let team = Team::first(&replicas[0].server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    for replica in &replicas {
        let refused = status(&team.at(&replica.server), "REFUSES").await;
        assert!(text(&refused["reason"]).ends_with("553 5.7.1"), "{refused}");
        let blocked = delivery(&team.at(&replica.server), "bo@acme.example", "BLOCKED").await;
        let attempts = blocked["attempts"].as_u64().unwrap();
        assert!(attempts <= 2, "each replica finds out once: {attempts}");
    }
    // The sender setting has been fixed. A replica retries at once when it starts.
    smtp.tell("mail").await;
    let restarted = mailing(&server, &smtp).await;
    assert_eq!(smtp.next_mail().await.to, ["bo@acme.example"]);
    for replica in replicas.iter().chain([&restarted]) {
        status(&team.at(&replica.server), "ACCEPTS").await;
    }
    for replica in replicas.into_iter().chain([restarted]) {
        replica.stop().await;
    }
    // A server without a mail server reports `NONE`.
    let none = status(&team.at(&server), "NONE").await;
    assert_eq!(none["reason"], Value::Null);
}

async fn a_rejected_recipient_does_not_block_others(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let team = Team::first(&replica.server).await;
    team.invite("cy@acme.example", "Cy", "GATEWAY_OPERATOR")
        .await;
    smtp.next_mail().await;
    smtp.tell("rcpt 550 5.7.1 Not authorized for this recipient")
        .await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let refused = delivery(&team, "bo@acme.example", "RETRYING").await;
    assert_eq!(
        refused["reason"],
        "the mail server rejects mail from this sender: 550 5.7.1 Not authorized for this recipient"
    );
    status(&team, "ACCEPTS").await;
    smtp.tell("rcpt").await;
    team.invite("di@acme.example", "Di", "GATEWAY_OPERATOR")
        .await;
    assert_eq!(smtp.next_mail().await.to, ["di@acme.example"]);
    // The mail is still kept after a week.
    advance(&replica.server, Duration::days(6));
    assert_eq!(smtp.next_mail().await.to, ["bo@acme.example"]);
    replica.stop().await;
}

async fn an_unreachable_server_is_retried_with_one_mail(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    drop(smtp);
    let team = Team::first(&replica.server).await;
    invite(&team, 1).await;
    status(&team, "UNAVAILABLE").await;
    invite(&team, 30).await;
    for _ in 0..3 {
        let before = text(&status(&team, "UNAVAILABLE").await["nextAttemptAt"]).to_owned();
        advance(&replica.server, Duration::minutes(2));
        eventually("another attempt", || async {
            let now = status(&team, "UNAVAILABLE").await;
            (text(&now["nextAttemptAt"]) != before).then_some(())
        })
        .await;
    }
    // Time passes, so there may be more attempts, but each sends only one mail.
    eventually("one attempt per failure", || async {
        let row = mail_server::Entity::find().one(&server.app.db).await;
        let failures = row.unwrap().unwrap().failures;
        let mails = outbox::Entity::find().all(&server.app.db).await.unwrap();
        let attempts: i32 = mails.iter().map(|mail| mail.attempts).sum();
        (attempts == failures).then_some(())
    })
    .await;
    let selection = "members(first: 100, status: INVITED) {
        nodes { invitation { delivery { state } } } }";
    let members = team.read(selection).await["members"]["nodes"].clone();
    let members = members.as_array().unwrap();
    assert_eq!(members.len(), 30);
    for member in members {
        assert_eq!(member["invitation"]["delivery"]["state"], "BLOCKED");
    }
    replica.stop().await;
}

async fn metrics_show_the_queue_and_the_mail_server(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    smtp.tell("mail 550 5.7.0 No").await;
    let team = Team::first(&server).await;
    invite(&team, 20).await;
    server.advance(Duration::minutes(5));
    let replica = mailing(&server, &smtp).await;
    let value = |metrics: &str, name: &str| -> Option<f64> {
        let line = metrics
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")))?;
        line.rsplit(' ').next()?.parse().ok()
    };
    eventually("all metrics", || async {
        let (_, metrics) = get(&replica.server, "/metrics").await;
        let value = |name| value(&metrics, name);
        let shown = value("tokenvue_mail_queue_depth{priority=\"bulk\"}") == Some(20.0)
            && value("tokenvue_mail_queue_depth{priority=\"urgent\"}") == Some(0.0)
            && value("tokenvue_mail_queue_oldest_seconds") >= Some(300.0)
            && value("tokenvue_mails_in_flight") == Some(0.0)
            && value("tokenvue_mail_server_state{state=\"refuses\"}") == Some(1.0)
            && value("tokenvue_mail_server_state{state=\"accepts\"}") == Some(0.0)
            && value("tokenvue_mails_total{outcome=\"refused\"}") >= Some(1.0);
        shown.then_some(())
    })
    .await;
    replica.stop().await;
}
