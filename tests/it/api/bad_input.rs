//! Invalid input: each case has the right code and field, and nothing is written.

use crate::on_both_engines;
use crate::support::{Server, Team, user_errors};
use serde_json::{Value, json};

on_both_engines!(
    invalid_addresses_are_not_invited,
    names_with_line_breaks_or_links_and_long_names_are_rejected,
    calls_with_too_many_invitees_are_rejected,
    values_of_the_wrong_type_are_bad_input,
    invalid_cursors_are_bad_input,
    altered_tokens_are_rejected,
    invalid_request_bodies_are_bad_input,
);

/// Asserts that `work` writes nothing.
async fn unchanged<W: Future<Output = ()>>(server: &Server, work: W) {
    let before = server.dump().await;
    work.await;
    assert_eq!(server.dump().await, before);
}

async fn outcome(team: &Team, invitee: Value) -> Value {
    let selection = "outcomes { result error { code field } }";
    let input = json!({ "invitees": [invitee] });
    let payload = team
        .admin
        .client
        .mutate("inviteUsers", input, selection)
        .await;
    assert_eq!(payload["userErrors"], json!([]));
    payload["outcomes"][0].clone()
}

async fn invalid_addresses_are_not_invited(server: Server) {
    let team = Team::first(&server).await;
    unchanged(&server, async {
        for email in [
            "",
            "bo",
            "@acme.example",
            "bo@",
            "bo@acme@example",
            "bo acme@example.com",
            "bo@acme.example\r\nBcc: x@y.example",
            "bo\0@acme.example",
            "Bo <bo@acme.example>",
            "bo@acme.example, cy@acme.example",
            "bo@[127.0.0.1]",
            &format!("{}@acme.example", "b".repeat(100_000)),
        ] {
            let invitee = json!({ "email": email, "role": "SECURITY_AUDITOR" });
            let outcome = outcome(&team, invitee).await;
            assert_eq!(outcome["result"], "FAILED", "{email:?}");
            assert_eq!(outcome["error"]["code"], "EMAIL_INVALID", "{email:?}");
            assert_eq!(outcome["error"]["field"], json!(["invitees", "0", "email"]));
        }
    })
    .await;
}

async fn names_with_line_breaks_or_links_and_long_names_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    let admin = &team.admin.client;
    unchanged(&server, async {
        for name in [
            "Bo\r\nBcc: x@y.example",
            "Bo\0",
            "\u{202e}oB",
            "Win a prize at https://evil.example",
            &"B".repeat(200_000),
        ] {
            let invitee = json!({
                "email": "bo@acme.example", "firstName": name, "role": "SECURITY_AUDITOR"
            });
            let outcome = outcome(&team, invitee).await;
            assert_eq!(outcome["error"]["code"], "NAME_INVALID", "{name:.9?}");
            assert_eq!(
                outcome["error"]["field"],
                json!(["invitees", "0", "firstName"])
            );
            for (mutation, input, field) in [
                ("createWorkspace", json!({ "name": name }), "name"),
                (
                    "updateWorkspace",
                    json!({ "workspaceId": team.workspace_id, "name": name }),
                    "name",
                ),
                (
                    "updateProfile",
                    json!({ "firstName": name, "lastName": "" }),
                    "firstName",
                ),
                (
                    "updateProfile",
                    json!({ "firstName": "Ana", "lastName": name }),
                    "lastName",
                ),
            ] {
                let payload = admin.mutate(mutation, input, "__typename").await;
                assert_eq!(payload["userErrors"][0]["code"], "NAME_INVALID");
                assert_eq!(payload["userErrors"][0]["field"], json!([field]));
            }
        }
        for domain in ["a\0b", "a b", "", "a@b", &"x".repeat(100_000)] {
            let input = json!({
                "workspaceId": team.workspace_id, "allowedEmailDomains": ["acme.example", domain]
            });
            let payload = admin.mutate("updateWorkspace", input, "__typename").await;
            assert_eq!(user_errors(&payload), ["VALUE_INVALID"], "{domain:.9?}");
            let field = json!(["allowedEmailDomains", "1"]);
            assert_eq!(payload["userErrors"][0]["field"], field);
        }
    })
    .await;
}

