//! Which email addresses and domains the API accepts.

use crate::on_both_engines;
use crate::support::{PASSWORD, Server, Team, results, user_errors};
use crate::team::invite::person;
use crate::team::invite_limits::preview;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

on_both_engines!(
    invalid_addresses_fail_with_an_outcome,
    compatibility_characters_are_not_the_same_address,
    invalid_addresses_cannot_sign_in,
    allowed_domains_must_be_host_names,
    addresses_of_a_local_network_need_a_setting,
    any_text_is_an_address_or_rejected,
);

const INVALID_ADDRESSES: [&str; 14] = [
    "\u{fb00}@acme.example",
    "ｂｏ@acme.example",
    "bo\u{200b}@acme.example",
    "bo@acme.example?subject=Hi",
    "bo@acme.example/x",
    "bo@ac|me.example",
    "bo@ac_me.example",
    "bo@-acme.example",
    "bo@127.0.0.1",
    "bo@::1",
    "bo@[127.0.0.1]",
    "bo@[IPv6:::1]",
    "bo@acme",
    "bo@localhost",
];

async fn invalid_addresses_fail_with_an_outcome(server: Server) {
    let team = Team::first(&server).await;
    let invitees: Vec<Value> = INVALID_ADDRESSES.map(|email| person(email, "Bo")).into();
    let input = json!({ "invitees": invitees, "workspaceIds": [team.workspace_id] });
    let foreseen = preview(&team, input).await.data()["inviteUsersPreview"].clone();
    let happened = team.invite_all(json!(invitees)).await;
    for payload in [foreseen, happened] {
        for (index, email) in INVALID_ADDRESSES.iter().enumerate() {
            let outcome = &payload["outcomes"][index];
            assert_eq!(outcome["email"], *email);
            assert_eq!(outcome["result"], "FAILED", "{email}");
            assert_eq!(outcome["error"]["code"], "EMAIL_INVALID", "{email}");
            let field = json!(["invitees", index.to_string(), "email"]);
            assert_eq!(outcome["error"]["field"], field);
        }
    }
    assert_eq!(team.summary().await, [1, 1, 0, 0]);
}

async fn compatibility_characters_are_not_the_same_address(server: Server) {
    let team = Team::first(&server).await;
    let invited = team
        .invite("ff@acme.example", "Fay", "WORKSPACE_ADMIN")
        .await;
    assert_eq!(invited["result"], "INVITED");
    let beta = team.another("Beta").await;
    let outcome = beta
        .invite("\u{fb00}@acme.example", "Eve", "SECURITY_AUDITOR")
        .await;
    assert_eq!(outcome["error"]["code"], "EMAIL_INVALID");
    // Addresses that differ in case or composition are the same mailbox. Mail goes to the composed
    // form.
    let outcome = beta
        .invite("zoe\u{308}@acme.example", "Zoë", "SECURITY_AUDITOR")
        .await;
    assert_eq!(outcome["result"], "INVITED");
    let outcome = beta
        .invite("ZO\u{cb}@ACME.example", "Zoë", "SECURITY_AUDITOR")
        .await;
    assert_eq!(outcome["result"], "ALREADY_INVITED");
    assert_eq!(server.mails_to("zo\u{eb}@acme.example").await.len(), 1);
}

async fn invalid_addresses_cannot_sign_in(server: Server) {
    let flags = ["--sign-in-failures-per-account", "100"];
    let replica = server.replica(&flags).await;
    let team = Team::first(&replica.server).await;
    let anonymous = replica.server.anonymous();
    for email in INVALID_ADDRESSES {
        let input = json!({ "email": email, "password": PASSWORD, "transport": "BEARER" });
        let payload = anonymous.mutate("signIn", input, "sessionToken").await;
        assert_eq!(user_errors(&payload), ["CREDENTIALS_INVALID"], "{email}");
        let input = json!({ "email": email });
        let payload = anonymous
            .mutate("requestPasswordReset", input, "accepted")
            .await;
        assert_eq!(payload["accepted"], true, "{email}");
    }
    replica.server.quiet().await;
    assert!(server.mails_to(&team.admin.email).await.is_empty());
    replica.stop().await;
}

