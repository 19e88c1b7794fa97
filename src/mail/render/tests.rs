use super::*;
use crate::mail::content::{
    Added, Invitation, InvitationRequested, LinkPage, PasswordChanged, PasswordReset, RequestedBy,
    WorkspaceRole, link,
};

fn role_in(name: &str, role: &str) -> WorkspaceRole {
    WorkspaceRole {
        name: name.to_owned(),
        role: role.to_owned(),
    }
}

fn at(time: &str) -> chrono::DateTime<chrono::Utc> {
    time.parse().unwrap()
}

fn url() -> Url {
    Url::parse("https://tv.example/gate").unwrap()
}

/// Returns one mail of each kind, with this name in place of each text that a person enters.
fn contents(name: &str) -> Vec<MailContent> {
    let text = || name.to_owned();
    let name = Some(text());
    let workspaces = vec![
        role_in(&text(), "Gateway Operator"),
        role_in("Payments", "Security Auditor"),
    ];
    vec![
        MailContent::Invitation(Invitation {
            name: name.clone(),
            inviter_name: text(),
            inviter_email: "ana@tv.example".to_owned(),
            workspaces: workspaces.clone(),
            expires_at: at("2026-12-01T14:05:00Z"),
        }),
        MailContent::Added(Added {
            name: name.clone(),
            added_by: text(),
            workspaces,
        }),
        MailContent::PasswordReset(PasswordReset {
            name: name.clone(),
            requested_by: RequestedBy::Admin {
                name: text(),
                workspace: text(),
            },
            expires_at: at("2026-12-01T14:05:00Z"),
        }),
        MailContent::PasswordChanged(PasswordChanged {
            name: name.clone(),
            at: at("2026-12-01T09:00:59Z"),
        }),
        MailContent::InvitationRequested(InvitationRequested {
            name,
            invitee_email: "kai@tv.example".to_owned(),
            workspaces: vec![text(), text()],
            slug: Some("acme-1a2b3c".to_owned()),
        }),
    ]
}

fn render(content: &MailContent) -> RenderedMail {
    let link = content
        .page()
        .map(|page| link(&url(), page, &SecretString::from("To-ken_1")));
    Renderer::new()
        .unwrap()
        .render(content, link.as_ref(), &url())
        .unwrap()
}

fn all(content: &MailContent) -> String {
    let RenderedMail { subject, text, .. } = render(content);
    format!("{subject}\n==\n{text}")
}

