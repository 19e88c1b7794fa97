//! Mail over a real SMTP server.

use crate::support::smtp_server::{Mode, SmtpServer};
use secrecy::SecretString;
use std::path::Path;
use std::time::Duration;
use tokenvue::mail::render::RenderedMail;
use tokenvue::mail::smtp::{Refusal, SendError, Smtp, SmtpSettings, ehlo_name};
use uuid::Uuid;

const TOKEN: &str = "c2VjcmV0LXRva2VuLXNlY3JldC10b2tlbi1zZWNyZXQ";

fn mail(subject: &str) -> RenderedMail {
    let link = format!("https://tv.example/accept-invitation#token={TOKEN}");
    RenderedMail {
        subject: subject.to_owned(),
        text: format!("Grüße, Zoë.\n\n{link}\n"),
        html: format!("<p>Grüße, <b>Zoë</b>: <a href=\"{link}\">link</a></p>\n"),
        link: None,
    }
}

fn to(url: &str, ca_file: Option<&Path>, timeout: Duration) -> Smtp {
    Smtp::new(&SmtpSettings {
        url: &SecretString::from(url),
        ca_file,
        ehlo_name: Some(ehlo_name("console.tv.example").unwrap()),
        from: &"TokenVue <team@tv.example>".parse().unwrap(),
        timeout,
    })
    .unwrap()
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
        other => panic!("not a permanent error: {other:?}"),
    }
}

fn transient(outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::Transient { reason }) => reason,
        other => panic!("not a transient error: {other:?}"),
    }
}

fn no_answer(outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::NoAnswer { reason }) => reason,
        other => panic!("not a missing reply: {other:?}"),
    }
}

fn refused(outcome: Result<(), SendError>) -> Refusal {
    match outcome {
        Err(SendError::Refused(refusal)) => refusal,
        other => panic!("not a rejection of the sender: {other:?}"),
    }
}

fn unavailable(outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::Unavailable { reason, .. }) => reason,
        other => panic!("not unavailable: {other:?}"),
    }
}

#[tokio::test]
async fn a_mail_arrives_complete() {
    let mut server = SmtpServer::start(Mode::Plain);
    let row = Uuid::now_v7();
    let rendered = mail("Grüße");
    smtp(&server)
        .send(
            row,
            "Zoë\r\nBcc: eve@evil.example",
            "zoe@münchen.example",
            &rendered,
        )
        .await
        .unwrap();

    let arrived = server.next_mail().await;
    assert_eq!(arrived.from, "team@tv.example");
    assert_eq!(arrived.to, ["zoe@xn--mnchen-3ya.example"]);
    assert_eq!(arrived.subject, rendered.subject);
    assert_eq!(arrived.text.replace("\r\n", "\n"), rendered.text);
    assert_eq!(arrived.html.replace("\r\n", "\n"), rendered.html);
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
    let suppressed = arrived.header("X-Auto-Response-Suppress");
    assert_eq!(suppressed, Some("DR, RN, NRN, OOF, AutoReply"));
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
async fn mails_are_sent_encrypted_and_authenticated() {
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
        assert_eq!(arrived.ehlo, "console.tv.example", "{mode:?}");
    }
}

#[tokio::test]
async fn mails_share_a_connection_until_it_is_closed() {
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
async fn a_closed_connection_is_replaced() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    for email in ["leave@tv.example", "b@tv.example"] {
        send(&smtp, email).await.unwrap();
        assert_eq!(server.next_mail().await.to, [email]);
    }
}

#[tokio::test]
async fn rejections_do_not_quote_the_mail() {
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
    let Refusal {
        reason, summary, ..
    } = refused(spam);
    assert_eq!(
        summary,
        "the mail server rejects mail from this sender: 554 5.7.1"
    );
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
async fn a_deferred_mail_is_sent_later() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    let reason = transient(send(&smtp, "defer@tv.example").await);
    assert_eq!(
        reason,
        "the mail server asks to try again later: 451 4.7.1 Greylisted, please come back"
    );
    send(&smtp, "defer@tv.example").await.unwrap();
    assert_eq!(server.next_mail().await.to, ["defer@tv.example"]);
}

#[tokio::test]
async fn a_hanging_server_blocks_one_mail_only() {
    let mut server = SmtpServer::start(Mode::Plain);
    let soon = Duration::from_millis(300);
    let hung = send(&to(&server.url(), None, soon), "stall@tv.example").await;
    assert_eq!(no_answer(hung), "the mail server did not answer in time");

    let smtp = smtp(&server);
    send(&smtp, "a@tv.example").await.unwrap();
    let cancelled = tokio::time::timeout(soon, send(&smtp, "stall@tv.example")).await;
    assert!(cancelled.is_err());
    send(&smtp, "b@tv.example").await.unwrap();
    let (a, b) = (server.next_mail().await, server.next_mail().await);
    assert_eq!(b.to, ["b@tv.example"]);
    assert_ne!(
        a.connection, b.connection,
        "a hanging connection is not reused"
    );
}

