//! Reads every field: one query per type, with all of its fields.

use super::Got;
use super::world::{Asker, World};
use crate::support::Reply;
use crate::support::introspection::Field;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A query that reaches the objects of one type.
struct TypeQuery {
    of: &'static str,
    /// The query. `FIELDS` is replaced by the fields of the type.
    text: &'static str,
    /// The path to the objects in the response.
    path: &'static [&'static str],
    /// The key of the rows whose IDs replace `$ids`. If `None`, no viewer has a row of their own.
    rows: Option<&'static str>,
}

const fn query(of: &'static str, text: &'static str, path: &'static [&'static str]) -> TypeQuery {
    TypeQuery {
        of,
        text,
        path,
        rows: None,
    }
}

const fn row(of: &'static str, rows: &'static str, text: &'static str) -> TypeQuery {
    let path = &["nodes"];
    let rows = Some(rows);
    TypeQuery {
        of,
        text,
        path,
        rows,
    }
}

/// One query for each type with readable objects. Payloads are reached by their mutations.
const TYPE_QUERIES: &[TypeQuery] = &[
    row(
        "User",
        "users",
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on User { FIELDS } } }",
    ),
    row(
        "Membership",
        "memberships",
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Membership { FIELDS } } }",
    ),
    row(
        "Invitation",
        "invitations",
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Invitation { FIELDS } } }",
    ),
    row(
        "Session",
        "sessions",
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Session { FIELDS } } }",
    ),
    row(
        "AuditEvent",
        "events",
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on AuditEvent { FIELDS } } }",
    ),
    TypeQuery {
        rows: Some("invitations"),
        ..query(
            "InvitationDelivery",
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Invitation { delivery { FIELDS } } } }",
            &["nodes", "delivery"],
        )
    },
    TypeQuery {
        rows: Some("events"),
        ..query(
            "AuditDetail",
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on AuditEvent { details { FIELDS } } } }",
            &["nodes", "details"],
        )
    },
    query(
        "Query",
        "query($workspace: ID!, $membership: ID!, $token: String!, $resetToken: String!, \
         $invite: InviteUsersInput!) { FIELDS }",
        &[],
    ),
    query("Viewer", "{ viewer { FIELDS } }", &["viewer"]),
    query(
        "AccessDecision",
        "query($workspace: ID!) { viewer { can(permission: TEAM_REVIEW, workspaceId: $workspace) { FIELDS } } }",
        &["viewer", "can"],
    ),
    query(
        "SessionConnection",
        "{ viewer { sessions { FIELDS } } }",
        &["viewer", "sessions"],
    ),
    query(
        "SessionEdge",
        "{ viewer { sessions { edges { FIELDS } } } }",
        &["viewer", "sessions", "edges"],
    ),
    query(
        "Workspace",
        "query($workspace: ID!, $membership: ID!) { workspace(id: $workspace) { FIELDS } }",
        &["workspace"],
    ),
    query(
        "TeamSummary",
        "query($workspace: ID!) { workspace(id: $workspace) { teamSummary { FIELDS } } }",
        &["workspace", "teamSummary"],
    ),
    query(
        "WorkspaceSettings",
        "query($workspace: ID!) { workspace(id: $workspace) { settings { FIELDS } } }",
        &["workspace", "settings"],
    ),
    query(
        "MailServer",
        "query($workspace: ID!) { workspace(id: $workspace) { mailServer { FIELDS } } }",
        &["workspace", "mailServer"],
    ),
    query(
        "AccessReview",
        "query($workspace: ID!) { workspace(id: $workspace) { accessReview { FIELDS } } }",
        &["workspace", "accessReview"],
    ),
    query(
        "AccessFinding",
        "query($workspace: ID!) { workspace(id: $workspace) { accessReview { admins { FIELDS } } } }",
        &["workspace", "accessReview", "admins"],
    ),
    query(
        "MembershipConnection",
        "query($workspace: ID!) { workspace(id: $workspace) { members { FIELDS } } }",
        &["workspace", "members"],
    ),
    query(
        "MembershipEdge",
        "query($workspace: ID!) { workspace(id: $workspace) { members { edges { FIELDS } } } }",
        &["workspace", "members", "edges"],
    ),
    query(
        "PageInfo",
        "query($workspace: ID!) { workspace(id: $workspace) { members { pageInfo { FIELDS } } } }",
        &["workspace", "members", "pageInfo"],
    ),
    query(
        "InvitationConnection",
        "query($workspace: ID!) { workspace(id: $workspace) { invitations { FIELDS } } }",
        &["workspace", "invitations"],
    ),
    query(
        "InvitationEdge",
        "query($workspace: ID!) { workspace(id: $workspace) { invitations { edges { FIELDS } } } }",
        &["workspace", "invitations", "edges"],
    ),
    query(
        "AuditEventConnection",
        "query($workspace: ID!) { workspace(id: $workspace) { accessHistory { FIELDS } } }",
        &["workspace", "accessHistory"],
    ),
    query(
        "AuditEventEdge",
        "query($workspace: ID!) { workspace(id: $workspace) { accessHistory { edges { FIELDS } } } }",
        &["workspace", "accessHistory", "edges"],
    ),
    query("RoleDefinition", "{ roles { FIELDS } }", &["roles"]),
    query("ServiceInfo", "{ service { FIELDS } }", &["service"]),
    query(
        "InvitationPreview",
        "query($token: String!) { invitationPreview(token: $token) { FIELDS } }",
        &["invitationPreview"],
    ),
    query(
        "InvitationPlacement",
        "query($token: String!) { invitationPreview(token: $token) { placements { FIELDS } } }",
        &["invitationPreview", "placements"],
    ),
    query(
        "PasswordResetPreview",
        "query($resetToken: String!) { passwordResetPreview(token: $resetToken) { FIELDS } }",
        &["passwordResetPreview"],
    ),
    query(
        "InviteUsersPreview",
        "query($invite: InviteUsersInput!) { inviteUsersPreview(input: $invite) { FIELDS } }",
        &["inviteUsersPreview"],
    ),
    query(
        "InviteOutcome",
        "query($invite: InviteUsersInput!) { inviteUsersPreview(input: $invite) { outcomes { FIELDS } } }",
        &["inviteUsersPreview", "outcomes"],
    ),
    query(
        "UserError",
        "mutation { declineInvitation(input: { token: \"made up\" }) { userErrors { FIELDS } } }",
        &["declineInvitation", "userErrors"],
    ),
];

