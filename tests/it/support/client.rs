//! A GraphQL client, signed in or anonymous.

use serde_json::{Value, json};

/// Sends operations to a server.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    address: Option<String>,
}

/// The response to an operation.
#[derive(Clone, Debug)]
pub struct Reply(pub Value);

impl Client {
    pub fn new(url: &str, token: Option<String>) -> Client {
        Client {
            http: reqwest::Client::new(),
            url: url.to_owned(),
            token,
            address: None,
        }
    }

    /// Returns a client that sends this client address, as a reverse proxy would.
    pub fn calling_from(&self, address: &str) -> Client {
        Client {
            address: Some(address.to_owned()),
            ..self.clone()
        }
    }

    /// Returns a client with the same session on another server.
    pub fn at(&self, url: &str) -> Client {
        Client {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Runs an operation.
    pub async fn run(&self, query: &str, variables: Value) -> Reply {
        let mut request = self.http.post(format!("{}/graphql", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        let body = json!({ "query": query, "variables": variables });
        let response = request.json(&body).send().await.unwrap();
        Reply(response.json().await.unwrap())
    }

    /// Posts a body as JSON. Returns the status and the response, or `null` if it is not JSON.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let mut request = self.http.post(format!("{}/graphql", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let request = request.header("content-type", "application/json");
        let response = request.body(body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    /// Runs an operation without variables that must succeed. Returns its `data`.
    pub async fn get(&self, query: &str) -> Value {
        self.run(query, json!({})).await.data()
    }

    /// Runs a mutation with one `input` that must have no GraphQL errors. Returns its payload.
    pub async fn mutate(&self, mutation: &str, input: Value, selection: &str) -> Value {
        self.try_mutate(mutation, input, selection).await.data()[mutation].clone()
    }

    /// Runs a mutation with one `input`.
    pub async fn try_mutate(&self, mutation: &str, input: Value, selection: &str) -> Reply {
        let input_type = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation M($input: {input_type}!) {{
                {mutation}(input: $input) {{ {selection} userErrors {{ code field message retryAt }} }}
            }}"
        );
        self.run(&query, json!({ "input": input })).await
    }
}

impl Reply {
    /// Returns the data of a reply without errors.
    pub fn data(self) -> Value {
        assert!(self.0.get("errors").is_none(), "{:#}", self.0);
        self.0["data"].clone()
    }

    /// Returns the codes of the errors, in order.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.0["errors"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        errors
            .iter()
            .map(|error| error["extensions"]["code"].as_str().unwrap_or("none"))
            .collect()
    }
}

impl Client {
    /// Returns whether the server recognizes the session.
    pub async fn is_signed_in(&self) -> bool {
        self.get("{ viewer { user { id } } }").await["viewer"] != Value::Null
    }
}

/// Returns the codes of a payload's user errors.
pub fn user_errors(payload: &Value) -> Vec<&str> {
    payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].as_str().unwrap())
        .collect()
}
