//! The local mailbox: what it shows and who can open it.

use crate::on_sqlite;
use crate::support::{Server, Team, Terminal};
use chrono::Duration;
use reqwest::{Client, Response, redirect};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_sqlite!(
    the_mailbox_lists_mails_with_valid_links,
    a_mail_shows_only_its_own_link,
    a_local_mailbox_rejects_remote_requests,
    a_public_mailbox_requires_its_link,
    the_link_opens_the_mailbox_for_one_browser,
    a_setting_opens_the_mailbox_to_everyone,
);

async fn open(server: &Server, path: &str) -> Response {
    let url = format!("{}{path}", server.url);
    reqwest::get(url).await.unwrap()
}

/// Returns the values of an attribute, such as `src` or `href`, in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let rest = html.split(&start).skip(1);
    rest.filter_map(|rest| rest.split('"').next()).collect()
}

async fn the_mailbox_lists_mails_with_valid_links(server: Server) {
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
    // The latest mail is first, so Bo's mail is left.
    let token = server.mail_to("cy@acme.example").await.token();
    team.accept("cy@acme.example", &token).await;
    assert_eq!(linked().await, mails[1..]);
    server.advance(Duration::days(8));
    assert!(linked().await.is_empty());
    for mail in mails {
        let answer = open(&server, &mail).await;
        assert_eq!(answer.status(), 404);
        assert!(answer.text().await.unwrap().contains("no longer available"));
    }
}

async fn a_mail_shows_only_its_own_link(server: Server) {
    let team = Team::first(&server).await;
    let forged = "Ana#token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let input = json!({ "firstName": forged, "lastName": "x#token=B" });
    let admin = &team.admin.client;
    let payload = admin
        .mutate("updateProfile", input, "viewer { user { name } }")
        .await;
    assert_eq!(payload["userErrors"], json!([]));
    team.invite("bo@acme.example", forged, "GATEWAY_OPERATOR")
        .await;
    let mail = server.mail_to("bo@acme.example").await;
    assert!(mail.text().contains(forged));
    let start = format!("{}/accept-invitation#token=", server.url);
    assert!(mail.0["link"].as_str().unwrap().starts_with(&start));

    let list = open(&server, "/mailbox").await.text().await.unwrap();
    let mut mails = values(&list, "href").into_iter();
    let path = mails.rfind(|path| path.starts_with("/mailbox/"));
    let page = open(&server, path.unwrap()).await.text().await.unwrap();
    let page = page.replace("&#x2f;", "/");
    let links = values(&page, "href").into_iter();
    let links: Vec<&str> = links.filter(|link| link.contains("#token=")).collect();
    assert_eq!(links.len(), 1, "{links:?}");
    assert!(links[0].starts_with(&start), "{links:?}");
    team.accept("bo@acme.example", &mail.token()).await;

    // A mail without a token has no link, whatever the names in it.
    let beta = team.another("Beta #token=C").await;
    beta.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let mail = server.mail_to("bo@acme.example").await;
    assert!(mail.text().contains("#token=C"));
    assert_eq!(mail.0["link"], Value::Null);
}

