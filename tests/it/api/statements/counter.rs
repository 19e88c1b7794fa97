//! Counts the statements of requests.

use crate::support::people::sign_in;
use crate::support::{Client, Server};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A client with the counts of its requests.
pub struct Counter<'a> {
    pub server: &'a Server,
    client: Client,
    pub table: Vec<Counts>,
}

/// The counts of one kind of request.
pub struct Counts {
    pub kind: String,
    statements: usize,
    /// The number of round trips of the longest transaction.
    pub transaction: usize,
}

/// Mutations that do not require a session.
const WITHOUT_SESSION: [&str; 5] = [
    "signIn",
    "acceptInvitation",
    "declineInvitation",
    "requestNewInvitation",
    "resetPassword",
];

impl<'a> Counter<'a> {
    /// Creates a counter with a session.
    pub async fn new(server: &'a Server, email: &str) -> Counter<'a> {
        let mut counter = Counter {
            server,
            client: server.anonymous(),
            table: Vec::new(),
        };
        counter.sign_in(email).await;
        counter
    }

    /// Begins a session and records its first use, so that this is not counted later.
    pub async fn sign_in(&mut self, email: &str) {
        self.client = sign_in(self.server, email).await;
        self.client.get("{ viewer { session { id } } }").await;
    }

    /// Counts a request that must succeed. Returns its data.
    async fn ask_as(
        &mut self,
        client: &Client,
        kind: &str,
        query: &str,
        variables: Value,
    ) -> Value {
        // Work that an earlier request left in the background must not be counted.
        self.server.quiet().await;
        let request = client.run(query, variables);
        let (reply, statements) = self.server.statements.during(request).await;
        self.table.push(Counts::of(kind, &statements));
        if std::env::var_os("TOKENVUE_SHOW_STATEMENTS").is_some() {
            println!("{kind}\n  {}", statements.join("\n  "));
        }
        reply.data()
    }

    pub async fn ask(&mut self, kind: &str, query: &str, variables: Value) -> Value {
        self.ask_as(&self.client.clone(), kind, query, variables)
            .await
    }

    /// Counts a mutation that must succeed. Returns its payload.
    pub async fn mutate(&mut self, kind: &str, input: Value, selection: &str) -> Value {
        let name = name_of(kind);
        let client = if WITHOUT_SESSION.contains(&name) {
            self.server.anonymous()
        } else {
            self.client.clone()
        };
        let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {input_type}!) {{
                {name}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
        );
        let data = self
            .ask_as(&client, kind, &query, json!({ "input": input }))
            .await;
        assert_eq!(data[name]["userErrors"], json!([]), "{kind}");
        data[name].clone()
    }

    pub fn taken(&self, kind: &str) -> usize {
        let entry = self.table.iter().find(|counts| counts.kind == kind);
        let entry = entry.unwrap_or_else(|| panic!("{kind} was not counted"));
        entry.statements
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for Counts {
            kind,
            statements,
            transaction,
        } in &self.table
        {
            write!(text, "{kind:<40} {statements:>3}").unwrap();
            if *transaction > 0 {
                write!(text, " {transaction:>3}").unwrap();
            }
            text.push('\n');
        }
        text
    }
}

impl Counts {
    fn of(kind: &str, statements: &[String]) -> Counts {
        let (mut own, mut open, mut longest) = (0, None, 0);
        for sql in statements {
            match sql.as_str() {
                "BEGIN" => open = Some(1),
                "COMMIT" => longest = longest.max(open.take().map_or(0, |length| length + 1)),
                _ => {
                    own += 1;
                    open = open.map(|length| length + 1);
                }
            }
        }
        assert_eq!(open, None, "{kind} leaves a transaction open");
        Counts {
            kind: kind.to_owned(),
            statements: own,
            transaction: longest,
        }
    }
}

/// Returns the root field of a kind of request.
pub fn name_of(kind: &str) -> &str {
    kind.split_whitespace().next().unwrap_or_default()
}