async fn allowed_domains_must_be_host_names(server: Server) {
    let team = Team::first(&server).await;
    let update = async |domains: Value| {
        let input = json!({ "workspaceId": team.workspace_id, "allowedEmailDomains": domains });
        let selection = "workspace { settings { allowedEmailDomains } }";
        let client = &team.admin.client;
        client.mutate("updateWorkspace", input, selection).await
    };
    for domain in [
        "acme.example?x",
        "acme.example/x",
        "ac|me.example",
        "ac_me.example",
        "acme.example.",
        "@@acme.example",
        "ana@acme.example",
        "127.0.0.1",
        "[127.0.0.1]",
        "::1",
        "acme",
        "localhost",
        "*.acme.example",
        "",
    ] {
        let payload = update(json!(["acme.example", domain])).await;
        assert_eq!(user_errors(&payload), ["VALUE_INVALID"], "{domain}");
        let field = json!(["allowedEmailDomains", "1"]);
        assert_eq!(payload["userErrors"][0]["field"], field);
    }
    let payload = update(json!([" @ACME.example", "München.example", "acme.example"])).await;
    let stored = &payload["workspace"]["settings"]["allowedEmailDomains"];
    assert_eq!(stored, &json!(["acme.example", "xn--mnchen-3ya.example"]));
    let invitees = json!([
        person("bo@acme.example", "Bo"),
        person("cy@MÜNCHEN.example", "Cy"),
        person("dee@acme.example.org", "Dee"),
    ]);
    let payload = team.invite_all(invitees).await;
    assert_eq!(results(&payload), ["INVITED", "INVITED", "FAILED"]);
}

async fn addresses_of_a_local_network_need_a_setting(server: Server) {
    let replica = server.replica(&["--email-domains", "local"]).await;
    let team = Team::first(&replica.server).await;
    let emails = ["bo@[192.0.2.1]", "cy@[IPv6:2001:db8::1]", "dee@mailhost"];
    let invitees = emails.map(|email| person(email, "Bo"));
    let payload = team.invite_all(json!(invitees)).await;
    assert_eq!(results(&payload), ["INVITED"; 3]);
    let still_invalid = ["eve@192.0.2.1", "eve@::1", "eve@mail/x", "eve@[::1]"];
    let invitees = still_invalid.map(|email| person(email, "Eve"));
    let payload = team.invite_all(json!(invitees)).await;
    assert_eq!(results(&payload), ["FAILED"; 4]);
    let input = json!({
        "workspaceId": team.workspace_id,
        "allowedEmailDomains": ["mailhost", "[192.0.2.1]"],
    });
    let client = &team.admin.client;
    let payload = client
        .mutate("updateWorkspace", input, "workspace { id }")
        .await;
    assert_eq!(user_errors(&payload), [""; 0]);
    for email in emails {
        let token = replica.server.mail_to(email).await.token();
        team.accept(email, &token).await;
    }
    replica.stop().await;
}

/// Generates strings that are addresses, almost addresses, or neither.
fn texts(runner: &mut TestRunner, count: usize) -> Vec<String> {
    let almost = "([a-z0-9.+_'/?-]|[äßЖ한ﬀＡ²]|\\p{L}|\\p{M}|\\PC){1,8}@([a-z0-9.-]|[äß。]|\\p{L}|\\PC|[_/?|:\\[\\]]){1,10}(\\.[a-z]{2,4})?";
    let plain = "[A-Za-zäø.+-]{1,8}@[a-z0-9é-]{1,10}\\.[a-z]{2,4}";
    let strategy = proptest::prop_oneof![
        almost.prop_map(String::from),
        plain.prop_map(String::from),
        any::<String>(),
    ];
    let mut text = || strategy.new_tree(runner).unwrap().current();
    (0..count).map(|_| text()).collect()
}

async fn any_text_is_an_address_or_rejected(server: Server) {
    let team = Team::first(&server).await;
    let mut runner = TestRunner::default();
    for _ in 0..3 {
        let texts = texts(&mut runner, 100);
        let invitees: Vec<Value> = texts.iter().map(|text| person(text, "Bo")).collect();
        let payload = team.invite_all(json!(invitees)).await;
        let outcomes = payload["outcomes"].as_array().unwrap();
        assert_eq!(outcomes.len(), texts.len());
        for (text, outcome) in texts.iter().zip(outcomes) {
            let result = outcome["result"].as_str().unwrap();
            match result {
                "FAILED" => assert_eq!(outcome["error"]["code"], "EMAIL_INVALID", "{text:?}"),
                "INVITED" => {
                    let email = outcome["membership"]["id"].as_str();
                    assert!(email.is_some() && text.contains('@'), "{text:?}");
                }
                "ALREADY_INVITED" => {}
                other => panic!("{text:?}: {other}"),
            }
        }
        // Inviting the same addresses again finds the same people.
        let again = team.invite_all(json!(invitees)).await;
        for (first, second) in outcomes.iter().zip(again["outcomes"].as_array().unwrap()) {
            let expected = match first["result"].as_str() {
                Some("FAILED") => "FAILED",
                _ => "ALREADY_INVITED",
            };
            assert_eq!(second["result"], expected, "{}", first["email"]);
        }
    }
}
