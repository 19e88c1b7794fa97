//! The order of mails, their isolation by domain, and the claims of replicas.

use crate::mail::delivery::mailing;
use crate::on_both_engines;
use crate::support::server::Replica;
use crate::support::smtp_server::{Mode, SmtpServer};
use crate::support::{Engine, Server, Team, eventually};
use entity::link_token;
use entity::outbox::{self, MailPriority, MailState};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, Statement,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use uuid::Uuid;

on_both_engines!(
    single_mails_go_before_bulk_mail,
    a_hanging_domain_does_not_block_others,
    a_composed_mail_that_waited_is_composed_again,
    a_server_that_allows_two_connections_gets_all_mails,
    a_mail_that_takes_longer_than_a_claim_is_sent_once,
    mails_of_a_killed_replica_are_sent_by_another,
    a_stopping_replica_releases_its_mails,
    due_mails_are_found_by_index,
);

/// Invites `count` people at a domain. Their addresses start with `name`.
async fn invite(team: &Team, count: usize, name: &str, domain: &str) {
    let invitee = |n| json!({ "email": format!("{name}{n}@{domain}"), "role": "GATEWAY_OPERATOR" });
    let invitees: Vec<Value> = (0..count).map(invitee).collect();
    team.invite_all(invitees.into()).await;
}

async fn waiting(server: &Server) -> u64 {
    let waiting = outbox::Entity::find().filter(outbox::Column::State.eq(MailState::Queued));
    waiting.count(&server.app.db).await.unwrap()
}

async fn with_flags(server: &Server, smtp: &SmtpServer, flags: &[&str]) -> Replica {
    let url = smtp.url();
    let mail = ["--smtp-url", &url, "--mail-from", "team@tv.example"];
    server.replica(&[&mail, flags].concat()).await
}

async fn single_mails_go_before_bulk_mail(server: Server) {
    const BULK: usize = 60;
    let mut smtp = SmtpServer::start(Mode::Plain);
    smtp.tell("delay 0.05").await;
    let team = Team::first(&server).await;
    invite(&team, BULK, "p", "acme.example").await;
    let replica = with_flags(&server, &smtp, &["--mails-in-flight", "1"]).await;
    smtp.next_mail().await;
    let input = json!({ "email": team.admin.email });
    let anonymous = replica.server.anonymous();
    anonymous
        .mutate("requestPasswordReset", input, "accepted")
        .await;
    team.at(&replica.server)
        .invite("single@acme.example", "", "GATEWAY_OPERATOR")
        .await;
    let mut order = Vec::new();
    for _ in 0..BULK + 1 {
        order.push(smtp.next_mail().await.to[0].clone());
    }
    let place = |email: &str| order.iter().position(|to| to == email).unwrap();
    assert!(place(&team.admin.email) < BULK / 2, "{order:?}");
    assert!(place("single@acme.example") < BULK / 2, "{order:?}");
    replica.stop().await;
}

async fn a_hanging_domain_does_not_block_others(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    let team = Team::first(&server).await;
    // More mails than may be in flight, and first in alphabetical order.
    invite(&team, 50, "stall", "a-hanging.example").await;
    invite(&team, 10, "p", "acme.example").await;
    let flags = ["--shutdown-timeout", "1s"];
    let replica = with_flags(&server, &smtp, &flags).await;
    let mut reached = BTreeSet::new();
    for _ in 0..10 {
        reached.extend(smtp.next_mail().await.to);
    }
    assert_eq!(reached.len(), 10);
    // The hanging domain does not take more than its share.
    invite(&team.at(&replica.server), 10, "q", "other.example").await;
    for _ in 0..10 {
        smtp.next_mail().await;
    }
    eventually("the other mails to be sent", || async {
        (waiting(&server).await == 50).then_some(())
    })
    .await;
    replica.stop().await;
}