async fn calls_with_too_many_invitees_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    unchanged(&server, async {
        let invitee =
            |n| json!({ "email": format!("p{n}@acme.example"), "role": "SECURITY_AUDITOR" });
        for count in [0, 101, 1000] {
            let invitees: Vec<Value> = (0..count).map(invitee).collect();
            let input = json!({ "invitees": invitees });
            let payload = team
                .admin
                .client
                .mutate("inviteUsers", input, "outcomes { result }")
                .await;
            assert_eq!(payload["outcomes"], json!([]));
            assert_eq!(user_errors(&payload), ["TOO_MANY"]);
            assert_eq!(payload["userErrors"][0]["field"], json!(["invitees"]));
        }
        let assignments = vec![json!({ "workspaceId": team.workspace_id }); 1000];
        let mut one = invitee(0);
        one["assignments"] = json!(assignments);
        // The same workspace many times counts once.
        let input = json!({ "invitees": [one], "workspaceIds": vec![&team.workspace_id; 21] });
        let payload = team
            .admin
            .client
            .mutate("inviteUsers", input, "outcomes { result }")
            .await;
        assert_eq!(user_errors(&payload), ["TOO_MANY"]);
        assert_eq!(payload["userErrors"][0]["field"], json!(["workspaceIds"]));
    })
    .await;
}

async fn values_of_the_wrong_type_are_bad_input(server: Server) {
    let team = Team::first(&server).await;
    let (admin, workspace) = (&team.admin.client, &team.workspace_id);
    unchanged(&server, async {
        for (mutation, input) in [
            (
                "inviteUsers",
                json!({ "invitees": [{ "email": "bo@acme.example", "role": "OWNER" }] }),
            ),
            (
                "inviteUsers",
                json!({ "invitees": [{ "email": 1, "role": "SECURITY_AUDITOR" }] }),
            ),
            ("inviteUsers", json!({ "invitees": "bo@acme.example" })),
            (
                "changeRole",
                json!({ "membershipId": workspace, "role": "SECURITY_AUDITOR" }),
            ),
            (
                "removeMember",
                json!({ "membershipId": team.admin.user_id }),
            ),
            (
                "resendInvitation",
                json!({ "invitationId": team.admin.membership_id }),
            ),
            ("revokeSession", json!({ "sessionId": team.admin.user_id })),
            ("switchWorkspace", json!({ "workspaceId": "1" })),
            ("switchWorkspace", json!({ "workspaceId": 1 })),
            ("switchWorkspace", json!({ "workspaceId": null })),
            ("switchWorkspace", json!({})),
            (
                "updateWorkspace",
                json!({ "workspaceId": workspace, "invitationLifetimeDays": 1e300 }),
            ),
            (
                "updateWorkspace",
                json!({ "workspaceId": workspace, "owner": "me" }),
            ),
        ] {
            let reply = admin
                .try_mutate(mutation, input.clone(), "__typename")
                .await;
            assert_eq!(
                reply.codes(),
                ["BAD_INPUT"],
                "{mutation} {input}: {:#}",
                reply.0
            );
        }
        let input = json!({ "membershipId": workspace, "role": "SECURITY_AUDITOR" });
        let reply = admin.try_mutate("changeRole", input, "__typename").await;
        assert_eq!(reply.0["errors"][0]["extensions"]["field"], "membershipId");
    })
    .await;
}

async fn invalid_cursors_are_bad_input(server: Server) {
    let team = Team::first(&server).await;
    let page = "{ workspace { members(first: 1) { pageInfo { endCursor } } } }";
    let data = team.admin.client.get(page).await;
    let real = data["workspace"]["members"]["pageInfo"]["endCursor"]
        .as_str()
        .unwrap();
    let cut = &real[..real.len() - 2];
    for cursor in ["", "1", cut, "bm90aGluZw", "\0", &team.admin.membership_id] {
        for list in ["members", "invitations", "accessHistory"] {
            let query = format!(
                "query Q($c: String) {{ workspace {{ {list}(after: $c) {{ totalCount }} }} }}"
            );
            let reply = team.admin.client.run(&query, json!({ "c": cursor })).await;
            assert_eq!(
                reply.codes(),
                ["BAD_INPUT"],
                "{list} {cursor}: {:#}",
                reply.0
            );
            assert_eq!(reply.0["errors"][0]["extensions"]["field"], "after");
        }
    }
    for sizes in [
        "first: -1",
        "first: 101",
        "last: 0, first: 0",
        "first: 2147483647",
    ] {
        let query = format!("{{ workspace {{ members({sizes}) {{ totalCount }} }} }}");
        let reply = team.admin.client.run(&query, json!({})).await;
        assert_eq!(reply.codes(), ["BAD_INPUT"], "{sizes}: {:#}", reply.0);
    }
}

