//! Cleanup deletes rows that are no longer needed, and only those, in small batches.

use crate::on_both_engines;
use crate::support::{Server, Team};
use chrono::{Duration, DurationRound as _};
use entity::{audit_event, link_token, outbox, password_reset, session, throttle, user, workspace};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tokenvue::clearing::{self, BATCH};

on_both_engines!(
    exactly_the_ended_rows_are_deleted,
    rows_are_deleted_in_small_transactions,
    replicas_can_clean_up_concurrently,
    valid_links_are_kept,
    access_history_is_complete_after_old_events_are_deleted,
);

/// The number of rows that [`fill`] writes per table and age.
const EACH: u32 = 30;

/// Writes rows that have ended, and rows that are still in use, to each table.
async fn fill(server: &Server) {
    let now = server.app.now();
    let user = user::Entity::find().one(&server.app.db).await.unwrap();
    let user = server.uuid_sql(user.unwrap().id);
    let workspace = workspace::Entity::find().one(&server.app.db).await.unwrap();
    let workspace_id = server.uuid_sql(workspace.unwrap().id);
    for (age, state, outcome) in [
        (Duration::days(500), "'SENT'", "'DONE'"),
        (Duration::days(1), "'SENT'", "'DONE'"),
        (Duration::days(501), "'QUEUED'", "'REFUSED'"),
        (Duration::days(2), "'FAILED'", "'REFUSED'"),
    ] {
        let from = now - age;
        let later = server.time_sql(now - age + Duration::hours(1));
        // Yesterday's session is valid for another month.
        let end = server.time_sql(now - age + Duration::days(30));
        let hour = server.time_sql(from.duration_trunc(Duration::hours(1)).unwrap());
        let hour = if outcome == "'DONE'" { "NULL" } else { &hour };
        server
            .insert_many(
                EACH,
                "audit_events",
                from,
                &[
                    ("workspace_id", &workspace_id),
                    ("id", "{id}"),
                    ("at", "{at}"),
                    ("last_at", "{at}"),
                    ("hour", hour),
                    ("kind", "'CHANGE_ROLE'"),
                    ("outcome", outcome),
                    ("actor_id", "{uuid}"),
                    ("actor_label", "'Ana'"),
                    ("subject_label", "''"),
                    ("details", "{json}"),
                    ("address", "''"),
                    ("request_id", "''"),
                ],
            )
            .await;
        server
            .insert_many(
                EACH,
                "outbox",
                from,
                &[
                    ("id", "{id}"),
                    ("recipient_name", "'Bo'"),
                    ("recipient_email", "'bo@x.example'"),
                    ("domain", "'x.example'"),
                    ("priority", "1"),
                    ("content", "{json}"),
                    ("state", state),
                    ("attempts", "1"),
                    ("created_at", "{at}"),
                    ("next_attempt_at", "{at}"),
                ],
            )
            .await;
        if state != "'SENT'" {
            continue;
        }
        server
            .insert_many(
                EACH,
                "sessions",
                from,
                &[
                    ("id", "{id}"),
                    ("user_id", &user),
                    ("token_hash", "{bytes}"),
                    ("created_at", "{at}"),
                    ("last_used_at", "{at}"),
                    ("expires_at", &end),
                    ("address", "''"),
                    ("user_agent", "''"),
                ],
            )
            .await;
        let key = format!("'{} ' || {{i}}", age.num_days());
        server
            .insert_many(
                EACH,
                "throttles",
                from,
                &[("key", &key), ("count", "1"), ("resets_at", &end)],
            )
            .await;
        server
            .insert_many(
                EACH,
                "link_tokens",
                from,
                &[
                    ("token_hash", "{bytes}"),
                    ("purpose", "'INVITATION'"),
                    ("mail_id", "{uuid}"),
                    ("created_at", "{at}"),
                ],
            )
            .await;
        server
            .insert_many(
                EACH,
                "password_resets",
                from,
                &[
                    ("id", "{id}"),
                    ("user_id", &user),
                    ("mail_id", "{uuid}"),
                    ("created_at", "{at}"),
                    ("expires_at", &later),
                ],
            )
            .await;
    }
}

/// Returns the number of rows in each table.
async fn counts(server: &Server) -> [u64; 6] {
    [
        server.count::<audit_event::Entity>().await,
        server.count::<outbox::Entity>().await,
        server.count::<session::Entity>().await,
        server.count::<throttle::Entity>().await,
        server.count::<link_token::Entity>().await,
        server.count::<password_reset::Entity>().await,
    ]
}

async fn exactly_the_ended_rows_are_deleted(server: Server) {
    server.first_clearing().await;
    let team = Team::first(&server).await;
    let before = counts(&server).await;
    fill(&server).await;
    let each = u64::from(EACH);
    let filled = counts(&server).await;
    let added = [4, 4, 2, 2, 2, 2].map(|times| times * each);
    assert_eq!(filled, std::array::from_fn(|n| before[n] + added[n]));

    let cleared = clearing::clear_away(&server.app).await.unwrap();
    // Deleted are the old events of both outcomes and, of the mails, only the old sent one.
    let gone = [2, 1, 1, 1, 1, 1].map(|times| times * each);
    assert_eq!(cleared, gone.iter().sum::<u64>());
    let left = counts(&server).await;
    assert_eq!(left, std::array::from_fn(|n| filled[n] - gone[n]));
    assert_eq!(clearing::clear_away(&server.app).await.unwrap(), 0);

    // Refused attempts have a retention time of their own.
    server.advance(Duration::days(100));
    clearing::clear_away(&server.app).await.unwrap();
    let events = audit_event::Entity::find()
        .all(&server.app.db)
        .await
        .unwrap();
    let refused = events.iter().filter(|event| event.hour.is_some()).count();
    assert_eq!((refused, events.len() as u64), (0, before[0] + each));
    let team = team.later().await;
    team.invite("bo@example.com", "Bo", "SECURITY_AUDITOR")
        .await;

    let metrics = reqwest::get(format!("{}/metrics", server.url))
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains("tokenvue_rows_cleared_total{table=\"audit_events\"}"),
        "{metrics}"
    );
}

