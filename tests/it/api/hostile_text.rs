//! Hostile text in every string of the API: it is rejected or harmless, and never causes an
//! internal error. The strings are found by introspection, so new ones are tested automatically.

use crate::on_both_engines;
use crate::support::{Client, PASSWORD, Server, Team};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

on_both_engines!(
    no_text_in_a_mutation_causes_an_internal_error,
    no_text_in_a_query_causes_an_internal_error,
);

/// A well-formed token that was never issued.
const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn nasty() -> Vec<String> {
    let short = [
        "",
        " ",
        "\0",
        "a\0b",
        "nul\0@acme.example",
        "a@acme\0.example",
        "\u{1}\u{7f}\u{85}",
        "Ana\r\nBcc: x@y.example",
        "\u{202e}gpj",
        "\u{feff}\u{200b}",
        "\u{fffe}\u{10ffff}",
        "'; DROP TABLE users; --",
        "%_\\",
        "\\\\\\%",
        "{{ 7 * 7 }} {% raw %} <script> &amp;",
        "\"'`$1 ?1 :x @y",
        "NaN",
        "-Infinity",
        "99999999999999999999999999",
        "null",
        "{}",
        "0000-00-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60+14:00",
        "0001-01-01T00:00:00+23:59",
    ];
    let mut all: Vec<String> = short.map(str::to_owned).into();
    // Letters that expand when they are normalized, and a text longer than any field allows.
    all.extend(["\u{fdfa}", "㌖", "각", "ẞ", "💥", "x"].map(|letter| letter.repeat(90)));
    all.push(format!("{}@acme.example", "\u{fdfa}".repeat(60)));
    // Cursors of lists by time and by name, with values that no engine stores.
    let id = Uuid::nil();
    for micros in [
        i64::MIN,
        i64::MAX,
        8_210_266_876_799_999_999,
        -8_210_266_876_799_999_999,
    ] {
        all.extend([6, 8].map(|tag| cursor(&json!({ "d": [tag, micros, id] }))));
    }
    all.push(cursor(&json!({ "t": [0, "\0", id] })));
    all.push(cursor(&json!({ "n": u32::MAX })));
    all.push("ä".repeat(60_000));
    all
}

fn cursor(sealed: &Value) -> String {
    URL_SAFE_NO_PAD.encode(sealed.to_string())
}

/// The types of the schema, as introspection describes them.
struct Schema(HashMap<String, Value>);

impl Schema {
    async fn of(client: &Client) -> Schema {
        let of_type = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
        let arguments = format!("name type {{ {of_type} }}");
        let query = format!(
            "{{ __schema {{ types {{ name kind enumValues {{ name }}
                inputFields {{ {arguments} }} }} }} }}"
        );
        let mut types = HashMap::new();
        let mut take = |data: Value| {
            for ty in data["__schema"]["types"].as_array().unwrap() {
                let name = ty["name"].as_str().unwrap().to_owned();
                let known: &mut Value = types.entry(name).or_insert_with(|| json!({}));
                for (key, value) in ty.as_object().unwrap() {
                    known[key.as_str()] = value.clone();
                }
            }
        };
        take(client.get(&query).await);
        let fields = format!(
            "{{ __schema {{ types {{ name fields {{ name type {{ {of_type} }}
                args {{ {arguments} }} }} }} }} }}"
        );
        take(client.get(&fields).await);
        Schema(types)
    }

    fn list<'s>(&'s self, ty: &str, key: &str) -> Vec<&'s Value> {
        let list = self.0[ty][key].as_array();
        list.map(|items| items.iter().collect()).unwrap_or_default()
    }

    fn is_object(&self, ty: &str) -> bool {
        ["OBJECT", "INTERFACE"].contains(&self.0[ty]["kind"].as_str().unwrap())
    }

    /// Returns inputs of a type, each with `nasty` in one field and valid values in the others.
    fn inputs(&self, ty: &str, nasty: &str, team: &Team) -> Vec<Value> {
        let fields = self.list(ty, "inputFields");
        let sound: Map<String, Value> = fields
            .iter()
            .filter_map(|field| {
                let name = field["name"].as_str().unwrap();
                Some((name.to_owned(), self.sound(name, &field["type"], team)?))
            })
            .collect();
        let mut inputs = Vec::new();
        for field in fields {
            let (name, inner) = (field["name"].as_str().unwrap(), named(&field["type"]));
            let values = match self.0[inner]["kind"].as_str().unwrap() {
                "INPUT_OBJECT" => self.inputs(inner, nasty, team),
                "SCALAR" if !["Int", "Boolean"].contains(&inner) => vec![json!(nasty)],
                "ENUM" => vec![json!(nasty)],
                _ => Vec::new(),
            };
            for value in values {
                let value = if printed(&field["type"]).starts_with('[') {
                    json!([value])
                } else {
                    value
                };
                let mut input = sound.clone();
                input.insert(name.to_owned(), value);
                inputs.push(Value::Object(input));
            }
        }
        inputs
    }

    /// Returns a valid value for an input field, or `None` if the field can be omitted and takes no
    /// text.
    fn sound(&self, name: &str, ty: &Value, team: &Team) -> Option<Value> {
        let value = match name {
            "email" => json!("cleo@acme.example"),
            "token" => json!(TOKEN),
            "password" | "currentPassword" => json!(PASSWORD),
            "newPassword" => json!("velvet anchor pumice tundra"),
            "workspaceId" | "workspaceIds" => json!(team.workspace_id),
            "membershipId" => json!(team.admin.membership_id),
            "role" => json!("SECURITY_AUDITOR"),
            "transport" => json!("BEARER"),
            "invitees" => json!({ "email": "cleo@acme.example", "role": "SECURITY_AUDITOR" }),
            "name" | "firstName" | "lastName" | "workspaceName" => json!("Cleo"),
            _ if printed(ty).ends_with('!') => json!(team.admin.user_id),
            _ => return None,
        };
        Some(if printed(ty).starts_with('[') {
            json!([value])
        } else {
            value
        })
    }

    /// Returns a query for each text argument of each reachable object. The text is the variable
    /// `$text`.
    fn arguments(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = Vec::new();
        let mut paths = vec![("Query".to_owned(), Vec::<String>::new())];
        while let Some((ty, path)) = paths.pop() {
            if seen.contains(&ty) || path.len() > 4 {
                continue;
            }
            for field in self.list(&ty, "fields") {
                let name = field["name"].as_str().unwrap();
                let args = field["args"].as_array().unwrap();
                let below = named(&field["type"]);
                let selection = if self.is_object(below) {
                    "{ __typename }"
                } else {
                    ""
                };
                for arg in args {
                    let inner = named(&arg["type"]);
                    if ["String", "ID", "DateTime"].contains(&inner) {
                        let others: String = required(args, arg);
                        let call =
                            format!("{name}({}: $text{others})", arg["name"].as_str().unwrap());
                        let ty = printed(&arg["type"]);
                        let body = nest(&path, &format!("{call} {selection}"));
                        found.push(format!("query Q($text: {ty}) {body}"));
                    }
                }
                let needed = required(args, &Value::Null);
                if self.is_object(below) && needed.is_empty() {
                    paths.insert(
                        0,
                        (
                            below.to_owned(),
                            [path.as_slice(), &[name.to_owned()]].concat(),
                        ),
                    );
                }
            }
            seen.push(ty);
        }
        found
    }
}