/// Returns the status of a request for the mailbox, sent as raw text.
async fn status_of(server: &Server, request_line: &str, headers: &str) -> u16 {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{request_line}\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn a_local_mailbox_rejects_remote_requests(server: Server) {
    const GET: &str = "GET /mailbox HTTP/1.1";
    let status = async |line: &str, headers: &str| status_of(&server, line, headers).await;
    for host in ["localhost", "localhost:8080", "127.0.0.1:80", "[::1]:80"] {
        assert_eq!(
            status(GET, &format!("Host: {host}\r\n")).await,
            200,
            "{host}"
        );
    }
    for headers in [
        "Host: team.example.com\r\n",
        "Host: localhost.example.com\r\n",
        "Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n",
        "Host: localhost\r\nX-Forwarded-Proto: https\r\n",
        "Host: localhost\r\nX-Real-IP: 203.0.113.9\r\n",
        "Host: localhost\r\nForwarded: for=203.0.113.9\r\n",
        "Host: localhost\r\nVia: 1.1 proxy\r\n",
    ] {
        assert_eq!(status(GET, headers).await, 404, "{headers}");
    }
    // The default request of nginx with only `proxy_pass` set.
    let line = "GET /mailbox HTTP/1.0";
    assert_eq!(status(line, "Host: 127.0.0.1:8080\r\n").await, 404);
}

async fn a_public_mailbox_requires_its_link(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    for url in [
        "https://team.example.com",
        "http://192.0.2.1:8080",
        "http://team.local",
    ] {
        let replica = server.replica(&["--public-url", url]).await;
        let there = &replica.server;
        // Through a proxy that adds no header, a request looks like one from this machine.
        for headers in ["Host: localhost\r\n", "Host: 127.0.0.1:8080\r\n"] {
            let status = status_of(there, "GET /mailbox HTTP/1.1", headers).await;
            assert_eq!(status, 403, "{url} {headers}");
        }
        for cookie in [
            "",
            "tokenvue_mailbox=",
            "tokenvue_mailbox=x; __Host-tokenvue_mailbox=x",
        ] {
            for path in ["/mailbox", "/mailbox/00000000-0000-0000-0000-000000000000"] {
                for accept in ["application/json", "text/html"] {
                    let request = Client::new().get(format!("{}{path}", there.url));
                    let request = request.header("cookie", cookie).header("accept", accept);
                    let answer = request.send().await.unwrap();
                    assert_eq!(answer.status(), 403, "{url} {path}");
                    assert!(!answer.text().await.unwrap().contains("acme.example"));
                }
            }
        }
        replica.stop().await;
    }
}

/// Submits the token of a link as the mailbox page does.
async fn redeem(browser: &Client, server: &Server, token: &str) -> Response {
    let form = browser.post(format!("{}/mailbox", server.url));
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let body = reqwest::Url::parse_with_params("http://x", [("token", token)]).unwrap();
    form.body(body.query().unwrap().to_owned())
        .send()
        .await
        .unwrap()
}

fn browser() -> Client {
    let browser = Client::builder().redirect(redirect::Policy::none());
    browser.cookie_store(true).build().unwrap()
}

async fn the_link_opens_the_mailbox_for_one_browser(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "GATEWAY_OPERATOR")
        .await;
    let replica = server
        .replica(&["--public-url", "http://team.example"])
        .await;
    let there = &replica.server;
    let token = there.app.mailbox_key.make_link().unwrap();
    let token = token.secret().expose_secret();
    let (one, other) = (browser(), browser());
    let status = async |browser: &Client, path: &str| {
        let request = browser.get(format!("{}{path}", there.url));
        request.send().await.unwrap().status().as_u16()
    };
    // Opening the link consumes nothing.
    assert_eq!(status(&one, "/mailbox").await, 403);
    for wrong in ["", "x", &token[1..], &"A".repeat(43), &"A".repeat(900)] {
        let answer = redeem(&one, there, wrong).await;
        assert_eq!(answer.status(), 403, "{wrong}");
        assert!(answer.headers().get("set-cookie").is_none());
    }
    let answer = redeem(&one, there, &"A".repeat(9000)).await;
    assert_eq!(answer.status(), 413);

    let link = format!(" http://team.example/mailbox#token={token} ");
    let answer = redeem(&one, there, &link).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/mailbox");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("tokenvue_mailbox=") && !cookie.contains(token),
        "{cookie}"
    );
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"),
        "{cookie}"
    );
    assert_eq!(status(&one, "/mailbox").await, 200);
    let list = one
        .get(format!("{}/mailbox", there.url))
        .send()
        .await
        .unwrap();
    assert!(list.text().await.unwrap().contains("bo@acme.example"));

    // The link works once, and its token is not the value of the cookie.
    assert_eq!(redeem(&other, there, token).await.status(), 403);
    let cookie = format!("tokenvue_mailbox={token}");
    let request = other
        .get(format!("{}/mailbox", there.url))
        .header("cookie", cookie);
    assert_eq!(request.send().await.unwrap().status(), 403);
    assert_eq!(status(&other, "/mailbox").await, 403);
    assert_eq!(status(&one, "/mailbox").await, 200);

    let secure = server
        .replica(&["--public-url", "https://team.example"])
        .await;
    let token = secure.server.app.mailbox_key.make_link().unwrap();
    let answer = redeem(&other, &secure.server, token.secret().expose_secret()).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-tokenvue_mailbox="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    secure.stop().await;
    replica.stop().await;
}

async fn a_setting_opens_the_mailbox_to_everyone(server: Server) {
    let flags = [
        "--public-url",
        "https://team.example.com",
        "--mailbox",
        "open",
    ];
    let replica = server.replica(&flags).await;
    for headers in [
        "Host: team.example.com\r\n",
        "Host: x\r\nX-Forwarded-For: 203.0.113.9\r\n",
    ] {
        let status = status_of(&replica.server, "GET /mailbox HTTP/1.1", headers).await;
        assert_eq!(status, 200, "{headers}");
    }
    replica.stop().await;
}

#[tokio::test]
async fn the_program_prints_the_link_and_logs_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("TOKENVUE_PUBLIC_URL", "http://team.example"),
        ("TOKENVUE_LOG", "trace"),
    ];
    let program = Terminal::start(folder.path(), &settings).await;
    let start = "http://team.example/mailbox#token=";
    let printed = program.printed(start).await;
    let (_, token) = printed.rsplit_once(start).unwrap();
    let token = token.trim();
    let browser = browser();
    let url = format!("http://{}/mailbox", program.address());
    let form = browser.post(&url);
    let answer = form.body(format!("token={token}")).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let session = answer.headers()["set-cookie"].to_str().unwrap();
    let session = session.split(['=', ';']).nth(1).unwrap().to_owned();
    assert_eq!(browser.get(url).send().await.unwrap().status(), 200);

    let (_, log) = program.stop().await;
    assert!(log.contains("method=POST path=\"/mailbox\""), "{log}");
    assert!(!log.contains(token) && !log.contains(&session));
}

#[tokio::test]
async fn a_local_mailbox_needs_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let program = Terminal::start(folder.path(), &[]).await;
    let url = format!("http://{}/mailbox", program.address());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 200);
    let (printed, _) = program.stop().await;
    assert!(printed.contains("/setup#token="), "{printed}");
    assert!(!printed.contains("/mailbox"), "{printed}");
}
