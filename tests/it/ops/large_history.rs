//! A workspace with a long history: each page and each filter is read by an index, and examines few
//! more rows than it shows. The query plans are checked, not the time.

use crate::on_both_engines;
use crate::support::{Engine, Server, Team};
use chrono::{Duration, SecondsFormat};
use entity::{user, workspace};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, EntityTrait as _, Statement,
};
use serde_json::Value;
use tokenvue::page::LatestFirst as _;
use tokenvue::permissions::Role;
use tokenvue::team::invitation::list::InvitationQuery;
use uuid::Uuid;

on_both_engines!(
    history_pages_and_filters_use_an_index,
    expired_invitations_use_an_index,
);

/// The number of events. `TOKENVUE_TEST_EVENTS=1000000` takes a minute and has the same plans.
fn events() -> u32 {
    let wanted = std::env::var("TOKENVUE_TEST_EVENTS");
    wanted.map_or(200_000, |wanted| wanted.parse().unwrap())
}

/// The number of rows that a page of 50 may examine. For invitations, also all open ones, which a
/// quota limits.
const EXAMINED: u64 = 160;
const OPEN: u64 = 202;

/// Explains statements on one connection to the server's database.
struct Planner {
    connection: DatabaseConnection,
    engine: Engine,
}

impl Planner {
    async fn of(server: &Server) -> Planner {
        let mut options = ConnectOptions::new(server.database_url());
        options.max_connections(1);
        Planner {
            connection: Database::connect(options).await.unwrap(),
            engine: server.engine,
        }
    }

    /// Returns the plan of a statement as text, with the number of rows that it examined. On
    /// PostgreSQL, returns two: the plan for these values and the generic one, since a prepared
    /// statement can get either.
    async fn explain(&self, statement: Statement) -> Vec<(String, u64)> {
        if self.engine == Engine::Sqlite {
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let rows = self.rows(Statement { sql, ..statement }).await;
            let lines = rows
                .iter()
                .map(|row| row.try_get::<String>("", "detail").unwrap());
            return vec![(lines.collect::<Vec<_>>().join("\n"), 0)];
        }
        let values = statement.values.clone().map_or(0, |values| values.0.len());
        let placeholders: Vec<String> = (1..=values).map(|n| format!("${n}")).collect();
        let mut plans = Vec::new();
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let set = format!("SET plan_cache_mode = {mode}");
            self.connection.execute_unprepared(&set).await.unwrap();
            let prepare = format!("PREPARE explained AS {}", statement.sql);
            self.connection.execute_unprepared(&prepare).await.unwrap();
            let execute = if values == 0 {
                "EXECUTE explained".to_owned()
            } else {
                format!("EXECUTE explained({})", placeholders.join(", "))
            };
            let explain = Statement {
                sql: format!("EXPLAIN (ANALYZE, FORMAT JSON) {execute}"),
                ..statement.clone()
            };
            let explain = Statement::from_string(explain.db_backend, explain.to_string());
            let rows = self.rows(explain).await;
            let plan: Value = rows[0].try_get_by_index(0).unwrap();
            plans.push((plan.to_string(), examined(&plan[0]["Plan"])));
            let deallocate = "DEALLOCATE explained";
            self.connection
                .execute_unprepared(deallocate)
                .await
                .unwrap();
        }
        plans
    }

    async fn rows(&self, statement: Statement) -> Vec<sea_orm::QueryResult> {
        self.connection.query_all_raw(statement).await.unwrap()
    }
}

/// Sums the rows that the scans of a plan returned and filtered out.
fn examined(node: &Value) -> u64 {
    let number = |key: &str| node[key].as_f64().unwrap_or_default();
    let scanned = if node["Node Type"].as_str().unwrap().contains("Scan") {
        let rows = [
            "Actual Rows",
            "Rows Removed by Filter",
            "Rows Removed by Index Recheck",
        ];
        rows.iter().map(|key| number(key)).sum::<f64>() * number("Actual Loops")
    } else {
        0.0
    };
    let below = node["Plans"].as_array().into_iter().flatten().map(examined);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let scanned = scanned as u64;
    scanned + below.sum::<u64>()
}