#[tokio::test]
async fn addresses_outside_ascii_need_smtputf8() {
    let plain = SmtpServer::start(Mode::Plain);
    let reason = permanent(send(&smtp(&plain), "zoë@tv.example").await);
    assert!(reason.contains("SMTPUTF8"), "{reason}");

    let mut server = SmtpServer::start(Mode::Utf8);
    send(&smtp(&server), "zoë@tv.example").await.unwrap();
    assert_eq!(server.next_mail().await.to, ["zoë@tv.example"]);
}

#[tokio::test]
async fn wrong_settings_reveal_no_password() {
    let auth = SmtpServer::start(Mode::Auth);
    let wrong = auth.url().replace("p%40ss", "wr0ng");
    let outcome = send(
        &to(&wrong, Some(auth.ca_file()), Duration::from_secs(30)),
        "zoe@tv.example",
    )
    .await;
    let refusal = refused(outcome);
    assert_eq!(
        refusal.reason,
        "the mail server rejected the user name or password (535)"
    );
    assert!(refusal.concerns_all);

    let unknown = send(
        &to(&auth.url(), None, Duration::from_secs(30)),
        "zoe@tv.example",
    )
    .await;
    let reason = unavailable(unknown);
    assert!(reason.contains("UnknownIssuer"), "{reason}");

    let plain = SmtpServer::start(Mode::Plain);
    let strict = format!("{}?tls=required", plain.url());
    let outcome = send(
        &to(&strict, None, Duration::from_secs(30)),
        "zoe@tv.example",
    )
    .await;
    assert_eq!(
        unavailable(outcome),
        "the mail server offers no encryption (STARTTLS)"
    );

    let url = plain.url();
    drop(plain);
    let reason =
        unavailable(send(&to(&url, None, Duration::from_secs(30)), "zoe@tv.example").await);
    assert!(
        reason.starts_with("no connection to the mail server: "),
        "{reason}"
    );
}

#[tokio::test]
async fn a_server_that_requires_a_password_rejects_the_sender() {
    let server = SmtpServer::start(Mode::Tls);
    let anonymous = server.url().replace("tokenvue:p%40ss%2Fword%3A%201@", "");
    let smtp = to(&anonymous, Some(server.ca_file()), Duration::from_secs(30));
    let refusal = refused(send(&smtp, "zoe@tv.example").await);
    assert!(refusal.reason.contains("530"), "{}", refusal.reason);
    assert!(refusal.concerns_all);
}

#[tokio::test]
async fn policy_rejections_concern_the_sender_and_keep_the_connection() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    send(&smtp, "a@tv.example").await.unwrap();
    for (command, concerns_all) in [
        ("mail 553 5.7.1 Sender address rejected", true),
        ("mail 501 5.1.7 Bad sender address syntax", true),
        ("rcpt 550 5.7.0 Too many messages from you", false),
        ("rcpt 554 5.7.1 <b@tv.example>: Relay access denied", false),
        (
            "data 550 5.7.26 Unauthenticated email is not accepted",
            false,
        ),
    ] {
        server.tell(command).await;
        let refusal = refused(send(&smtp, "b@tv.example").await);
        let (step, reply) = command.split_once(' ').unwrap();
        let codes = reply.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
        let said = "the mail server rejects mail from this sender";
        assert_eq!(refusal.summary, format!("{said}: {codes}"));
        assert_eq!(refusal.reason, format!("{said}: {reply}"));
        assert_eq!(refusal.concerns_all, concerns_all, "{command}");
        server.tell(step).await;
    }
    server.tell("rcpt 550 5.1.2 No such domain").await;
    permanent(send(&smtp, "b@tv.example").await);
    server.tell("rcpt").await;
    send(&smtp, "c@tv.example").await.unwrap();
    let (a, c) = (server.next_mail().await, server.next_mail().await);
    assert_eq!(a.connection, c.connection, "the reply was complete");
}

#[tokio::test]
async fn a_server_at_its_connection_limit_is_busy() {
    let mut server = SmtpServer::start(Mode::Plain);
    let smtp = smtp(&server);
    send(&smtp, "a@tv.example").await.unwrap();
    server.tell("limit 1").await;
    let other = to(&server.url(), None, Duration::from_secs(30));
    let outcome = send(&other, "b@tv.example").await;
    assert!(
        matches!(outcome, Err(SendError::Unavailable { busy: true, .. })),
        "{outcome:?}"
    );
    send(&smtp, "c@tv.example").await.unwrap();
}

#[tokio::test]
async fn replies_injected_before_starttls_are_ignored() {
    let server = SmtpServer::start(Mode::Inject);
    let reason = unavailable(send(&smtp(&server), "zoe@tv.example").await);
    assert!(reason.contains("STARTTLS"), "{reason}");
    assert_eq!(server.mails().len(), 0);
}