async fn altered_tokens_are_rejected(server: Server) {
    let team = Team::first(&server).await;
    team.invite("bo@acme.example", "Bo", "SECURITY_AUDITOR")
        .await;
    let token = server.mail_to("bo@acme.example").await.token();
    let flipped = if token.starts_with('A') { "B" } else { "A" };
    let (cut, altered) = (
        &token[..token.len() - 1],
        format!("{flipped}{}", &token[1..]),
    );
    let anonymous = server.anonymous();
    unchanged(&server, async {
        for token in [
            cut,
            &altered,
            "",
            "\0",
            &format!("{token}="),
            &format!(" {token}"),
        ] {
            for (mutation, input) in [
                (
                    "acceptInvitation",
                    json!({ "token": token, "password": "plum kettle orbit sundial" }),
                ),
                ("declineInvitation", json!({ "token": token })),
                ("requestNewInvitation", json!({ "token": token })),
                (
                    "resetPassword",
                    json!({ "token": token, "newPassword": "plum kettle orbit sundial" }),
                ),
            ] {
                let payload = anonymous.mutate(mutation, input, "__typename").await;
                assert_eq!(
                    user_errors(&payload),
                    ["TOKEN_UNKNOWN"],
                    "{mutation} {token:?}"
                );
                assert_eq!(payload["userErrors"][0]["field"], json!(["token"]));
            }
            for preview in ["invitationPreview", "passwordResetPreview"] {
                let query =
                    format!("query Q($t: String!) {{ {preview}(token: $t) {{ state email }} }}");
                let data = anonymous.run(&query, json!({ "t": token })).await.data();
                assert_eq!(data[preview], json!({ "state": "UNKNOWN", "email": null }));
            }
        }
    })
    .await;
    // A link of one kind does not accept the token of another kind.
    let input = json!({ "token": token, "newPassword": "plum kettle orbit sundial" });
    let payload = anonymous.mutate("resetPassword", input, "accepted").await;
    assert_eq!(user_errors(&payload), ["TOKEN_UNKNOWN"]);
}

async fn invalid_request_bodies_are_bad_input(server: Server) {
    let team = Team::first(&server).await;
    let admin = &team.admin.client;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = |depth: usize| {
        format!(
            r#"{{"query":"{{ roles {{ name }} }}","variables":{{"v":{}1{}}}}}"#,
            r#"{"v":["#.repeat(depth),
            "]}".repeat(depth)
        )
    };
    unchanged(&server, async {
        for body in [
            "",
            "null",
            "42",
            "\"{ viewer { user { id } } }\"",
            "{",
            "{}",
            "[]",
            r#"[{"query":"{ roles { name } }"}]"#,
            r#"{"query":null}"#,
            r#"{"query":1}"#,
            r#"{"query":"{ roles { name } }","variables":[]}"#,
            r#"{"query":"{ roles { name } }","variables":"x"}"#,
            r#"{"query":"query Q($s: String!) { invitationPreview(token: $s) { state } }","variables":{"s":"\ud800"}}"#,
            r#"{"query":"{ roles { name } }","query":"{ roles { name } }"}"#,
            &deep,
            &format!(r#"{{"query":"{{ roles {{ name }} }}","variables":{{"v":{deep}}}}}"#),
            &nested(1000),
        ] {
            let (status, answer) = admin.post(body.to_owned()).await;
            assert_eq!(status, 400, "{body:.80}: {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT", "{body:.80}");
        }
        for bytes in [&b"\xff\xfe{}"[..], b"{\"query\":\"\xc3\x28\"}", b"\0"] {
            assert_eq!(admin.post(bytes).await.0, 400);
        }
        let name = "x".repeat(1_000_000);
        let input = json!({ "name": name });
        let query = "mutation M($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { __typename } }";
        let body = json!({ "query": query, "variables": { "input": input } });
        let (status, answer) = admin.post(body.to_string()).await;
        assert_eq!(status, 413, "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT");
        // A variable nested within the limit of JSON is accepted if no operation uses it.
        assert_eq!(admin.post(nested(50)).await.0, 200);
    })
    .await;
}