async fn a_composed_mail_that_waited_is_composed_again(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    smtp.tell("delay 5").await;
    let team = Team::first(&server).await;
    invite(&team, 2, "p", "acme.example").await;
    let tokens = || async {
        link_token::Entity::find()
            .count(&server.app.db)
            .await
            .unwrap()
    };
    let before = tokens().await;
    let replica = with_flags(&server, &smtp, &["--mails-in-flight-per-domain", "1"]).await;
    // The second mail waits for the slot of the first one, which takes longer than it may wait.
    let composed = || async { (tokens().await == before + 2).then_some(()) };
    eventually("both mails to be composed", composed).await;
    for email in ["p0@acme.example", "p1@acme.example"] {
        let member = team.member_with(email).await;
        let input = json!({ "invitationId": member["invitation"]["id"] });
        team.act("revokeInvitation", input).await;
    }
    smtp.next_mail().await;
    let none = || async { (waiting(&server).await == 0).then_some(()) };
    eventually("the mails to leave the queue", none).await;
    let cancelled = outbox::Entity::find().filter(outbox::Column::State.eq(MailState::Cancelled));
    assert_eq!(cancelled.count(&server.app.db).await.unwrap(), 1);
    replica.stop().await;
}

async fn a_server_that_allows_two_connections_gets_all_mails(server: Server) {
    let mut smtp = SmtpServer::start(Mode::Plain);
    smtp.tell("limit 2").await;
    let team = Team::first(&server).await;
    invite(&team, 40, "p", "acme.example").await;
    let replica = mailing(&server, &smtp).await;
    let mut connections = BTreeSet::new();
    for _ in 0..40 {
        connections.insert(smtp.next_mail().await.connection);
    }
    assert!(connections.len() <= 2, "{connections:?}");
    let state = team.at(&replica.server).read("mailServer { state }").await;
    assert_eq!(state["mailServer"]["state"], "ACCEPTS");
    replica.stop().await;
}

async fn a_mail_that_takes_longer_than_a_claim_is_sent_once(server: Server) {
    let mut slow = SmtpServer::start(Mode::Plain);
    slow.tell("delay 5").await;
    let idle = SmtpServer::start(Mode::Plain);
    let team = Team::first(&server).await;
    let flags = ["--mail-claim", "3s"];
    let sender = with_flags(&server, &slow, &flags).await;
    team.at(&sender.server)
        .invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    eventually("a claim", || async { claimed(&server).await.then_some(()) }).await;
    let other = with_flags(&server, &idle, &flags).await;
    assert_eq!(slow.next_mail().await.to, ["bo@acme.example"]);
    eventually("an empty outbox", || async {
        (waiting(&server).await == 0).then_some(())
    })
    .await;
    assert_eq!(idle.mails().len(), 0);
    for replica in [sender, other] {
        replica.stop().await;
    }
}

async fn claimed(server: &Server) -> bool {
    let claimed = outbox::Entity::find().filter(outbox::Column::ClaimedBy.is_not_null());
    claimed.count(&server.app.db).await.unwrap() > 0
}

/// The program as a separate process that can be killed.
struct Process(Child);

impl Process {
    fn start(server: &Server, smtp: &SmtpServer) -> Process {
        let child = Command::new(env!("CARGO_BIN_EXE_tokenvue"))
            .env_clear()
            .env("TOKENVUE_DATABASE_URL", server.database_url())
            .env("TOKENVUE_LISTEN", "127.0.0.1:0")
            .env("TOKENVUE_SMTP_URL", smtp.url())
            .env("TOKENVUE_MAIL_FROM", "team@tv.example")
            .env("TOKENVUE_MAIL_CLAIM", "3s")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Process(child.unwrap())
    }
}

