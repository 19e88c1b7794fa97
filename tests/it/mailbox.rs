//! The local mailbox.

use crate::on_sqlite;
use crate::support::{Server, Team};
use chrono::Duration;
use reqwest::Response;

on_sqlite!(the_mailbox_leads_to_what_is_still_open);

async fn open(server: &Server, path: &str) -> Response {
    let url = format!("{}{path}", server.url);
    reqwest::get(url).await.unwrap()
}

/// The values of an attribute like `src` or `href` in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let rest = html.split(&start).skip(1);
    rest.filter_map(|rest| rest.split('"').next()).collect()
}

async fn the_mailbox_leads_to_what_is_still_open(server: Server) {
    let team = Team::first(&server).await;
    let linked = async || {
        let html = open(&server, "/mailbox").await.text().await.unwrap();
        let mails = values(&html, "href").into_iter();
        let mails = mails.filter(|path| path.starts_with("/mailbox/"));
        mails.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(linked().await.is_empty());
    for (email, name) in [("bo@acme.example", "Bo"), ("cy@acme.example", "Cy")] {
        team.invite(email, name, "GATEWAY_OPERATOR").await;
    }
    let mails = linked().await;
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(open(&server, mail).await.status(), 200);
    }
    // The latest is first: Bo's is what remains.
    let token = server.mail_to("cy@acme.example").await.token();
    team.accept("cy@acme.example", &token).await;
    assert_eq!(linked().await, mails[1..]);
    server.advance(Duration::days(8));
    assert!(linked().await.is_empty());
    for mail in mails {
        let answer = open(&server, &mail).await;
        assert_eq!(answer.status(), 404);
        assert!(answer.text().await.unwrap().contains("nothing to open"));
    }
}