async fn fill_throttles(server: &Server, count: u64) {
    let from = server.app.now() - Duration::days(2);
    let count = u32::try_from(count).unwrap();
    server
        .insert_many(
            count,
            "throttles",
            from,
            &[
                ("key", "'many ' || {i}"),
                ("count", "1"),
                ("resets_at", "{at}"),
            ],
        )
        .await;
}

async fn rows_are_deleted_in_small_transactions(server: Server) {
    server.first_clearing().await;
    let rows = 3 * BATCH + 20;
    fill_throttles(&server, rows).await;
    let work = clearing::clear_away(&server.app);
    let (cleared, statements) = server.statements.during_all(work).await;
    assert_eq!(cleared.unwrap(), rows);
    let deletions = statements
        .iter()
        .filter(|sql| sql.contains("DELETE FROM \"throttles\""));
    let deletions: Vec<_> = deletions.collect();
    assert_eq!(deletions.len(), 4, "{deletions:#?}");
    assert_eq!(server.count::<throttle::Entity>().await, 0);
}

async fn replicas_can_clean_up_concurrently(server: Server) {
    let other = server.replica(&[]).await;
    server.first_clearing().await;
    other.server.first_clearing().await;
    let rows = 4 * BATCH;
    fill_throttles(&server, rows).await;
    let both = tokio::try_join!(
        clearing::clear_away(&server.app),
        clearing::clear_away(&other.server.app),
    );
    let (one, two) = both.unwrap();
    // Each row is deleted once. Rows that both replicas skipped are found by the next run.
    let rest = clearing::clear_away(&server.app).await.unwrap();
    assert_eq!(one + two + rest, rows);
    assert_eq!(server.count::<throttle::Entity>().await, 0);
    other.stop().await;
}

/// Applies however short the retention time of mails is.
async fn valid_links_are_kept(server: Server) {
    let keep = ["--mail-retention", "1d"];
    let replica = server.replica(&keep).await;
    replica.server.first_clearing().await;
    let team = Team::first(&replica.server).await;
    team.invite("bo@example.com", "Bo", "SECURITY_AUDITOR")
        .await;
    let token = replica.server.mail_to("bo@example.com").await.token();
    let links = server.count::<link_token::Entity>().await;
    server.advance(Duration::days(6));
    clearing::clear_away(&replica.server.app).await.unwrap();
    assert_eq!(server.count::<link_token::Entity>().await, links);
    let query = "query ($token: String!) { invitationPreview(token: $token) { state } }";
    let variables = json!({ "token": token });
    let reply = replica.server.anonymous().run(query, variables).await;
    assert_eq!(reply.data()["invitationPreview"]["state"], "VALID");
    replica.stop().await;
}

async fn access_history_is_complete_after_old_events_are_deleted(server: Server) {
    let team = Team::first(&server).await;
    for name in ["bo", "cy", "di"] {
        team.invite(&format!("{name}@example.com"), name, "SECURITY_AUDITOR")
            .await;
    }
    server.advance(Duration::days(390));
    let team = team.later().await;
    for name in ["ed", "flo"] {
        team.invite(&format!("{name}@example.com"), name, "SECURITY_AUDITOR")
            .await;
    }
    let page = |after: Value| {
        let team = team.clone();
        async move {
            let query = "query ($id: ID!, $after: String) { workspace(id: $id) {
                accessHistory(first: 3, after: $after, kind: INVITE_MEMBER) {
                    totalCount nodes { subject } pageInfo { endCursor hasNextPage } } } }";
            let variables = json!({ "id": team.workspace_id, "after": after });
            let data = team.admin.client.run(query, variables).await.data();
            data["workspace"]["accessHistory"].clone()
        }
    };
    let first = page(Value::Null).await;
    assert_eq!(first["totalCount"], 5);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let end = first["pageInfo"]["endCursor"].clone();

    server.advance(Duration::days(20));
    let team = team.later().await;
    let cleared = clearing::clear_away(&server.app).await.unwrap();
    assert!(cleared >= 3, "{cleared}");
    // The event at the cursor is deleted, but its position in the list is still valid.
    let selection = format!(
        "accessHistory(first: 3, after: {end}, kind: INVITE_MEMBER) {{ totalCount nodes {{ id }} }}"
    );
    let rest = team.read(&selection).await["accessHistory"].clone();
    assert_eq!(rest, json!({ "totalCount": 2, "nodes": [] }));
    let all = team.read("accessHistory { nodes { kind subject } }").await;
    let nodes = all["accessHistory"]["nodes"].as_array().unwrap().clone();
    let invited = nodes.iter().filter(|node| node["kind"] == "INVITE_MEMBER");
    assert_eq!(invited.count(), 2, "{nodes:?}");
}
