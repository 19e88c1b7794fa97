//! Letters over a real SMTP server.

use crate::support::smtp::{Mode, SmtpServer};
use secrecy::SecretString;
use std::path::Path;
use std::time::Duration;
use tokenvue::mail::render::Rendered;
use tokenvue::mail::smtp::{SendError, Smtp};
use uuid::Uuid;

const TOKEN: &str = "c2VjcmV0LXRva2VuLXNlY3JldC10b2tlbi1zZWNyZXQ";

fn mail(subject: &str) -> Rendered {
    let link = format!("https://tv.example/accept-invitation#token={TOKEN}");
    Rendered {
        subject: subject.to_owned(),
        text: format!("Grüße, Zoë.\n\n{link}\n"),
        html: format!("<p>Grüße, <b>Zoë</b>: <a href=\"{link}\">link</a></p>\n"),
    }
}

fn to(url: &str, ca_file: Option<&Path>, timeout: Duration) -> Smtp {
    let from = "TokenVue <team@tv.example>".parse().unwrap();
    Smtp::from_url(&SecretString::from(url), &from, ca_file, timeout).unwrap()
}

fn smtp(server: &SmtpServer) -> Smtp {
    to(
        &server.url(),
        Some(server.ca_file()),
        Duration::from_secs(30),
    )
}

async fn send(smtp: &Smtp, email: &str) -> Result<(), SendError> {
    smtp.send(Uuid::now_v7(), "Zoë Ångström", email, &mail("Hello"))
        .await
}

fn permanent(outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::Permanent { reason }) => reason,
        other => panic!("not refused for good: {other:?}"),
    }
}

fn transient(outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::Transient { reason }) => reason,
        other => panic!("not put off: {other:?}"),
    }
}

#[tokio::test]
async fn a_letter_arrives_whole() {
    let mut server = SmtpServer::start(Mode::Plain);
    let row = Uuid::now_v7();
    let letter = mail("Grüße");
    smtp(&server)
        .send(
            row,
            "Zoë\r\nBcc: eve@evil.example",
            "zoe@münchen.example",
            &letter,
        )
        .await
        .unwrap();

    let arrived = server.next_mail().await;
    assert_eq!(arrived.from, "team@tv.example");
    assert_eq!(arrived.to, ["zoe@xn--mnchen-3ya.example"]);
    assert_eq!(arrived.subject, letter.subject);
    assert_eq!(arrived.text.replace("\r\n", "\n"), letter.text);
    assert_eq!(arrived.html.replace("\r\n", "\n"), letter.html);
    assert_eq!(arrived.token(), Some(TOKEN));
    assert_eq!(
        arrived.parts,
        ["multipart/alternative", "text/plain", "text/html"]
    );
    assert_eq!(
        arrived.header("Message-ID"),
        Some(format!("<{row}@tv.example>").as_str())
    );
    assert_eq!(arrived.header("Auto-Submitted"), Some("auto-generated"));
    assert!(
        arrived
            .header("To")
            .unwrap()
            .contains("Zoë Bcc: eve@evil.example")
    );
    assert_eq!(arrived.header("Bcc"), None);
    assert!(arrived.header("Date").is_some());
}

#[tokio::test]
async fn letters_travel_encrypted_and_signed_in() {
    for (mode, user, starttls) in [
        (Mode::StartTls, None, true),
        (Mode::Auth, Some("tokenvue"), true),
        (Mode::Tls, Some("tokenvue"), false),
    ] {
        let mut server = SmtpServer::start(mode);
        send(&smtp(&server), "zoe@tv.example").await.unwrap();
        let arrived = server.next_mail().await;
        assert_eq!(arrived.user.as_deref(), user, "{mode:?}");
        assert_eq!(arrived.tls, starttls, "{mode:?}");
    }
}

#[tokio::test]
async fn letters_share_a_connection_until_it_is_closed() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    for email in ["a@tv.example", "b@tv.example"] {
        send(&smtp, email).await.unwrap();
    }
    smtp.close().await;
    send(&smtp, "c@tv.example").await.unwrap();
    let (a, b, c) = (
        server.next_mail().await,
        server.next_mail().await,
        server.next_mail().await,
    );
    assert_eq!(a.connection, b.connection);
    assert_ne!(b.connection, c.connection);
}

#[tokio::test]
async fn a_server_that_ended_a_kept_connection_is_connected_again() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    for email in ["leave@tv.example", "b@tv.example"] {
        send(&smtp, email).await.unwrap();
        assert_eq!(server.next_mail().await.to, [email]);
    }
}

