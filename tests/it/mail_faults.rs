//! Mail while the database goes away without a word.

use crate::on_both_engines;
use crate::support::cut::Cut;
use crate::support::smtp::{Mode, SmtpServer};
use crate::support::{Engine, Server, Team};
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::collections::BTreeSet;
use url::Url;

on_both_engines!(connections_that_go_silent_do_not_stop_the_mail,);

async fn connections_that_go_silent_do_not_stop_the_mail(server: Server) {
    if server.engine == Engine::Sqlite {
        return;
    }
    let mut smtp = SmtpServer::start(Mode::Plain);
    let url = server.app.config.database_url.as_ref().unwrap();
    let url = Url::parse(url.expose_secret()).unwrap();
    let upstream = url.socket_addrs(|| None).unwrap()[0].to_string();
    let cut = Cut::before(upstream).await;
    let smtp_url = smtp.url();
    let flags = ["--smtp-url", &smtp_url, "--mail-from", "team@tv.example"];
    let flags = [&flags[..], &["--mail-claim", "6s"]].concat();
    let replica = server.replica_through(cut.port, &flags).await;
    let team = Team::first(&server).await;
    let mut reached = BTreeSet::new();
    for round in 0..3 {
        let invitees: Vec<_> = (0..30)
            .map(|n| json!({ "email": format!("p{round}-{n}@acme.example"), "role": "GATEWAY_OPERATOR" }))
            .collect();
        team.invite_all(invitees.into()).await;
        replica.server.app.mail_queued.notify_one();
        // In the middle of it.
        reached.extend(smtp.next_mail().await.to);
        cut.silence();
        while reached.len() < 30 * (round + 1) {
            reached.extend(smtp.next_mail().await.to);
        }
    }
    let metrics = reqwest::get(format!("{}/metrics", replica.server.url))
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains("tokenvue_mail_database_errors_total"),
        "{metrics}"
    );
    replica.stop().await;
}