/// Returns the required arguments except `but`.
fn required(args: &[Value], but: &Value) -> String {
    let others = args
        .iter()
        .filter(|arg| *arg != but && printed(&arg["type"]).ends_with('!'));
    others
        .map(|arg| match named(&arg["type"]) {
            "Permission" => format!(", {}: TEAM_VIEW", arg["name"].as_str().unwrap()),
            other => format!(", {}: \"{other}\"", arg["name"].as_str().unwrap()),
        })
        .collect()
}

fn nest(path: &[String], inner: &str) -> String {
    path.iter()
        .rev()
        .fold(format!("{{ {inner} }}"), |body, field| {
            format!("{{ {field} {body} }}")
        })
}

fn named(ty: &Value) -> &str {
    match ty["name"].as_str() {
        Some(name) => name,
        None => named(&ty["ofType"]),
    }
}

fn printed(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", printed(&ty["ofType"])),
        "LIST" => format!("[{}]", printed(&ty["ofType"])),
        _ => named(ty).to_owned(),
    }
}

async fn assert_no_internal_error(client: &Client, query: &str, variables: &Value) {
    let body = json!({ "query": query, "variables": variables });
    let (status, answer) = client.post(body.to_string()).await;
    let context = || {
        let variables: String = variables.to_string().chars().take(300).collect();
        format!("{status} {answer}\n{query}\n{variables}")
    };
    assert!(status < 500 && answer.is_object(), "{}", context());
    assert!(
        !answer.to_string().contains("\"INTERNAL\""),
        "{}",
        context()
    );
}

async fn no_text_in_a_mutation_causes_an_internal_error(server: Server) {
    let team = Team::first(&server).await;
    let schema = Schema::of(&team.admin.client).await;
    let mutations = schema.list("Mutation", "fields");
    assert!(mutations.len() > 15);
    for mutation in mutations {
        let name = mutation["name"].as_str().unwrap();
        // `signOut` would end the session that other mutations need, and reads no text.
        if name == "signOut" {
            continue;
        }
        let ty = printed(&mutation["args"][0]["type"]);
        let query = format!(
            "mutation M($input: {ty}) {{ {name}(input: $input) {{ userErrors {{ code message }} }} }}"
        );
        for text in nasty() {
            for input in schema.inputs(named(&mutation["args"][0]["type"]), &text, &team) {
                let variables = json!({ "input": input });
                assert_no_internal_error(&team.admin.client, &query, &variables).await;
            }
        }
    }
}

async fn no_text_in_a_query_causes_an_internal_error(server: Server) {
    let team = Team::first(&server).await;
    let schema = Schema::of(&team.admin.client).await;
    let mut arguments = schema.arguments();
    assert!(arguments.len() > 25, "{}", arguments.len());
    for field in ["NAME", "EMAIL", "ROLE", "LAST_ACTIVE", "JOINED"] {
        let order = format!("orderBy: {{ field: {field}, direction: ASC }}");
        arguments.push(format!(
            "query Q($text: String) {{ workspace {{ members({order}, after: $text) {{ totalCount }} }} }}"
        ));
    }
    let invitees = "invitees: [{ email: $text, firstName: $text, role: SECURITY_AUDITOR }]";
    arguments.push(format!(
        "query Q($text: String!) {{ inviteUsersPreview(input: {{ {invitees} }}) {{ __typename }} }}"
    ));
    for argument in arguments {
        for text in nasty() {
            let variables = json!({ "text": text });
            for client in [&team.admin.client, &server.anonymous()] {
                assert_no_internal_error(client, &argument, &variables).await;
            }
        }
    }
}