#[tokio::test]
async fn refusals_are_final_and_do_not_quote_the_letter() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    let reason = permanent(send(&smtp, "reject@tv.example").await);
    assert_eq!(
        reason,
        "the mail server refused the mail: 550 5.1.1 No such mailbox here"
    );

    let spam = smtp
        .send(Uuid::now_v7(), "", "zoe@tv.example", &mail("SPAM"))
        .await;
    let reason = permanent(spam);
    assert!(reason.contains("554 5.7.1 Refused for"), "{reason}");
    assert!(
        !reason.contains("token") && !reason.contains(TOKEN),
        "{reason}"
    );

    assert_eq!(
        permanent(send(&smtp, "no address").await),
        "the recipient's address is not valid"
    );
    send(&smtp, "zoe@tv.example").await.unwrap();
    assert_eq!(server.next_mail().await.to, ["zoe@tv.example"]);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_letter_that_is_put_off_leaves_later() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    let reason = transient(send(&smtp, "defer@tv.example").await);
    assert_eq!(
        reason,
        "the mail server asks to try later: 451 4.7.1 Greylisted, please come back"
    );
    send(&smtp, "defer@tv.example").await.unwrap();
    assert_eq!(server.next_mail().await.to, ["defer@tv.example"]);
}

#[tokio::test]
async fn a_server_that_hangs_holds_up_one_letter_only() {
    let mut server = SmtpServer::start(Mode::Plain);
    let soon = Duration::from_millis(300);
    let hung = send(&to(&server.url(), None, soon), "stall@tv.example").await;
    assert_eq!(transient(hung), "the mail server did not answer in time");

    let smtp = smtp(&server);
    send(&smtp, "a@tv.example").await.unwrap();
    let cancelled = tokio::time::timeout(soon, send(&smtp, "stall@tv.example")).await;
    assert!(cancelled.is_err());
    send(&smtp, "b@tv.example").await.unwrap();
    let (a, b) = (server.next_mail().await, server.next_mail().await);
    assert_eq!(b.to, ["b@tv.example"]);
    assert_ne!(
        a.connection, b.connection,
        "the connection that hung is not used again"
    );
}

#[tokio::test]
async fn names_outside_ascii_need_a_server_that_knows_them() {
    let plain = SmtpServer::start(Mode::Plain);
    let reason = permanent(send(&smtp(&plain), "zoë@tv.example").await);
    assert!(reason.contains("SMTPUTF8"), "{reason}");

    let mut server = SmtpServer::start(Mode::Utf8);
    send(&smtp(&server), "zoë@tv.example").await.unwrap();
    assert_eq!(server.next_mail().await.to, ["zoë@tv.example"]);
}

#[tokio::test]
async fn settings_that_are_wrong_put_letters_off_and_show_no_password() {
    let auth = SmtpServer::start(Mode::Auth);
    let wrong = auth.url().replace("p%40ss", "wr0ng");
    let outcome = send(
        &to(&wrong, Some(auth.ca_file()), Duration::from_secs(30)),
        "zoe@tv.example",
    )
    .await;
    let reason = transient(outcome);
    assert_eq!(reason, "the mail server refused our user or password (535)");

    let unknown = send(
        &to(&auth.url(), None, Duration::from_secs(30)),
        "zoe@tv.example",
    )
    .await;
    let reason = transient(unknown);
    assert!(reason.contains("UnknownIssuer"), "{reason}");

    let plain = SmtpServer::start(Mode::Plain);
    let strict = format!("{}?tls=required", plain.url());
    let outcome = send(
        &to(&strict, None, Duration::from_secs(30)),
        "zoe@tv.example",
    )
    .await;
    assert_eq!(
        transient(outcome),
        "the mail server offers no encryption (STARTTLS)"
    );

    let url = plain.url();
    drop(plain);
    let reason = transient(send(&to(&url, None, Duration::from_secs(30)), "zoe@tv.example").await);
    assert!(
        reason.starts_with("no connection to the mail server: "),
        "{reason}"
    );
}

#[tokio::test]
async fn a_server_that_wants_a_password_is_no_fault_of_the_letter() {
    let server = SmtpServer::start(Mode::Tls);
    let anonymous = server.url().replace("tokenvue:p%40ss%2Fword%3A%201@", "");
    let smtp = to(&anonymous, Some(server.ca_file()), Duration::from_secs(30));
    let reason = transient(send(&smtp, "zoe@tv.example").await);
    assert!(
        reason.starts_with("the mail server does not work with our settings: 530"),
        "{reason}"
    );
}