/// Arguments that fields require, or that refer to the workspace of the test.
const ARGS: &[(&str, &str)] = &[
    ("Query.workspace", "(id: $workspace)"),
    ("Query.node", "(id: $membership)"),
    ("Query.nodes", "(ids: [$membership])"),
    ("Query.inviteUsersPreview", "(input: $invite)"),
    ("Query.invitationPreview", "(token: $token)"),
    ("Query.passwordResetPreview", "(token: $resetToken)"),
    ("Workspace.member", "(id: $membership)"),
    ("Viewer.can", "(permission: TEAM_VIEW)"),
];

/// Reads every field that a query reaches, as every kind of viewer.
pub async fn read_everything(world: &World, fields: &[Field]) -> HashMap<String, Vec<Got>> {
    let mut matrix: HashMap<String, Vec<Got>> = HashMap::new();
    for type_query in TYPE_QUERIES {
        let of_type: Vec<&Field> = fields
            .iter()
            .filter(|field| field.owner == type_query.of)
            .collect();
        assert!(
            !of_type.is_empty(),
            "{} is no longer in the schema",
            type_query.of
        );
        let text = type_query.text.replace("FIELDS", &selection(&of_type));
        for asker in Asker::ALL {
            let reply = ask(world, type_query, &text, asker).await;
            for field in &of_type {
                let path = [type_query.path, &[field.name.as_str()]].concat();
                let outcome = match &reply {
                    Some(reply) => outcome(reply, &path),
                    None => "-".to_owned(),
                };
                matrix
                    .entry(field.path())
                    .or_default()
                    .push((asker, outcome));
            }
        }
    }
    matrix
}

/// Runs a query. Returns `None` if the type has no rows that belong to the viewer.
async fn ask(world: &World, type_query: &TypeQuery, text: &str, asker: Asker) -> Option<Reply> {
    let mut variables = world.variables.clone();
    match type_query.rows {
        Some(kind) => variables["ids"] = world.rows(asker, kind).clone(),
        None if asker == Asker::Oneself => return None,
        None => {}
    }
    Some(world.client(asker).run(text, variables).await)
}

/// Returns a selection of fields of one type, with their arguments and subselections.
pub fn selection(fields: &[&Field]) -> String {
    let asked = fields.iter().map(|field| {
        let path = field.path();
        let args = ARGS.iter().find(|(known, _)| *known == path);
        if args.is_none()
            && let Some((arg, _)) = field.required_args().next()
        {
            panic!("{path}: ARGS has no value for `{arg}`");
        }
        let args = args.map_or("", |(_, args)| args);
        let inner = if field.is_composite {
            " { __typename }"
        } else {
            ""
        };
        format!("{}{args}{inner}", field.name)
    });
    asked.collect::<Vec<_>>().join(" ")
}

/// Returns the result at a path: `ok` for a value, `null`, or the code of the error.
pub fn outcome(reply: &Reply, path: &[&str]) -> String {
    let errors = reply.0["errors"].as_array().cloned().unwrap_or_default();
    let code = errors.iter().find_map(|error| {
        let at: Vec<&str> = error["path"]
            .as_array()
            .unwrap_or_else(|| panic!("{error:#}"))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        path.starts_with(&at)
            .then(|| error["extensions"]["code"].as_str().unwrap_or("UNCODED"))
    });
    let something = found(&reply.0["data"], path);
    match (code, something) {
        (None, true) => "ok".to_owned(),
        (None, false) => "null".to_owned(),
        (Some(code), false) => code.to_owned(),
        (Some(code), true) => format!("ok+{code}"),
    }
}

/// Returns whether there is a value other than `null` at a path, in any item of the lists along it.
fn found(value: &Value, path: &[&str]) -> bool {
    match (value, path) {
        (Value::Array(items), [_, ..]) => items.iter().any(|item| found(item, path)),
        (_, [first, rest @ ..]) => found(&value[first], rest),
        (value, []) => *value != json!(null) && *value != json!([null]),
    }
}