#[test]
fn mails_say_what_happened_and_what_to_do() {
    let contents = contents("Maya & Co");
    insta::assert_snapshot!(all(&contents[0]), @r"
    Maya & Co invites you to 2 workspaces on TokenVue
    ==
    Hello Maya & Co,

    Maya & Co (ana@tv.example) invites you to join these workspaces on TokenVue:

    - Maya & Co: Gateway Operator
    - Payments: Security Auditor

    Accept by 1 December 2026, 14:05 UTC. You choose a password to join.

    Accept the invitation:
    https://tv.example/gate/accept-invitation#token=To-ken_1

    --
    You receive this email because Maya & Co entered your address. The link is for you alone: please do not forward it. If you did not expect it, ignore it, and nothing happens.

    TokenVue at tv.example
    ");
    insta::assert_snapshot!(all(&contents[1]), @r"
    You are now in 2 more workspaces on TokenVue
    ==
    Hello Maya & Co,

    Maya & Co made you a member of these workspaces on TokenVue:

    - Maya & Co: Gateway Operator
    - Payments: Security Auditor

    There is nothing to accept. Sign in with your usual password to start.

    Open TokenVue:
    https://tv.example/gate/

    --
    You receive this email because Maya & Co added your account. If you do not want to be a member, you can leave a workspace at any time after signing in.

    TokenVue at tv.example
    ");
    insta::assert_snapshot!(all(&contents[2]), @r"
    Choose a new TokenVue password
    ==
    Hello Maya & Co,

    Maya & Co, an admin of Maya & Co, sends you this link to choose a new password.

    The link works once, until 1 December 2026, 14:05 UTC. Until you use it, your password stays as it is. A new password signs you out everywhere.

    Choose a new password:
    https://tv.example/gate/reset-password#token=To-ken_1

    --
    You receive this email because this address belongs to a TokenVue account. The link is for you alone: please do not forward it. If you did not expect it, ignore it, and nothing changes.

    TokenVue at tv.example
    ");
    insta::assert_snapshot!(all(&contents[3]), @r"
    Your TokenVue password was changed
    ==
    Hello Maya & Co,

    The password of your account was changed on 1 December 2026, 09:00 UTC, and all sessions were signed out.

    If that was you, just sign in with the new password. If it was not you, request a new password on the sign-in page immediately, and tell an admin of your workspace.

    Go to the sign-in page:
    https://tv.example/gate/

    --
    You receive this email because this address belongs to a TokenVue account. We send this email whenever its password changes; it cannot be turned off.

    TokenVue at tv.example
    ");
    insta::assert_snapshot!(all(&contents[4]), @r"
    kai@tv.example requests a new invitation to TokenVue
    ==
    Hello Maya & Co,

    kai@tv.example opened an invitation link that has expired and requests a new one. You invited them to:

    - Maya & Co
    - Maya & Co

    If they should still join, find them on the team page and resend the invitation.

    Open the team page:
    https://tv.example/gate/w/acme-1a2b3c/team

    --
    You receive this email because you are responsible for this invitation. We send it at most once a day. If they should no longer join, revoke the invitation or ignore this email.

    TokenVue at tv.example
    ");
}

#[test]
fn a_mail_for_one_workspace_names_it_and_greets_without_a_name() {
    let workspaces = vec![role_in("Payments", "Workspace Admin")];
    let invitation = render(&MailContent::Invitation(Invitation {
        name: None,
        inviter_name: "Maya".to_owned(),
        inviter_email: "maya@tv.example".to_owned(),
        workspaces: workspaces.clone(),
        expires_at: at("2026-12-01T14:05:00Z"),
    }));
    let added = render(&MailContent::Added(Added {
        name: None,
        added_by: "Maya".to_owned(),
        workspaces,
    }));
    assert_eq!(
        invitation.subject,
        "Maya invites you to Payments on TokenVue"
    );
    assert_eq!(added.subject, "You are now in Payments on TokenVue");
    for mail in [invitation, added] {
        assert!(mail.text.starts_with("Hello,\n"), "{}", mail.text);
        assert!(mail.html.contains("<p>Hello,</p>"), "{}", mail.html);
    }
}

#[test]
fn self_service_reset_names_no_admin() {
    let content = MailContent::PasswordReset(PasswordReset {
        name: Some("Maya".to_owned()),
        requested_by: RequestedBy::SelfService,
        expires_at: at("2026-12-01T14:05:00Z"),
    });
    let RenderedMail { text, html, .. } = render(&content);
    for body in [text, html] {
        assert!(
            body.contains("hopefully you") && !body.contains("an admin of"),
            "{body}"
        );
    }
}

#[test]
fn html_has_the_same_text_a_button_and_the_link() {
    for content in contents("Maya") {
        let RenderedMail { text, html, .. } = render(&content);
        let target = match content.page() {
            Some(page) => format!("https://tv.example/gate/{}#token=To-ken_1", page.path()),
            None => format!("https://tv.example/gate/{}", content.console_path()),
        };
        assert_eq!(
            html.matches(&format!("href=\"{target}\"")).count(),
            2,
            "{html}"
        );
        assert_eq!(html.matches(&format!(">{target}<")).count(), 1, "{html}");
        assert!(text.contains(&format!(":\n{target}\n")), "{text}");
        for moment in [
            "1 December 2026, 14:05 UTC",
            "1 December 2026, 09:00 UTC",
            "Gateway Operator",
            "Payments",
        ] {
            assert_eq!(
                text.contains(moment),
                html.contains(moment),
                "{moment} in {html}"
            );
        }
        assert!(!html.contains("{%") && !html.contains("{{"), "{html}");
        assert!(
            !html.contains("fonts.googleapis.com"),
            "nothing is loaded from other servers"
        );
    }
}

#[test]
fn names_cannot_become_markup_templates_or_paragraphs() {
    let hostile =
        "<script>alert(1)</script>\"'&{{ content }}{% raw %}\r\n\r\n\u{202e}x</mj-text>]]>";
    for content in contents(hostile) {
        let RenderedMail {
            subject,
            text,
            html,
            ..
        } = render(&content);
        assert!(
            !html.contains("<script") && !html.contains("</mj-text"),
            "{html}"
        );
        assert!(
            html.contains(
                "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;{{ content }}{% raw %} x"
            ),
            "{html}"
        );
        assert!(
            text.contains("<script>alert(1)</script>\"'&{{ content }}{% raw %} x"),
            "{text}"
        );
        for part in [&subject, &text, &html] {
            assert!(!part.contains('\r') && !part.contains('\u{202e}'), "{part}");
        }
        assert!(
            !subject.contains('\n') && subject.chars().count() <= MAX_SUBJECT,
            "{subject}"
        );
    }
    assert!(
        render(&contents(&"x".repeat(10_000))[0])
            .subject
            .ends_with('…')
    );
}

#[test]
fn rendering_without_a_required_link_fails() {
    let renderer = Renderer::new().unwrap();
    for content in contents("Maya") {
        let refused = matches!(
            renderer.render(&content, None, &url()),
            Err(RenderError::LinkMissing)
        );
        assert_eq!(refused, content.page().is_some(), "{}", content.kind());
    }
    assert_eq!(contents("Maya")[2].page(), Some(LinkPage::ResetPassword));
}

#[test]
fn debug_output_hides_the_token() {
    let mail = render(&contents("Maya")[0]);
    assert!(mail.text.contains("To-ken_1"));
    assert!(!format!("{mail:?}").contains("To-ken_1"));
}