impl Drop for Process {
    /// Kills the process as `kill -9` does.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn mails_of_a_killed_replica_are_sent_by_another(server: Server) {
    let hanging = SmtpServer::start(Mode::Plain);
    let mut smtp = SmtpServer::start(Mode::Plain);
    let team = Team::first(&server).await;
    team.invite("stall@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let killed = Process::start(&server, &hanging);
    eventually("a claim", || async { claimed(&server).await.then_some(()) }).await;
    drop(killed);
    assert!(claimed(&server).await, "the claim is still held");

    // The recipient is changed to one that the mail server accepts, so that the second replica can
    // send the mail.
    let row = outbox::Entity::find().one(&server.app.db).await.unwrap();
    let row = outbox::ActiveModel {
        recipient_email: sea_orm::Set("bo@acme.example".to_owned()),
        ..row.unwrap().into_active_model()
    };
    outbox::Entity::update(row)
        .exec(&server.app.db.maintenance())
        .await
        .unwrap();
    let replica = with_flags(&server, &smtp, &["--mail-claim", "3s"]).await;
    assert_eq!(smtp.next_mail().await.to, ["bo@acme.example"]);
    replica.stop().await;
}

async fn a_stopping_replica_releases_its_mails(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let team = Team::first(&server).await;
    invite(&team, 20, "stall", "acme.example").await;
    let flags = ["--shutdown-timeout", "1s", "--mail-claim", "10m"];
    let replica = with_flags(&server, &smtp, &flags).await;
    eventually("a claim", || async { claimed(&server).await.then_some(()) }).await;
    replica.stop().await;
    assert!(
        !claimed(&server).await,
        "another replica can claim them at once"
    );
    assert_eq!(waiting(&server).await, 20);
}

async fn due_mails_are_found_by_index(server: Server) {
    let smtp = SmtpServer::start(Mode::Plain);
    let replica = mailing(&server, &smtp).await;
    let (_, statements) = replica
        .server
        .statements
        .during(async {
            let team = Team::first(&replica.server).await;
            team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
                .await;
            eventually("an empty outbox", || async {
                (waiting(&server).await == 0).then_some(())
            })
            .await;
        })
        .await;
    replica.stop().await;
    fill_outbox(&server).await;
    for part in ["WITH RECURSIVE", "UNION ALL SELECT id FROM"] {
        let found = statements.iter().find(|sql| sql.contains(part));
        let sql = found.unwrap_or_else(|| panic!("no {part} in {statements:#?}"));
        let plan = plan(&server, sql).await;
        assert!(plan.contains("outbox_due"), "{plan}");
        assert!(!plan.contains("Seq Scan on outbox"), "{plan}");
        assert!(!plan.contains("SCAN o\n"), "{plan}");
    }
    outbox::Entity::delete_many()
        .exec(&server.app.db.maintenance())
        .await
        .unwrap();
}

/// Fills the outbox with mails, most of them sent long ago.
async fn fill_outbox(server: &Server) {
    let now = server.app.now();
    for chunk in 0..10 {
        let rows = (0..500).map(|n| {
            outbox::Model {
                id: Uuid::now_v7(),
                recipient_name: String::new(),
                recipient_email: format!("p{n}@d{chunk}.example"),
                domain: format!("d{chunk}.example"),
                priority: MailPriority::Bulk,
                content: json!({ "kind": "INVITATION" }),
                state: if n == 0 {
                    MailState::Queued
                } else {
                    MailState::Cancelled
                },
                attempts: 0,
                created_at: now,
                next_attempt_at: now,
                deferred_since: None,
                claimed_by: None,
                claimed_until: None,
                sent_at: None,
                last_error: None,
            }
            .into_active_model()
        });
        outbox::Entity::insert_many(rows)
            .exec_without_returning(&server.app.db.maintenance())
            .await
            .unwrap();
    }
}

/// Returns the generic query plan of a statement.
async fn plan(server: &Server, sql: &str) -> String {
    let db = &server.app.db;
    let writer = db.maintenance();
    let lines = if server.engine == Engine::Sqlite {
        let explained = format!("EXPLAIN QUERY PLAN {sql}");
        let rows =
            writer.query_all_raw(Statement::from_string(db.get_database_backend(), explained));
        let detail = |row: &sea_orm::QueryResult| row.try_get::<String>("", "detail").unwrap();
        rows.await.unwrap().iter().map(detail).collect::<Vec<_>>()
    } else {
        writer.execute_unprepared("ANALYZE outbox").await.unwrap();
        // The statement is prepared on one connection. The parameters' types are inferred from its
        // text.
        let parameters = (1..=sql.matches('$').count())
            .filter(|n| sql.contains(&format!("${n}")))
            .map(|_| "NULL")
            .collect::<Vec<_>>()
            .join(", ");
        let explained = db
            .transaction("EXPLAIN", |tx| {
                let (sql, parameters) = (sql.to_owned(), parameters.clone());
                async move {
                    let tx = tx.into_writer();
                    tx.execute_unprepared("SET LOCAL plan_cache_mode = force_generic_plan")
                        .await?;
                    tx.execute_unprepared(&format!("PREPARE explained AS {sql}"))
                        .await?;
                    let explain = format!("EXPLAIN EXECUTE explained({parameters})");
                    let statement = Statement::from_string(tx.get_database_backend(), explain);
                    let rows = tx.query_all_raw(statement).await?;
                    tx.execute_unprepared("DEALLOCATE explained").await?;
                    Ok(rows)
                }
            })
            .await
            .unwrap();
        let line = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).unwrap();
        explained.iter().map(line).collect()
    };
    lines.join("\n") + "\n"
}
