//! Runs the model's operations on the real server.

use crate::ids::Ids;
use crate::request::{Request, outcome};
use model::{Key, Operation, Outcome, Person};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;

/// The client's view of an operation's result.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Known(Outcome),
    /// The response was lost or the server does not know the result: the operation may have taken
    /// effect.
    Lost,
    /// The server rejected the operation because of overload.
    Shed,
    /// The server reports that its database failed and that nothing changed.
    Unchanged,
    /// The client cannot send the operation because it never received the session's token.
    Unsent,
}

/// Clients of servers on one database.
pub struct Api {
    http: reqwest::Client,
    pub ids: Ids,
    /// Session tokens by person and key.
    sessions: Mutex<HashMap<(Person, Key), String>>,
    /// Link tokens by person and mail index.
    links: Mutex<HashMap<(Person, usize), String>>,
}

impl Api {
    pub fn new(ids: Ids) -> Api {
        // One connection for each request, so that the number of open connections shows which
        // requests have ended.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0);
        Api {
            http: http.build().unwrap(),
            ids,
            sessions: Mutex::default(),
            links: Mutex::default(),
        }
    }

    /// Returns the token of a session if a client has received it.
    pub fn session(&self, person: Person, key: Key) -> Option<String> {
        self.sessions.lock().unwrap().get(&(person, key)).cloned()
    }

    /// Returns the sessions of a person whose tokens clients have received, the latest last.
    pub fn sessions(&self, person: Person) -> Vec<Key> {
        let sessions = self.sessions.lock().unwrap();
        let keys = sessions.keys().filter(|(of, _)| *of == person);
        let mut keys: Vec<Key> = keys.map(|(_, key)| *key).collect();
        keys.sort_unstable();
        keys
    }

    /// Returns the mails of a person whose links were read, the latest last.
    pub fn links(&self, person: Person) -> Vec<usize> {
        let links = self.links.lock().unwrap();
        let numbers = links.keys().filter(|(of, _)| *of == person);
        let mut numbers: Vec<usize> = numbers.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Stores the token of the link in a mail.
    pub fn keep_link(&self, person: Person, mail: usize, token: &str) {
        let mut links = self.links.lock().unwrap();
        links.insert((person, mail), token.to_owned());
    }

    /// Returns the token of the link in a mail if it was read.
    pub fn link(&self, person: Person, mail: usize) -> Option<String> {
        self.links.lock().unwrap().get(&(person, mail)).cloned()
    }

    /// Runs an operation on the server at `url`.
    pub async fn run(&self, url: &str, operation: &Operation) -> Answer {
        let Some(request) = self.request(operation).await else {
            return Answer::Unsent;
        };
        let Some(reply) = self.send(url, &request).await else {
            return Answer::Lost;
        };
        let code = reply["errors"][0]["extensions"]["code"].as_str();
        match code {
            Some("INTERNAL") => return Answer::Lost,
            Some("RATE_LIMITED") => return Answer::Shed,
            Some("UNAVAILABLE" | "CANNOT_SAVE") => return Answer::Unchanged,
            _ => {}
        }
        self.keep_session(operation, &reply["data"][request.mutation]);
        Answer::Known(outcome(request.mutation, &reply))
    }

    /// Sends a request. Returns `None` if there is no response.
    pub async fn send(&self, url: &str, request: &Request) -> Option<Value> {
        let body = json!({ "query": request.query(), "variables": { "input": request.input } });
        self.post(url, request.token.as_deref(), &body).await
    }

    /// Posts to the API. Returns `None` if there is no response.
    pub async fn post(&self, url: &str, token: Option<&str>, body: &Value) -> Option<Value> {
        let mut post = self.http.post(format!("{url}/graphql"));
        if let Some(token) = token {
            post = post.bearer_auth(token);
        }
        let response = post.json(body).send().await.ok()?;
        response.json().await.ok()
    }

    /// Returns the number of open connections of a server, without the one of this request.
    pub async fn connections(&self, url: &str) -> u64 {
        let metrics = self.http.get(format!("{url}/metrics")).send().await;
        let text = metrics.unwrap().text().await.unwrap();
        let gauge = text
            .lines()
            .find_map(|line| line.strip_prefix("tokenvue_http_connections "));
        gauge.unwrap().parse::<u64>().unwrap() - 1
    }

    fn keep_session(&self, operation: &Operation, payload: &Value) {
        let (Operation::SignIn { key, person, .. } | Operation::Accept { key, person, .. }) =
            operation
        else {
            return;
        };
        if let Some(token) = payload["sessionToken"].as_str() {
            let mut sessions = self.sessions.lock().unwrap();
            sessions.insert((*person, *key), token.to_owned());
        }
    }

    /// Reads a person's mails and stores the tokens of their links. Returns the kinds of all mails.
    pub async fn read_mails(&self, url: &str, person: Person) -> Vec<String> {
        let mails = self.ids.mails(person).await;
        for (number, mail) in mails.iter().enumerate() {
            let has_link = ["INVITATION", "PASSWORD_RESET"].contains(&mail.kind.as_str());
            if has_link && self.link(person, number).is_none() {
                let path = format!("{url}/mailbox/{}", mail.id);
                let request = self.http.get(path).header("accept", "application/json");
                let shown: Value = match request.send().await {
                    Ok(response) => response.json().await.unwrap_or_default(),
                    Err(_) => continue,
                };
                if let Some(token) = token_in(&shown) {
                    self.links.lock().unwrap().insert((person, number), token);
                }
            }
        }
        mails.into_iter().map(|mail| mail.kind).collect()
    }
}

fn token_in(mail: &Value) -> Option<String> {
    let text = mail["text"].as_str()?;
    let token = text.split("#token=").nth(1)?.split_whitespace().next()?;
    Some(token.to_owned())
}