/// Reads a page as a client does, and checks the plan of the statement that read `table`.
async fn check(team: &Team, planner: &Planner, selection: &str, table: &str, index: &str) -> Value {
    let (data, statements) = team.server.statements.in_full(team.read(selection)).await;
    let from = format!("FROM \"{table}\"");
    let mut reads = statements
        .into_iter()
        .filter(|statement| statement.sql.contains(&from));
    let read = reads
        .next()
        .unwrap_or_else(|| panic!("nothing read {table}"));
    for (plan, examined) in planner.explain(read).await {
        assert!(plan.contains(index), "{selection}: not by {index}: {plan}");
        let scan = format!("SCAN {table}");
        assert!(
            !plan.contains(&scan) && !plan.contains("Seq Scan"),
            "{selection}: {plan}"
        );
        // Expired invitations are merged from two short lists.
        let sorts = table == "audit_events" && plan.contains("FOR ORDER BY");
        assert!(!sorts, "{selection} sorts: {plan}");
        assert!(
            examined <= EXAMINED + OPEN * u64::from(table == "invitations"),
            "{selection} examines {examined} rows: {plan}"
        );
    }
    data
}

async fn history_pages_and_filters_use_an_index(server: Server) {
    let team = Team::first(&server).await;
    let workspace = workspace::Entity::find()
        .one(&server.app.db)
        .await
        .unwrap()
        .unwrap();
    let now = server.app.now();
    let from = now - Duration::days(30);
    let rare = Uuid::now_v7();
    let rare_sql = server.uuid_sql(rare);
    // Ten events each have a rare kind, actor, subject, or outcome.
    let (events, tenth) = (events(), events() / 10);
    let nth = |n: u32| format!("n.i % {tenth} = {n}");
    let usual_id = server.uuid_sql(Uuid::now_v7());
    let either =
        |n, rare: &str, usual: &str| format!("CASE WHEN {} THEN {rare} ELSE {usual} END", nth(n));
    server
        .insert_many(
            events,
            "audit_events",
            from,
            &[
                ("workspace_id", &server.uuid_sql(workspace.id)),
                ("id", "{id}"),
                ("at", "{at}"),
                ("last_at", "{at}"),
                ("hour", &either(1, "{at}", "NULL")),
                ("kind", &either(2, "'REMOVE_MEMBER'", "'SIGN_IN'")),
                ("outcome", &either(1, "'REFUSED'", "'DONE'")),
                ("actor_id", &either(3, &rare_sql, &usual_id)),
                ("actor_label", "'Bo'"),
                ("subject_id", &either(4, &rare_sql, &usual_id)),
                ("subject_label", "''"),
                ("details", "{json}"),
                ("address", "''"),
                ("request_id", "''"),
            ],
        )
        .await;
    server.execute("ANALYZE").await;
    let planner = Planner::of(&server).await;
    let rare = tokenvue::graphql::id::GlobalId::User(rare)
        .encode()
        .to_string();
    // The time at which the `nth` tenth of the history begins.
    let time = |nth: i32| {
        let time = from + Duration::seconds(i64::from(tenth)) * nth;
        time.to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let (key, refused) = match server.engine {
        Engine::Sqlite => ("sqlite_autoindex_audit_events_1", "audit_events_by_outcome"),
        // With few refused events, PostgreSQL may read and sort all of them.
        Engine::Postgres => ("audit_events_pkey", "audit_events_"),
    };
    for (filter, index, found) in [
        (String::new(), key, 50),
        ("kind: REMOVE_MEMBER".to_owned(), "audit_events_by_kind", 10),
        ("outcome: REFUSED".to_owned(), refused, 10),
        ("outcome: DONE".to_owned(), "audit_events", 50),
        (format!("actorId: \"{rare}\""), "audit_events_by_actor", 10),
        (
            format!("subjectId: \"{rare}\""),
            "audit_events_by_subject",
            10,
        ),
        // Time ranges at both ends of the history, and before it.
        (format!("until: \"{}\"", time(1)), key, 50),
        (format!("from: \"{}\"", time(9)), key, 50),
        (
            format!("from: \"{}\", until: \"{}\"", time(3), time(4)),
            key,
            50,
        ),
        (format!("until: \"{}\"", time(-1)), key, 0),
        (
            format!("kind: REMOVE_MEMBER, until: \"{}\"", time(6)),
            "audit_events_by_kind",
            6,
        ),
        (
            format!("outcome: REFUSED, from: \"{}\"", time(6)),
            refused,
            4,
        ),
    ] {
        let arguments = ["first: 50", "last: 50"].map(|page| format!("({page}, {filter})"));
        for arguments in arguments {
            let selection = format!(
                "accessHistory{arguments} {{ nodes {{ at }} pageInfo {{ startCursor endCursor }} }}"
            );
            let data = check(&team, &planner, &selection, "audit_events", index).await;
            let page = &data["accessHistory"];
            let nodes = page["nodes"].as_array().unwrap().len();
            assert_eq!(nodes, found, "{selection}");
            let Some(end) = page["pageInfo"]["endCursor"].as_str() else {
                continue;
            };
            let next = format!(
                "accessHistory(first: 50, after: \"{end}\", {filter}) {{ nodes {{ at }} }}"
            );
            check(&team, &planner, &next, "audit_events", index).await;
        }
    }
}

async fn expired_invitations_use_an_index(server: Server) {
    let team = Team::first(&server).await;
    let workspace = workspace::Entity::find()
        .one(&server.app.db)
        .await
        .unwrap()
        .unwrap();
    let inviter = user::Entity::find()
        .one(&server.app.db)
        .await
        .unwrap()
        .unwrap();
    let now = server.app.now();
    let (workspace_id, inviter) = (server.uuid_sql(workspace.id), server.uuid_sql(inviter.id));
    let role = Role::SecurityAuditor.rank().to_string();
    let (past, future) = (
        server.time_sql(now - Duration::hours(1)),
        server.time_sql(now + Duration::days(7)),
    );
    // Most invitations are accepted, some open, and few expired. Two of the expired ones have not
    // been marked yet.
    let state =
        "CASE WHEN n.i % 1000 = 7 THEN 'EXPIRED' WHEN n.i % 100 = 3 OR n.i < 2 THEN 'PENDING'
        ELSE 'ACCEPTED' END";
    let expires = format!("CASE WHEN n.i < 2 THEN {past} ELSE {future} END");
    let ended =
        format!("CASE WHEN n.i % 1000 = 7 OR n.i % 100 = 3 OR n.i < 2 THEN NULL ELSE {past} END");
    server
        .insert_many(
            20_000,
            "invitations",
            now - Duration::days(30),
            &[
                ("workspace_id", &workspace_id),
                ("id", "{id}"),
                ("user_id", "{uuid}"),
                ("email", "'x@y.example'"),
                ("role", &role),
                ("state", state),
                ("inviter_id", &inviter),
                ("mail_id", "{uuid}"),
                ("created_at", "{at}"),
                ("sent_at", "{at}"),
                ("sent_count", "1"),
                ("expires_at", &expires),
                ("ended_at", &ended),
            ],
        )
        .await;
    server.execute("ANALYZE").await;
    let planner = Planner::of(&server).await;
    let query = InvitationQuery {
        workspace_id: workspace.id,
        state: Some(entity::invitation::InvitationState::Expired),
        now,
    };
    assert_eq!(query.count(&server.app.db).await.unwrap(), 22);
    for page in ["first: 50", "last: 50"] {
        let selection =
            format!("invitations({page}, state: EXPIRED) {{ totalCount nodes {{ state }} }}");
        let data = check(&team, &planner, &selection, "invitations", "invitations_").await;
        let nodes = data["invitations"]["nodes"].as_array().unwrap().clone();
        assert!(nodes.iter().all(|node| node["state"] == "EXPIRED"));
        assert_eq!(
            (nodes.len(), &data["invitations"]["totalCount"]),
            (22, &Value::from(22))
        );
    }
    // The rows of this test match no membership. The doctor would report them.
    server.execute("DELETE FROM invitations").await;
}
